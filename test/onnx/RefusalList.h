//===- RefusalList.h - the cases that are refused ---------------*- C++ -*-===//
#ifndef SINTER_TEST_ONNX_REFUSALLIST_H
#define SINTER_TEST_ONNX_REFUSALLIST_H

#include "test/onnx/NodeCase.h"
#include <map>

namespace sinter::test {

/// "case: forms: reason" lines of refusals.txt, one a case and reason.
class RefusalList {
public:
  void add(const std::string &name, Form form, const std::string &reason) {
    entries[{name, reason}].push_back(form);
  }
  std::vector<std::string> getLines() const;
  size_t size() const { return entries.size(); }

private:
  std::map<std::pair<std::string, std::string>, std::vector<Form>> entries;
};

std::vector<std::string> readLines(const std::string &path);
bool writeLines(const std::string &path, const std::vector<std::string> &lines);

} // namespace sinter::test
#endif
