//===- Utf8.h - bytes that should be UTF-8 ----------------------*- C++ -*-===//
//
// Valid UTF-8 is what the Unicode standard calls well-formed: no surrogates,
// nothing overlong, nothing past U+10FFFF.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_UTF8_H
#define SINTER_RUNTIME_TOKENIZER_UTF8_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sinter::tokenizer {

/// What stands for bytes that are no character: U+FFFD.
inline constexpr std::string_view Replacement = "\xEF\xBF\xBD";

/// Bytes of the valid character at `At` (< size); 0 when there is none.
size_t characterLength(std::string_view Text, size_t At);

/// Bytes from `At` on that begin a valid character whose rest is missing
/// because the text ends; 0 when that is not so.
size_t incompleteLength(std::string_view Text, size_t At);

/// Bytes at `At`, where no valid character is, that one U+FFFD stands for: the
/// longest beginning of a character, at least 1.
size_t brokenLength(std::string_view Text, size_t At);

/// Bytes of the longest valid beginning of the text.
size_t validPrefix(std::string_view Text);

/// The code point at `At`; the text must be valid there. Moves past it.
inline char32_t nextCodePoint(std::string_view Text, size_t &At) {
  const auto Byte = [&] { return static_cast<unsigned char>(Text[At++]); };
  const char32_t First = Byte();
  if (First < 0x80)
    return First;
  char32_t C = First < 0xE0   ? First & 0x1F
               : First < 0xF0 ? First & 0xF
                              : First & 7;
  for (int More = First < 0xE0 ? 1 : First < 0xF0 ? 2 : 3; More; --More)
    C = C << 6 | (Byte() & 0x3F);
  return C;
}

/// Where the character that ends before `At` (> 0) begins.
inline size_t beforeCharacter(std::string_view Text, size_t At) {
  do
    --At;
  while (At && (static_cast<unsigned char>(Text[At]) & 0xC0) == 0x80);
  return At;
}

/// Appends a code point (a valid scalar value).
void appendCodePoint(std::string &Out, char32_t C);

/// Appends `Text` with U+FFFD in place of what is not valid. With `Whole`
/// false an incomplete character at the end is left. Returns bytes read.
size_t appendReplacing(std::string &Out, std::string_view Text, bool Whole);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_UTF8_H
