//===- Unicode.cpp - character properties as the judge sees them ----------===//
#include "Unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

namespace sinter::tokenizer {
namespace {
#include "UnicodeTables.inc"

constexpr NewProperty Properties[] = {
    {"Lu", NewLu}, {"Ll", NewLl},   {"Lm", NewLm},
    {"Lo", NewLo}, {"Mn", NewMn},   {"Mc", NewMc},
    {"Nd", NewNd}, {"No", NewNo},   {"Pd", NewPd},
    {"Po", NewPo}, {"Sm", NewSm},   {"So", NewSo},
    {"Cf", NewCf}, {"Han", NewHan}, {"Alphabetic", NewAlphabetic},
};

bool contains(std::span<const Range> Sorted, char32_t C) {
  const auto It =
      std::upper_bound(Sorted.begin(), Sorted.end(), C,
                       [](char32_t X, const Range &R) { return X < R.First; });
  return It != Sorted.begin() && C <= std::prev(It)->Last;
}

bool inNew(std::string_view Property, char32_t C) {
  bool Found = false;
  forEachNewRange(
      Property, [&](const Range &R) { Found |= R.First <= C && C <= R.Last; });
  return Found;
}

} // namespace

std::span<const NewProperty> newProperties() { return Properties; }

bool isNumeric(char32_t C) {
  if (C < 0x80)
    return C >= '0' && C <= '9';
  const auto Category = utf8proc_category(static_cast<utf8proc_int32_t>(C));
  return Category == UTF8PROC_CATEGORY_ND || Category == UTF8PROC_CATEGORY_NL ||
         Category == UTF8PROC_CATEGORY_NO || contains(NewNumeric, C);
}

bool isSpace(char32_t C) {
  if (C < 0x80)
    return C == ' ' || (C >= '\t' && C <= '\r');
  return C == 0x85 || C == 0xA0 || C == 0x1680 ||
         (C >= 0x2000 && C <= 0x200A) || C == 0x2028 || C == 0x2029 ||
         C == 0x202F || C == 0x205F || C == 0x3000;
}

bool isWord(char32_t C) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(C))) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ME:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
  case UTF8PROC_CATEGORY_PC:
    return true;
  default:
    // Join_Control, and the circled and squared letters, which are Alphabetic.
    return C == 0x200C || C == 0x200D || (C >= 0x24B6 && C <= 0x24E9) ||
           (C >= 0x1F130 && C <= 0x1F149) || (C >= 0x1F150 && C <= 0x1F169) ||
           (C >= 0x1F170 && C <= 0x1F189) || inNew("L", C) || inNew("M", C) ||
           inNew("Nd", C);
  }
}

bool isNfcOpaque(char32_t C) { return C >= 0x7FD && contains(NfcOpaque, C); }

} // namespace sinter::tokenizer
