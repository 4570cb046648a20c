//===- Case.cpp - Python's upper, lower and title case --------------------===//
//
// utf8proc has the mappings of one letter to one. CaseTables.inc has those to
// several; the capital sigma is another letter at a word's end.
//
//===----------------------------------------------------------------------===//
#include "Case.h"
#include "../Unicode.h"
#include "../Utf8.h"
#include "Text.h"

#include <utf8proc.h>

#include <algorithm>

using namespace sinter;
using tokenizer::appendCodePoint;
using tokenizer::nextCodePoint;
using tokenizer::Range;

namespace sinter::jinja {
namespace {

struct SpecialCase {
  char32_t Letter;
  std::string_view Upper, Title;
};

#include "CaseTables.inc"

const SpecialCase *special(char32_t C) {
  const auto *It = std::lower_bound(
      std::begin(SpecialCases), std::end(SpecialCases), C,
      [](const SpecialCase &S, char32_t Letter) { return S.Letter < Letter; });
  return It != std::end(SpecialCases) && It->Letter == C ? It : nullptr;
}

utf8proc_int32_t signedOf(char32_t C) {
  return static_cast<utf8proc_int32_t>(C);
}

bool isCased(char32_t C) {
  const auto Category = utf8proc_category(signedOf(C));
  if (Category == UTF8PROC_CATEGORY_LU || Category == UTF8PROC_CATEGORY_LL ||
      Category == UTF8PROC_CATEGORY_LT)
    return true;
  const auto *It = std::upper_bound(
      std::begin(OtherCased), std::end(OtherCased), C,
      [](char32_t Letter, const Range &R) { return Letter < R.First; });
  return It != std::begin(OtherCased) && C <= (It - 1)->Last;
}

/// Unicode's Case_Ignorable: marks, modifiers and what joins parts of a word.
bool isCaseIgnorable(char32_t C) {
  switch (utf8proc_category(signedOf(C))) {
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_ME:
  case UTF8PROC_CATEGORY_CF:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_SK:
    return true;
  default:
    break;
  }
  for (const char32_t Joint :
       {0x27, 0x2E, 0x3A, 0xB7, 0x387, 0x55F, 0x5F4, 0x2018, 0x2019, 0x2024,
        0x2027, 0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A})
    if (C == Joint)
      return true;
  return false;
}

/// Whether the character at [Begin, End) is behind a cased letter and before
/// none.
bool endsWord(std::string_view Text, size_t Begin, size_t End) {
  bool Behind = false;
  while (Begin && !Behind) {
    do
      --Begin;
    while ((static_cast<unsigned char>(Text[Begin]) & 0xC0) == 0x80);
    size_t At = Begin;
    const char32_t C = nextCodePoint(Text, At);
    if (isCaseIgnorable(C))
      continue;
    if (!isCased(C))
      return false;
    Behind = true;
  }
  while (Behind && End < Text.size()) {
    const char32_t C = nextCodePoint(Text, End);
    if (!isCaseIgnorable(C))
      return !isCased(C);
  }
  return Behind;
}

void appendUpper(std::string &Out, char32_t C) {
  if (const SpecialCase *S = special(C))
    Out += S->Upper;
  else
    appendCodePoint(Out, static_cast<char32_t>(utf8proc_toupper(signedOf(C))));
}

void appendTitle(std::string &Out, char32_t C) {
  if (const SpecialCase *S = special(C))
    Out += S->Title;
  else
    appendCodePoint(Out, static_cast<char32_t>(utf8proc_totitle(signedOf(C))));
}

/// C stands at [Begin, End) of Text.
void appendLower(std::string &Out, char32_t C, std::string_view Text,
                 size_t Begin, size_t End) {
  if (C == 0x130)
    Out += "i\xCC\x87";
  else if (C == 0x3A3)
    appendCodePoint(Out, endsWord(Text, Begin, End) ? 0x3C2 : 0x3C3);
  else
    appendCodePoint(Out, static_cast<char32_t>(utf8proc_tolower(signedOf(C))));
}

} // namespace

std::string upper(std::string_view Text) {
  std::string Out;
  for (size_t At = 0; At < Text.size();)
    appendUpper(Out, nextCodePoint(Text, At));
  return Out;
}

std::string lower(std::string_view Text) {
  std::string Out;
  for (size_t At = 0; At < Text.size();) {
    const size_t Begin = At;
    const char32_t C = nextCodePoint(Text, At);
    appendLower(Out, C, Text, Begin, At);
  }
  return Out;
}

std::string capitalize(std::string_view Text) {
  std::string Out;
  for (size_t At = 0; At < Text.size();) {
    const size_t Begin = At;
    const char32_t C = nextCodePoint(Text, At);
    if (Begin)
      appendLower(Out, C, Text, Begin, At);
    else
      appendTitle(Out, C);
  }
  return Out;
}

std::string titleMethod(std::string_view Text) {
  std::string Out;
  bool Inside = false;
  for (size_t At = 0; At < Text.size();) {
    const size_t Begin = At;
    const char32_t C = nextCodePoint(Text, At);
    if (Inside)
      appendLower(Out, C, Text, Begin, At);
    else
      appendTitle(Out, C);
    Inside = isCased(C);
  }
  return Out;
}

std::string titleFilter(std::string_view Text) {
  const auto IsBreak = [](char32_t C) {
    return isPythonSpace(C) || C == '-' || C == '(' || C == '{' || C == '[' ||
           C == '<';
  };
  // Words and the breaks between them; the first letter up, the rest down.
  std::string Out;
  for (size_t At = 0; At < Text.size();) {
    size_t Next = At;
    const char32_t C = nextCodePoint(Text, Next);
    if (IsBreak(C)) {
      Out += Text.substr(At, Next - At);
      At = Next;
      continue;
    }
    appendUpper(Out, C);
    size_t End = Next;
    while (End < Text.size()) {
      size_t Behind = End;
      if (IsBreak(nextCodePoint(Text, Behind)))
        break;
      End = Behind;
    }
    Out += lower(Text.substr(Next, End - Next));
    At = End;
  }
  return Out;
}

} // namespace sinter::jinja
