//===- Hash.h - hashes of texts and pairs -----------------------*- C++ -*-===//
//
// Fast rather than strong. The seed differs from process to process, so that a
// file cannot be made to collide; nothing that is written depends on it.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_HASH_H
#define SINTER_RUNTIME_TOKENIZER_HASH_H

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sinter::tokenizer {

uint64_t hashSeed();

/// The two halves of the 128-bit product, mixed.
inline uint64_t mix(uint64_t A, uint64_t B) {
  __extension__ using Wide = unsigned __int128;
  const Wide Product = static_cast<Wide>(A) * B;
  return static_cast<uint64_t>(Product) ^ static_cast<uint64_t>(Product >> 64);
}

inline uint64_t hashText(std::string_view Text, uint64_t Seed) {
  uint64_t Hash = Seed ^ (Text.size() * 0x9E3779B97F4A7C15u);
  size_t At = 0;
  uint64_t Word;
  for (; At + 8 <= Text.size(); At += 8) {
    std::memcpy(&Word, Text.data() + At, 8);
    Hash = mix(Hash ^ Word, 0xD6E8FEB86659FD93u);
  }
  Word = 0;
  std::memcpy(&Word, Text.data() + At, Text.size() - At);
  Hash = mix(Hash ^ Word, 0xD6E8FEB86659FD93u);
  return mix(Hash ^ Seed, 0xA0761D6478BD642Fu);
}

inline uint64_t hashPair(uint32_t A, uint32_t B, uint64_t Seed) {
  return mix((uint64_t(A) << 32 | B) ^ Seed, 0xD6E8FEB86659FD93u);
}

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_HASH_H
