//===- Utf8.cpp - bytes that should be UTF-8 ------------------------------===//
#include "Utf8.h"

#include <cstring>

using namespace sinter;

namespace {

/// Reads at most one character: how many bytes it needs (0: its first byte
/// begins none) and how many of them are there and fit.
struct Scan {
  size_t Need, Good;
};

Scan scan(std::string_view Text, size_t At) {
  const auto Byte = [&](size_t I) {
    return static_cast<unsigned char>(Text[At + I]);
  };
  const unsigned char First = Byte(0);
  if (First < 0x80)
    return {1, 1};
  if (First < 0xC2 || First > 0xF4)
    return {0, 0};
  const size_t Need = First < 0xE0 ? 2 : First < 0xF0 ? 3 : 4;
  // The second byte has the limits that forbid overlong forms, surrogates and
  // what is past the last code point.
  unsigned char Low = 0x80, High = 0xBF;
  if (First == 0xE0)
    Low = 0xA0;
  else if (First == 0xED)
    High = 0x9F;
  else if (First == 0xF0)
    Low = 0x90;
  else if (First == 0xF4)
    High = 0x8F;
  size_t Good = 1;
  while (Good < Need && At + Good < Text.size() && Byte(Good) >= Low &&
         Byte(Good) <= High) {
    Low = 0x80;
    High = 0xBF;
    ++Good;
  }
  return {Need, Good};
}

} // namespace

size_t tokenizer::characterLength(std::string_view Text, size_t At) {
  const Scan S = scan(Text, At);
  return S.Good == S.Need ? S.Need : 0;
}

size_t tokenizer::incompleteLength(std::string_view Text, size_t At) {
  const Scan S = scan(Text, At);
  return S.Good < S.Need && At + S.Good == Text.size() ? S.Good : 0;
}

size_t tokenizer::brokenLength(std::string_view Text, size_t At) {
  const size_t Good = scan(Text, At).Good;
  return Good ? Good : 1;
}

size_t tokenizer::validPrefix(std::string_view Text) {
  size_t At = 0;
  while (At < Text.size()) {
    uint64_t Word;
    if (Text.size() - At >= 8) {
      std::memcpy(&Word, Text.data() + At, 8);
      if (!(Word & 0x8080808080808080u)) {
        At += 8;
        continue;
      }
    }
    const size_t Length = characterLength(Text, At);
    if (!Length)
      break;
    At += Length;
  }
  return At;
}

void tokenizer::appendCodePoint(std::string &Out, char32_t C) {
  const auto Tail = [&](int Shift) {
    Out += static_cast<char>(0x80 | (C >> Shift & 0x3F));
  };
  if (C < 0x80) {
    Out += static_cast<char>(C);
  } else if (C < 0x800) {
    Out += static_cast<char>(0xC0 | C >> 6);
    Tail(0);
  } else if (C < 0x10000) {
    Out += static_cast<char>(0xE0 | C >> 12);
    Tail(6);
    Tail(0);
  } else {
    Out += static_cast<char>(0xF0 | C >> 18);
    Tail(12);
    Tail(6);
    Tail(0);
  }
}

size_t tokenizer::appendReplacing(std::string &Out, std::string_view Text,
                                  bool Whole) {
  size_t At = 0;
  while (At < Text.size()) {
    const size_t Valid = validPrefix(Text.substr(At));
    Out.append(Text, At, Valid);
    At += Valid;
    if (At == Text.size() || (!Whole && incompleteLength(Text, At)))
      break;
    Out += Replacement;
    At += brokenLength(Text, At);
  }
  return At;
}
