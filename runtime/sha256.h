//===- sha256.h - the digest of weight files --------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_SHA256_H
#define SINTER_RUNTIME_SHA256_H

#include <stdint.h>

namespace sinter {

/// SHA-256 (FIPS 180-4) of `Bytes` bytes at `Data`.
void sha256(const uint8_t *Data, uint64_t Bytes, uint8_t Digest[32]);

} // namespace sinter

#endif // SINTER_RUNTIME_SHA256_H
