//===- OutputFiles.h - all outputs or none --------------------------------===//
//
// Every output is written under a temporary name in its folder and renamed when
// all are complete; a failure or a signal leaves nothing behind.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_PIPELINE_OUTPUTFILES_H
#define SINTER_PIPELINE_OUTPUTFILES_H

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <string>
#include <vector>

namespace sinter {

class OutputFiles {
public:
  OutputFiles() = default;
  OutputFiles(const OutputFiles &) = delete;
  ~OutputFiles(); // removes what was not committed

  /// A path to write to that becomes `path` on commit().
  llvm::Expected<std::string> add(llvm::StringRef path);
  /// As add, with a stream; its errors surface in commit().
  llvm::Expected<llvm::raw_fd_ostream *> open(llvm::StringRef path);
  /// As open, and writes the text.
  llvm::Error write(llvm::StringRef path, llvm::StringRef text);
  /// The temporary path of an output.
  std::string pathOf(llvm::StringRef path) const;
  /// Flushes and renames all.
  llvm::Error commit();

private:
  struct Entry {
    std::string path, temporary;
    std::unique_ptr<llvm::raw_fd_ostream> stream;
  };
  std::vector<Entry> entries;
};

} // namespace sinter
#endif
