//===- Cases.h - the cases of expected.txt ----------------------*- C++ -*-===//
#ifndef SINTER_TEST_INTERPRETER_CASES_H
#define SINTER_TEST_INTERPRETER_CASES_H

#include "Snippet.h"
#include <string>
#include <vector>

namespace sinter {

struct Case {
  std::string name, judge, op;
  double ulps = 0;
  bool ofLargest = false; // ulps are of the result's largest element
  std::vector<std::string> inputs, outputs; // "TYPE : values"
};

/// Empty when the file cannot be read.
std::vector<Case> readCases();
void PrintTo(const Case &test, std::ostream *os);

/// A function whose arguments are the inputs and whose first op is the case's.
std::string functionOf(const Case &test);
Tensor parseTensor(Snippet &snippet, llvm::StringRef text);

/// Distance in units of the last place of `scale`.
double distance(ElementKind kind, double a, double b, double scale);
/// The largest finite magnitude.
double largestOf(const Tensor &tensor);

} // namespace sinter
#endif
