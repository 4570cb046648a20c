//===- ParamReader.h - where sinter.param gets its bytes --------*- C++ -*-===//
#ifndef SINTER_INTERPRETER_PARAMREADER_H
#define SINTER_INTERPRETER_PARAMREADER_H

#include "mlir/IR/Types.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <string>

namespace sinter {

/// Bytes and what keeps them alive.
struct ParamBytes {
  llvm::ArrayRef<char> data;
  std::shared_ptr<const void> owner;
};

class ParamReader {
public:
  virtual ~ParamReader();
  /// `bytes` bytes at `offset` of `file`; `element` is what they hold (of
  /// interest only to readers that make data up).
  virtual llvm::Expected<ParamBytes> read(llvm::StringRef file, int64_t offset,
                                          int64_t bytes,
                                          mlir::Type element) = 0;
};

/// Maps files below a folder, each once. Refuses paths that leave the folder,
/// also through links, and ranges outside a file.
class FileParamReader : public ParamReader {
public:
  explicit FileParamReader(llvm::StringRef folder);
  ~FileParamReader() override;
  llvm::Expected<ParamBytes> read(llvm::StringRef file, int64_t offset,
                                  int64_t bytes, mlir::Type element) override;
  /// Every byte of `file`.
  llvm::Expected<ParamBytes> readWhole(llvm::StringRef file);

private:
  struct File;
  llvm::Expected<std::shared_ptr<File>> open(llvm::StringRef file);
  std::string folder;
  llvm::StringMap<std::shared_ptr<File>> files;
};

} // namespace sinter
#endif
