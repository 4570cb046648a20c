//===- Text.cpp - Python's str on UTF-8 -----------------------------------===//
#include "Text.h"
#include "../Unicode.h"
#include "../Utf8.h"
#include "Value.h"

#include <utf8proc.h>

#include <charconv>
#include <cmath>

using namespace sinter;
using tokenizer::appendCodePoint;
using tokenizer::nextCodePoint;

namespace sinter::jinja {

bool isPythonSpace(char32_t C) {
  return tokenizer::isSpace(C) || (C >= 0x1C && C <= 0x1F);
}

size_t codePoints(std::string_view Text) {
  size_t Count = 0;
  for (const char C : Text)
    Count += (static_cast<unsigned char>(C) & 0xC0) != 0x80;
  return Count;
}

std::vector<std::string> characters(std::string_view Text) {
  std::vector<std::string> Out;
  for (size_t At = 0; At < Text.size();) {
    const size_t Begin = At;
    nextCodePoint(Text, At);
    Out.emplace_back(Text.substr(Begin, At - Begin));
  }
  return Out;
}

std::string floatText(double F) {
  if (std::isnan(F))
    return "nan";
  if (std::isinf(F))
    return F < 0 ? "-inf" : "inf";
  // The shortest digits that read back the same, then Python's choice of form.
  char Digits[40];
  auto End = std::to_chars(Digits, Digits + sizeof(Digits), F,
                           std::chars_format::scientific)
                 .ptr;
  std::string_view Text(Digits, static_cast<size_t>(End - Digits));
  std::string Out;
  if (Text.starts_with('-')) {
    Out = "-";
    Text.remove_prefix(1);
  }
  const size_t E = Text.find('e');
  int Exponent = 0;
  std::string_view Power = Text.substr(E + 1);
  if (Power.starts_with('+'))
    Power.remove_prefix(1);
  std::from_chars(Power.data(), Power.data() + Power.size(), Exponent);
  std::string Mantissa(Text.substr(0, 1));
  if (E > 2)
    Mantissa += Text.substr(2, E - 2);
  const int Size = static_cast<int>(Mantissa.size());
  if (Exponent < -4 || Exponent >= 16) {
    Out += Mantissa[0];
    if (Size > 1)
      Out += "." + Mantissa.substr(1);
    const int Absolute = std::abs(Exponent);
    return Out + (Exponent < 0 ? "e-" : "e+") + (Absolute < 10 ? "0" : "") +
           std::to_string(Absolute);
  }
  if (Exponent < 0)
    return Out + "0." + std::string(static_cast<size_t>(-Exponent - 1), '0') +
           Mantissa;
  if (Size <= Exponent + 1)
    return Out + Mantissa +
           std::string(static_cast<size_t>(Exponent + 1 - Size), '0') + ".0";
  return Out + Mantissa.substr(0, static_cast<size_t>(Exponent) + 1) + "." +
         Mantissa.substr(static_cast<size_t>(Exponent) + 1);
}

static void appendHex(std::string &Out, char Letter, int Digits, char32_t C) {
  Out += '\\';
  Out += Letter;
  for (int Shift = (Digits - 1) * 4; Shift >= 0; Shift -= 4)
    Out += "0123456789abcdef"[C >> Shift & 15];
}

static bool isPrintable(char32_t C) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(C))) {
  case UTF8PROC_CATEGORY_CN:
  case UTF8PROC_CATEGORY_CC:
  case UTF8PROC_CATEGORY_CF:
  case UTF8PROC_CATEGORY_CS:
  case UTF8PROC_CATEGORY_CO:
  case UTF8PROC_CATEGORY_ZL:
  case UTF8PROC_CATEGORY_ZP:
    return false;
  case UTF8PROC_CATEGORY_ZS:
    return C == ' ';
  default:
    return true;
  }
}

std::string quotedText(std::string_view S) {
  const char Quote = S.find('\'') != std::string_view::npos &&
                             S.find('"') == std::string_view::npos
                         ? '"'
                         : '\'';
  std::string Out(1, Quote);
  for (size_t At = 0; At < S.size();) {
    const size_t Begin = At;
    const char32_t C = nextCodePoint(S, At);
    if (C == '\n')
      Out += "\\n";
    else if (C == '\t')
      Out += "\\t";
    else if (C == '\r')
      Out += "\\r";
    else if (C == '\\' || C == static_cast<unsigned char>(Quote))
      (Out += '\\') += static_cast<char>(C);
    else if (isPrintable(C))
      Out += S.substr(Begin, At - Begin);
    else if (C < 0x100)
      appendHex(Out, 'x', 2, C);
    else if (C < 0x10000)
      appendHex(Out, 'u', 4, C);
    else
      appendHex(Out, 'U', 8, C);
  }
  return Out += Quote;
}

std::string jsonText(std::string_view S, bool Ascii) {
  std::string Out = "\"";
  for (size_t At = 0; At < S.size();) {
    const size_t Begin = At;
    const char32_t C = nextCodePoint(S, At);
    static constexpr std::string_view Short = "\b\t\n\f\r\"\\";
    static constexpr std::string_view Names = "btnfr\"\\";
    if (const size_t I = C < 0x80 ? Short.find(static_cast<char>(C))
                                  : std::string_view::npos;
        I != std::string_view::npos) {
      (Out += '\\') += Names[I];
    } else if (C < 0x20 || (Ascii && C >= 0x7F && C < 0x10000)) {
      appendHex(Out, 'u', 4, C);
    } else if (Ascii && C >= 0x10000) {
      appendHex(Out, 'u', 4, 0xD800 + ((C - 0x10000) >> 10));
      appendHex(Out, 'u', 4, 0xDC00 + ((C - 0x10000) & 0x3FF));
    } else {
      Out += S.substr(Begin, At - Begin);
    }
  }
  return Out += '"';
}

} // namespace sinter::jinja
