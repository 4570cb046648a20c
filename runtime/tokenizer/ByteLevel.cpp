//===- ByteLevel.cpp - 256 printable characters for 256 bytes -------------===//
#include "ByteLevel.h"
#include "Utf8.h"

#include <array>

namespace sinter::tokenizer {

static constexpr bool isPrintable(unsigned B) {
  return (B >= 0x21 && B <= 0x7E) || (B >= 0xA1 && B <= 0xAC) || B >= 0xAE;
}

static constexpr auto Characters = [] {
  std::array<char32_t, 256> Table{};
  char32_t Next = 0x100;
  for (unsigned B = 0; B < 256; ++B)
    Table[B] = isPrintable(B) ? B : Next++;
  return Table;
}();

static constexpr auto Bytes = [] {
  std::array<int16_t, 0x144> Table{};
  Table.fill(-1);
  for (unsigned B = 0; B < 256; ++B)
    Table[Characters[B]] = static_cast<int16_t>(B);
  return Table;
}();

char32_t byteLevelCharacter(uint8_t Byte) { return Characters[Byte]; }

int byteLevelByte(char32_t Character) {
  return Character < Bytes.size() ? Bytes[Character] : -1;
}

void appendByteLevel(std::string &Out, std::string_view Bytes) {
  for (const char Byte : Bytes)
    appendCodePoint(Out, Characters[static_cast<uint8_t>(Byte)]);
}

} // namespace sinter::tokenizer
