//===- ParamReader.cpp - where sinter.param gets its bytes ----------------===//
#include "dialects/Sinter/Interpreter/ParamReader.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace sinter;

namespace path = llvm::sys::path;
namespace fs = llvm::sys::fs;

ParamReader::~ParamReader() = default;

struct FileParamReader::File {
  uint64_t size = 0;
  std::unique_ptr<fs::mapped_file_region> region; // null when empty
};

FileParamReader::FileParamReader(StringRef folder)
    : folder(folder.empty() ? "." : folder.str()) {}
FileParamReader::~FileParamReader() = default;

static Error refuse(StringRef file, const Twine &why) {
  return createStringError("weights file '" + file + "' " + why);
}

Expected<std::shared_ptr<FileParamReader::File>>
FileParamReader::open(StringRef name) {
  if (auto it = files.find(name); it != files.end())
    return it->second;
  if (name.empty() || path::is_absolute(name) ||
      llvm::is_contained(make_range(path::begin(name), path::end(name)), ".."))
    return refuse(name, "must be relative to the model's folder");
  SmallString<256> joined(folder), realFolder, realFile;
  path::append(joined, name);
  if (auto error = fs::real_path(folder, realFolder))
    return createStringError(error, "model folder '" + folder +
                                        "': " + error.message());
  if (auto error = fs::real_path(joined, realFile))
    return refuse(name, "cannot be read: " + error.message());
  StringRef rest = realFile;
  if (!path::is_absolute(realFile) || !rest.consume_front(realFolder) ||
      (realFolder != "/" && !rest.empty() && !rest.starts_with("/")))
    return refuse(name, "is a link to outside the model's folder");
  auto descriptor = fs::openNativeFileForRead(realFile);
  if (!descriptor)
    return refuse(name, "cannot be read: " + toString(descriptor.takeError()));
  auto file = std::make_shared<File>();
  fs::file_status status;
  std::error_code error = fs::status(*descriptor, status);
  if (!error && status.type() != fs::file_type::regular_file)
    error = std::make_error_code(std::errc::invalid_argument);
  if (!error) {
    file->size = status.getSize();
    if (file->size)
      file->region = std::make_unique<fs::mapped_file_region>(
          *descriptor, fs::mapped_file_region::readonly, file->size, 0, error);
  }
  fs::closeFile(*descriptor);
  if (error)
    return refuse(name, "cannot be mapped: " + error.message());
  files[name] = file;
  return file;
}

Expected<ParamBytes> FileParamReader::read(StringRef name, int64_t offset,
                                           int64_t bytes, mlir::Type) {
  auto file = open(name);
  if (!file)
    return file.takeError();
  uint64_t size = (*file)->size;
  if (offset < 0 || bytes < 0 || uint64_t(offset) > size ||
      uint64_t(bytes) > size - uint64_t(offset))
    return refuse(name, "has " + Twine(size) + " bytes, the model wants " +
                            Twine(bytes) + " at offset " + Twine(offset));
  const char *start = (*file)->region ? (*file)->region->const_data() : nullptr;
  return ParamBytes{{start + offset, size_t(bytes)}, *file};
}

Expected<ParamBytes> FileParamReader::readWhole(StringRef name) {
  auto file = open(name);
  if (!file)
    return file.takeError();
  return read(name, 0, (*file)->size, {});
}
