//===- ByteLevel.h - 256 printable characters for 256 bytes -----*- C++ -*-===//
//
// GPT-2's alphabet: a byte that is printable in Latin-1 stands for itself, the
// others follow from U+0100 on in order.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_BYTELEVEL_H
#define SINTER_RUNTIME_TOKENIZER_BYTELEVEL_H

#include <cstdint>
#include <string>
#include <string_view>

namespace sinter::tokenizer {

char32_t byteLevelCharacter(uint8_t Byte);

/// The byte that a character stands for, -1 for all others.
int byteLevelByte(char32_t Character);

/// Bytes written as their characters.
void appendByteLevel(std::string &Out, std::string_view Bytes);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_BYTELEVEL_H
