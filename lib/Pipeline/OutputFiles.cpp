//===- OutputFiles.cpp - all outputs or none ------------------------------===//
#include "lib/Pipeline/OutputFiles.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"

using namespace sinter;
using llvm::StringRef;

static llvm::Error cannot(const char *what, StringRef path,
                          std::error_code code) {
  return llvm::createStringError("cannot %s '%s': %s", what, path.str().c_str(),
                                 code.message().c_str());
}

OutputFiles::~OutputFiles() {
  for (Entry &entry : entries) {
    if (entry.stream) {
      entry.stream->close();
      entry.stream->clear_error();
    }
    llvm::sys::fs::remove(entry.temporary);
    llvm::sys::DontRemoveFileOnSignal(entry.temporary);
  }
}

llvm::Expected<std::string> OutputFiles::add(StringRef path) {
  if (llvm::sys::fs::is_directory(path))
    return cannot("write", path,
                  std::make_error_code(std::errc::is_a_directory));
  std::string temporary =
      (path + ".sinter-" + llvm::Twine(llvm::sys::Process::getProcessId()))
          .str();
  // Create it now: an unwritable folder is known before any work.
  int fd;
  if (auto code = llvm::sys::fs::openFileForWrite(temporary, fd))
    return cannot("write", path, code);
  llvm::sys::Process::SafelyCloseFileDescriptor(fd);
  llvm::sys::RemoveFileOnSignal(temporary);
  entries.push_back({path.str(), temporary, nullptr});
  return temporary;
}

llvm::Expected<llvm::raw_fd_ostream *> OutputFiles::open(StringRef path) {
  auto temporary = add(path);
  if (!temporary)
    return temporary.takeError();
  std::error_code code;
  auto stream = std::make_unique<llvm::raw_fd_ostream>(*temporary, code);
  if (code)
    return cannot("write", path, code);
  entries.back().stream = std::move(stream);
  return entries.back().stream.get();
}

llvm::Error OutputFiles::write(StringRef path, StringRef text) {
  auto stream = open(path);
  if (!stream)
    return stream.takeError();
  **stream << text;
  return llvm::Error::success();
}

std::string OutputFiles::pathOf(StringRef path) const {
  for (const Entry &entry : entries)
    if (entry.path == path)
      return entry.temporary;
  return {};
}

llvm::Error OutputFiles::commit() {
  for (Entry &entry : entries) {
    if (!entry.stream)
      continue;
    entry.stream->close();
    if (entry.stream->has_error()) {
      std::error_code code = entry.stream->error();
      entry.stream->clear_error();
      return cannot("write", entry.path, code);
    }
  }
  for (Entry &entry : entries) {
    if (auto code = llvm::sys::fs::rename(entry.temporary, entry.path))
      return cannot("write", entry.path, code);
    llvm::sys::DontRemoveFileOnSignal(entry.temporary);
  }
  entries.clear();
  return llvm::Error::success();
}
