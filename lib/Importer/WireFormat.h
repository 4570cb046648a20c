//===- WireFormat.h - take big tensors out of a serialized model ----------===//
//
// Protobuf's API copies every tensor into memory and does not say where in the
// file its bytes were. This reads the wire format itself: it writes the same
// message without the payload of big tensors, and notes in each (as
// external_data, key embeddedKey) the payload's place in the file.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_WIREFORMAT_H
#define SINTER_IMPORTER_WIREFORMAT_H

#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace sinter {

/// Key of the note; its value is "offset:bytes" in decimal.
inline constexpr llvm::StringLiteral embeddedKey = "sinter.embedded";

/// Tensors of floats with more bytes than this, and all others with at least
/// bigTensorBytes, are not read into memory.
inline constexpr uint64_t bigFloatTensorBytes = 256;
inline constexpr uint64_t bigTensorBytes = 64 << 10;

/// The rewritten message; nullopt and `error` when `model` (a serialized
/// ModelProto) is malformed.
std::optional<std::string> stripBigTensors(llvm::StringRef model,
                                           std::string &error);

} // namespace sinter
#endif
