//===- OnigurumaProperties.cpp - \p{...} of Oniguruma for PCRE2 -----------===//
//
// Names are compared as Oniguruma does: without case, spaces, '-' and '_'.
//
//===----------------------------------------------------------------------===//
#define PCRE2_CODE_UNIT_WIDTH 8
#include "Oniguruma.h"
#include "Unicode.h"

#include <pcre2.h>

#include <cstdio>

using namespace sinter;

namespace {

struct Named {
  const char *Name, *Short;
};
constexpr Named Categories[] = {
    {"letter", "L"},
    {"uppercaseletter", "Lu"},
    {"lowercaseletter", "Ll"},
    {"titlecaseletter", "Lt"},
    {"modifierletter", "Lm"},
    {"otherletter", "Lo"},
    {"mark", "M"},
    {"combiningmark", "M"},
    {"nonspacingmark", "Mn"},
    {"spacingmark", "Mc"},
    {"enclosingmark", "Me"},
    {"number", "N"},
    {"decimalnumber", "Nd"},
    {"letternumber", "Nl"},
    {"othernumber", "No"},
    {"punctuation", "P"},
    {"connectorpunctuation", "Pc"},
    {"dashpunctuation", "Pd"},
    {"openpunctuation", "Ps"},
    {"closepunctuation", "Pe"},
    {"initialpunctuation", "Pi"},
    {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"},
    {"symbol", "S"},
    {"mathsymbol", "Sm"},
    {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"},
    {"othersymbol", "So"},
    {"separator", "Z"},
    {"spaceseparator", "Zs"},
    {"lineseparator", "Zl"},
    {"paragraphseparator", "Zp"},
    {"control", "Cc"},
    {"format", "Cf"},
    {"privateuse", "Co"},
    {"digit", "Nd"},
    {"cntrl", "Cc"},
    // C and Cn are left out: the set of unassigned code points differs with
    // every version of Unicode.
};
constexpr const char *ShortNames[] = {
    "L",  "Lu", "Ll", "Lt", "Lm", "Lo", "M",  "Mn", "Mc", "Me", "N", "Nd",
    "Nl", "No", "P",  "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm",
    "Sc", "Sk", "So", "Z",  "Zs", "Zl", "Zp", "Cc", "Cf", "Co"};

std::string newRanges(std::string_view Property) {
  std::string Out;
  tokenizer::forEachNewRange(Property, [&](const tokenizer::Range &R) {
    Out += tokenizer::codePointForPattern(R.First);
    if (R.First != R.Last)
      Out += '-' + tokenizer::codePointForPattern(R.Last);
  });
  return Out;
}

std::string category(const std::string &Short) {
  return "\\p{" + Short + "}" + newRanges(Short);
}

bool compiles(const std::string &Pattern) {
  int Code;
  PCRE2_SIZE Where;
  pcre2_code *Compiled =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(Pattern.data()),
                    Pattern.size(), PCRE2_UTF, &Code, &Where, nullptr);
  pcre2_code_free(Compiled);
  return Compiled != nullptr;
}

} // namespace

std::string tokenizer::codePointForPattern(char32_t C) {
  char Text[16];
  std::snprintf(Text, sizeof(Text), "\\x{%x}", static_cast<unsigned>(C));
  return Text;
}

std::string tokenizer::propertyForClass(std::string_view Given) {
  std::string Name;
  for (const char C : Given)
    if (C != ' ' && C != '-' && C != '_')
      Name += C >= 'A' && C <= 'Z' ? static_cast<char>(C + 32) : C;
  if (Name.empty() || Name.size() > 40)
    return {};
  for (const char C : Name)
    if (!(C >= 'a' && C <= 'z') && !(C >= '0' && C <= '9'))
      return {};
  for (const char *Short : ShortNames) {
    std::string Lower = Short;
    for (char &C : Lower)
      C |= 0x20;
    if (Lower == Name)
      return category(Short);
  }
  for (const Named &C : Categories)
    if (Name == C.Name)
      return category(C.Short);
  if (Name == "alpha" || Name == "alphabetic")
    return "\\p{Alphabetic}" + newRanges("Alphabetic");
  if (Name == "alnum")
    return "\\p{Alphabetic}" + newRanges("Alphabetic") + category("Nd");
  if (Name == "word")
    return "\\p{Alphabetic}" + newRanges("Alphabetic") + category("M") +
           category("Nd") + category("Pc");
  if (Name == "space" || Name == "whitespace")
    return "\\t-\\r\\x20\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}"
           "\\x{2029}\\x{202f}\\x{205f}\\x{3000}";
  if (Name == "punct")
    return category("P") + category("S");
  if (Name == "blank")
    return "\\t\\p{Zs}";
  if (Name == "xdigit")
    return "0-9a-fA-F";
  if (Name == "ascii")
    return "\\x00-\\x7f";
  if (Name == "any")
    return "\\x00-\\x{10ffff}";
  if (Name == "upper" || Name == "uppercase")
    return "\\p{Uppercase}" + newRanges("Lu");
  if (Name == "lower" || Name == "lowercase")
    return "\\p{Lowercase}" + newRanges("Ll");
  if (Name == "han")
    return "\\p{sc:Han}" + newRanges("Han");
  // A script, or a binary property that both know by the same name. Oniguruma
  // means the script itself, PCRE2's \p{Greek} its extensions.
  for (const char *Before : {"\\p{sc:", "\\p{"})
    if (Name.size() > 2 && compiles(Before + Name + "}"))
      return Before + Name + "}";
  return {};
}
