//===- ExternalData.cpp - where the bytes of big tensors are --------------===//
//
// TensorPlaces: data in other files must be regular files inside the model's
// folder, links resolved; data in the model file itself was noted by
// WireFormat.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Tensors.h"
#include "lib/Importer/WireFormat.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace sinter;
using llvm::StringRef;
using onnx::TensorProto;

/// True when the text of external_data's `key` is a number.
static bool readNumber(StringRef key, StringRef text, uint64_t &value,
                       std::string &error) {
  if (!text.getAsInteger(10, value) && value <= INT64_MAX)
    return true;
  error = "its external data has " + key.str() + " '" + text.str() +
          "', which is no size in bytes";
  return false;
}

std::optional<uint64_t> TensorPlaces::getFileSize(StringRef location,
                                                  std::string &error) {
  namespace fs = llvm::sys::fs;
  namespace paths = llvm::sys::path;
  auto known = sizes.find(location.str());
  if (known != sizes.end())
    return known->second;
  auto refuse = [&](const std::string &why) {
    error = "its external data file '" + location.str() + "' " + why;
    return std::nullopt;
  };
  llvm::SmallVector<StringRef> parts(paths::begin(location),
                                     paths::end(location));
  if (location.empty() || paths::is_absolute(location) ||
      llvm::is_contained(parts, "..") || location.contains('\0'))
    return refuse("must be a path inside the model's folder, without '..'");
  llvm::SmallString<256> path(model.folder), real, folder;
  paths::append(path, location);
  if (auto code = fs::real_path(path, real))
    return refuse("cannot be found beside the model (" + code.message() +
                  "): copy it into the model's folder");
  if (fs::real_path(model.folder, folder))
    return refuse("lies in a folder that cannot be read");
  StringRef rest = real;
  if (!rest.consume_front(folder) || !(rest.starts_with("/") || folder == "/"))
    return refuse("is a link that leaves the model's folder: copy the file "
                  "into it");
  fs::file_status status;
  if (fs::status(real, status) || !fs::is_regular_file(status))
    return refuse("is not a file");
  return sizes[location.str()] = status.getSize();
}

std::optional<TensorPlace> TensorPlaces::locate(const TensorProto &tensor,
                                                std::string &error) {
  auto needed = getTensorSize(tensor, error);
  if (!needed)
    return std::nullopt;
  TensorPlace place;
  place.bytes = *needed;
  std::map<std::string, std::string> entries;
  for (auto &entry : tensor.external_data())
    if (!entries.emplace(entry.key(), entry.value()).second) {
      error = "its external data says '" + entry.key() + "' twice";
      return std::nullopt;
    }
  uint64_t bytes = place.bytes, size = model.bytes;
  if (auto it = entries.find(embeddedKey.str()); it != entries.end()) {
    auto [offset, length] = StringRef(it->second).split(':');
    if (!readNumber("offset", offset, place.offset, error) ||
        !readNumber("length", length, bytes, error))
      return std::nullopt;
    place.file = model.name;
  } else {
    for (auto &[key, value] : entries) {
      if (key == "location")
        place.file = value;
      else if (key == "offset" || key == "length") {
        if (!readNumber(key, value, key == "offset" ? place.offset : bytes,
                        error))
          return std::nullopt;
      } else if (key != "checksum") {
        error = "its external data has an unknown key '" + key + "'";
        return std::nullopt;
      }
    }
    auto known = getFileSize(place.file, error);
    if (!known)
      return std::nullopt;
    size = *known;
  }
  if (bytes != place.bytes) {
    error = "its data has " + std::to_string(bytes) +
            " bytes, but its shape and type need " +
            std::to_string(place.bytes);
    return std::nullopt;
  }
  if (place.offset > size || bytes > size - place.offset) {
    error = "its data, bytes " + std::to_string(place.offset) + " to " +
            std::to_string(place.offset + bytes) +
            ", lies beyond the end of '" + place.file + "' (" +
            std::to_string(size) +
            " bytes): the file is truncated or another model's";
    return std::nullopt;
  }
  return place;
}

bool TensorPlaces::loadSmall(TensorProto &tensor, std::string &error) {
  auto place = locate(tensor, error);
  if (!place)
    return false;
  bool isFloat = tensor.data_type() == TensorProto::FLOAT ||
                 tensor.data_type() == TensorProto::FLOAT16 ||
                 tensor.data_type() == TensorProto::BFLOAT16 ||
                 tensor.data_type() == TensorProto::DOUBLE;
  if (isFloat ? place->bytes > bigFloatTensorBytes
              : place->bytes >= bigTensorBytes)
    return true;
  llvm::SmallString<256> path(model.folder);
  llvm::sys::path::append(path, place->file);
  std::string bytes;
  if (place->bytes) {
    auto slice =
        llvm::MemoryBuffer::getFileSlice(path, place->bytes, place->offset);
    if (!slice || (*slice)->getBufferSize() != place->bytes) {
      error = "its external data file '" + place->file + "' cannot be read";
      return false;
    }
    bytes = (*slice)->getBuffer().str();
  }
  tensor.clear_external_data();
  tensor.clear_data_location();
  tensor.set_raw_data(bytes);
  return true;
}

bool TensorPlaces::hasEqualHalves(const TensorPlace &place, uint64_t rowBytes) {
  llvm::SmallString<256> path(model.folder);
  llvm::sys::path::append(path, place.file);
  if (rowBytes == 0 || rowBytes % 2 || place.bytes % rowBytes)
    return false;
  const uint64_t step = std::max<uint64_t>(65536 / rowBytes, 1) * rowBytes;
  for (uint64_t at = 0, size = rowBytes; at < place.bytes;
       at += size, size = step) {
    size = std::min(size, place.bytes - at);
    auto slice =
        llvm::MemoryBuffer::getFileSlice(path, size, place.offset + at);
    if (!slice || (*slice)->getBufferSize() != size)
      return false;
    llvm::StringRef bytes = (*slice)->getBuffer();
    for (; !bytes.empty(); bytes = bytes.drop_front(rowBytes))
      if (bytes.take_front(rowBytes / 2) !=
          bytes.substr(rowBytes / 2, rowBytes / 2))
        return false;
  }
  return place.bytes > 0;
}
