//===- Unicode.cpp - character properties as the judge sees them ----------===//
#include "Unicode.h"
#include "Utf8.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

namespace sinter::tokenizer {
namespace {
/// Letters First, First + Stride, ... Last, whose lower case is Difference
/// further.
struct LowerRun {
  char32_t First, Last, Stride;
  int32_t Difference;
};

struct ClusterRun {
  char32_t First, Last;
  Cluster Class;
};

struct ScriptRun {
  char32_t First, Last;
  int Script;
};

using enum Cluster;
#include "UnicodeRuns.inc"
#include "UnicodeSets.inc"
#include "UnicodeTables.inc"

constexpr NewProperty Properties[] = {
    {"Lu", NewLu}, {"Ll", NewLl},   {"Lm", NewLm},
    {"Lo", NewLo}, {"Mn", NewMn},   {"Mc", NewMc},
    {"Nd", NewNd}, {"No", NewNo},   {"Pd", NewPd},
    {"Po", NewPo}, {"Sm", NewSm},   {"So", NewSo},
    {"Cf", NewCf}, {"Han", NewHan}, {"Alphabetic", NewAlphabetic},
};

/// The run of a sorted table that the character is in, or null.
template <typename Run, size_t Count>
const Run *runOf(const Run (&Sorted)[Count], char32_t C) {
  const Run *It =
      std::upper_bound(std::begin(Sorted), std::end(Sorted), C,
                       [](char32_t X, const Run &R) { return X < R.First; });
  return It != Sorted && C <= It[-1].Last ? It - 1 : nullptr;
}

template <size_t Count>
bool contains(const Range (&Sorted)[Count], char32_t C) {
  return runOf(Sorted, C) != nullptr;
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

bool isWord(char32_t C) { return contains(Word, C); }
bool isPunctuation(char32_t C) { return contains(Punctuation, C); }
bool isCombiningMark(char32_t C) {
  return C >= 0x300 && contains(CombiningMarks, C);
}
bool isBertMark(char32_t C) { return C >= 0x300 && contains(BertMarks, C); }
bool isBertControl(char32_t C) { return contains(BertControl, C); }

Cluster clusterClassOf(char32_t C) {
  if (C >= 0x20 && C < 0x7F)
    return Other;
  if (C >= 0xAC00 && C <= 0xD7A3)
    return (C - 0xAC00) % 28 ? ClosedSyllable : OpenSyllable;
  const ClusterRun *R = runOf(ClusterRuns, C);
  return R ? R->Class : Other;
}

int scriptOf(char32_t C) {
  const ScriptRun *R = runOf(ScriptRuns, C);
  return R ? R->Script : -1;
}

void appendLower(std::string &Out, char32_t C) {
  if (C < 0x80) {
    Out += static_cast<char>(C >= 'A' && C <= 'Z' ? C + 32 : C);
    return;
  }
  if (C == 0x130) { // the only one that becomes two
    Out += "i\xCC\x87";
    return;
  }
  if (const LowerRun *R = runOf(LowerRuns, C);
      R && (C - R->First) % R->Stride == 0)
    C = static_cast<char32_t>(static_cast<int32_t>(C) + R->Difference);
  appendCodePoint(Out, C);
}

bool isNfcOpaque(char32_t C) { return C >= 0x7FD && contains(NfcOpaque, C); }
bool isNfkcOpaque(char32_t C) { return C >= 0x7FD && contains(NfkcOpaque, C); }

} // namespace sinter::tokenizer
