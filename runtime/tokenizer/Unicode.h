//===- Unicode.h - character properties as the judge sees them --*- C++ -*-===//
//
// The `tokenizers` library has its own Unicode data, newer than those of the
// installed PCRE2 and utf8proc here and older there. These functions answer as
// it does; UnicodeTables.inc holds the differences, the other two whole
// tables.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_UNICODE_H
#define SINTER_RUNTIME_TOKENIZER_UNICODE_H

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sinter::tokenizer {

struct Range {
  char32_t First, Last;
};

bool isNumeric(char32_t C); ///< Nd, Nl, No: what Digits splits at
bool isSpace(char32_t C);   ///< the property White_Space
bool isWord(char32_t C);    ///< \w of single_word and of Whitespace
bool isPunctuation(char32_t C);
bool isCombiningMark(char32_t C); ///< what StripAccents removes
bool isBertMark(char32_t C);      ///< what BertNormalizer removes as accents
bool isBertControl(char32_t C);   ///< what it cleans away

/// What a character does in grapheme clusters. Linkers and consonants are those
/// of Indic conjuncts.
enum class Cluster : uint8_t {
  Other,
  Control,
  Prepend,
  Extend,
  Joiner,
  Linker,
  Spacing,
  Pictograph,
  Consonant,
  Leading,
  Vowel,
  Trailing,
  OpenSyllable,
  ClosedSyllable,
  Regional
};
Cluster clusterClassOf(char32_t C);

/// A number for the script, -1: goes with any. To UnicodeScripts the Japanese
/// ones are one.
int scriptOf(char32_t C);

void appendLower(std::string &Out, char32_t C);

/// A code point that canonical normalization passes through and that takes no
/// part in reordering or composing.
bool isNfcOpaque(char32_t C);
/// The same for the compatibility forms, besides the others.
bool isNfkcOpaque(char32_t C);

/// Code points with the general category or property (two letters,
/// "Alphabetic" or "Han") that a library of Unicode 14 does not know to have
/// it. One letter stands for a whole class: the callback gets each table.
template <typename Callback>
void forEachNewRange(std::string_view Property, Callback &&Take);

struct NewProperty {
  std::string_view Name;
  std::span<const Range> Ranges;
};
std::span<const NewProperty> newProperties();

template <typename Callback>
void forEachNewRange(std::string_view Property, Callback &&Take) {
  for (const NewProperty &P : newProperties())
    if (P.Name == Property || (Property.size() == 1 && P.Name.size() == 2 &&
                               P.Name[0] == Property[0]))
      for (const Range &R : P.Ranges)
        Take(R);
}

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_UNICODE_H
