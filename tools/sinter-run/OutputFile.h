//===- OutputFile.h - files that appear whole or not at all -----*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_OUTPUTFILE_H
#define SINTER_TOOLS_RUN_OUTPUTFILE_H

#include <cstdint>
#include <cstdio>
#include <string>

namespace sinter::run {

/// Written under a temporary name beside `Path`, which commit() gives it. The
/// temporary file goes when commit() was not reached. Throws Failures.
class OutputFile {
public:
  explicit OutputFile(std::string Path);
  ~OutputFile();
  OutputFile(const OutputFile &) = delete;

  void write(const void *Data, uint64_t Bytes);
  void commit();

private:
  [[noreturn]] void fail();

  std::string Path, Temporary;
  std::FILE *File = nullptr;
};

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_OUTPUTFILE_H
