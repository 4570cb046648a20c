//===- Filters.cpp - {{ value | filter }} ---------------------------------===//
#include "Case.h"
#include "Search.h"
#include "SequenceFilters.h"
#include "Text.h"

#include "../Error.h"
#include "../Utf8.h"

#include <utf8proc.h>

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace sinter;

namespace sinter::jinja {
namespace {

Value trim(Runtime &, const Value &V, Arguments &A) {
  const Value *Chars = A.get(0, "chars");
  if (!Chars || Chars->is(Kind::None))
    return Value::string(std::string(strip(str(V), true, true)));
  if (!Chars->is(Kind::String))
    failType("trim", *Chars);
  return Value::string(std::string(strip(str(V), true, true, &Chars->text())));
}

Value orDefault(Runtime &, const Value &V, Arguments &A) {
  const Value *Default = A.get(0, "default_value");
  const bool Falsy = A.flag(1, "boolean", false);
  if (V.is(Kind::Undefined) || (Falsy && !V.truth()))
    return Default ? *Default : Value::string("");
  return V;
}

/// A number as int() and float() read it: spaces around, a sign, single
/// underscores between digits. False: none.
bool plainNumber(const std::string &Given, std::string &Out) {
  const std::string_view Text = strip(Given, true, true);
  const auto IsDigit = [&](size_t I) {
    return I < Text.size() && Text[I] >= '0' && Text[I] <= '9';
  };
  for (size_t At = 0; At < Text.size();)
    if (const char32_t C = tokenizer::nextCodePoint(Text, At);
        C >= 0x80 && utf8proc_category(static_cast<utf8proc_int32_t>(C)) ==
                         UTF8PROC_CATEGORY_ND)
      failUnsupported("numbers with digits past ASCII");
  for (size_t I = 0; I < Text.size(); ++I)
    if (Text[I] != '_')
      Out += Text[I];
    else if (!I || !IsDigit(I - 1) || !IsDigit(I + 1))
      return false;
  if (Out.starts_with('+')) {
    Out.erase(0, 1);
    if (Out.starts_with('-'))
      return false;
  }
  return true;
}

bool readFloat(const std::string &Given, double &F) {
  std::string Text;
  if (!plainNumber(Given, Text))
    return false;
  const char *End = Text.data() + Text.size();
  const auto Read = std::from_chars(Text.data(), End, F);
  if (Read.ec == std::errc::result_out_of_range && Read.ptr == End)
    failUnsupported("a number out of range");
  // Python knows no nan(...).
  return Read.ec == std::errc() && Read.ptr == End && !Text.ends_with(')');
}

Value toInt(Runtime &, const Value &V, Arguments &A) {
  const Value *Given = A.get(0, "default");
  const Value Default = Given ? *Given : Value::integer(0);
  if (A.whole(1, "base", 10) != 10)
    failUnsupported("int with a base other than 10");
  if (V.isWhole())
    return Value::integer(V.whole());
  double F;
  if (V.is(Kind::Float)) {
    F = V.real();
  } else if (V.is(Kind::String)) {
    std::string Text;
    if (!plainNumber(V.text(), Text))
      return Default;
    const char *End = Text.data() + Text.size();
    int64_t I;
    const auto Whole = std::from_chars(Text.data(), End, I);
    if (Whole.ec == std::errc() && Whole.ptr == End)
      return Value::integer(I);
    if (!readFloat(V.text(), F))
      return Default;
  } else if (V.is(Kind::Undefined)) {
    fail(V.what() + " is undefined");
  } else {
    return Default;
  }
  if (std::isnan(F) || std::isinf(F)) {
    if (V.is(Kind::Float) && std::isinf(F))
      fail("int of an infinite number");
    return Default;
  }
  if (std::fabs(F) >= 9.2e18)
    failUnsupported("whole numbers of more than 64 bits");
  return Value::integer(static_cast<int64_t>(F));
}

Value toFloat(Runtime &, const Value &V, Arguments &A) {
  const Value *Given = A.get(0, "default");
  const Value Default = Given ? *Given : Value::real(0);
  if (V.isNumber())
    return Value::real(V.real());
  if (V.is(Kind::Undefined))
    fail(V.what() + " is undefined");
  double F;
  return V.is(Kind::String) && readFloat(V.text(), F) ? Value::real(F)
                                                      : Default;
}

Value indent(Runtime &, const Value &V, Arguments &A) {
  const Value *Width = A.get(0, "width");
  const bool First = A.flag(1, "first", false);
  const bool Blank = A.flag(2, "blank", false);
  std::string Space(4, ' ');
  if (!V.is(Kind::String))
    failType("indent", V);
  if (Width && Width->is(Kind::String))
    Space = Width->text();
  else if (Width && Width->isWhole() && Width->whole() <= 4096)
    Space.assign(static_cast<size_t>(std::max<int64_t>(0, Width->whole())),
                 ' ');
  else if (Width)
    failType("indent", *Width);
  const std::string Text = V.text() + "\n";
  std::string Out;
  const auto Lines = splitLines(Text, false);
  for (size_t I = 0; I < Lines.size(); ++I) {
    if (I)
      Out += '\n';
    if (I ? Blank || !Lines[I].empty() : First)
      Out += Space;
    Out += Lines[I];
    if (Out.size() > MaxText)
      fail("makes a text longer than 64 MiB");
  }
  return Value::string(std::move(Out));
}

Value absolute(Runtime &, const Value &V, Arguments &) {
  if (!V.isNumber())
    failType("abs", V);
  if (V.is(Kind::Bool))
    return Value::integer(V.whole());
  return V.real() < 0        ? negative(V)
         : V.is(Kind::Float) ? Value::real(std::fabs(V.real()))
                             : V;
}

Value round(Runtime &, const Value &V, Arguments &A) {
  const int64_t Digits = A.whole(0, "precision", 0);
  const std::string Method = A.text(1, "method", "common");
  if (!V.isNumber())
    failType("round", V);
  if (Method != "common" && Method != "ceil" && Method != "floor")
    fail("round by " + tokenizer::quote(Method) +
         ": want common, ceil or floor");
  if (Digits < 0 || Digits > 15)
    failUnsupported("round to less than 0 or more than 15 digits");
  if (Method != "common") {
    const double Scale = std::pow(10, static_cast<double>(Digits));
    const double F = V.real() * Scale;
    return Value::real((Method == "ceil" ? std::ceil(F) : std::floor(F)) /
                       Scale);
  }
  if (V.isWhole())
    return Value::integer(V.whole());
  if (!std::isfinite(V.real()))
    return V;
  // printf rounds the exact value, as Python's round does.
  char Text[400];
  std::snprintf(Text, sizeof(Text), "%.*f", static_cast<int>(Digits), V.real());
  return Value::real(std::strtod(Text, nullptr));
}

Value replaceFilter(Runtime &, const Value &V, Arguments &A) {
  const Value &Old = A.need(0, "old"), &New = A.need(1, "new");
  return Value::string(
      replaceAll(str(V), str(Old), str(New), A.whole(2, "count", -1)));
}

Value escape(Runtime &, const Value &V, Arguments &) {
  return Value::safe(escaped(V));
}
Value safe(Runtime &, const Value &V, Arguments &) {
  return Value::safe(str(V));
}
Value string(Runtime &, const Value &V, Arguments &) {
  return V.is(Kind::String) ? V : Value::string(str(V));
}
Value tojson(Runtime &, const Value &V, Arguments &A) {
  return Value::string(toJson(V, A));
}

/// A change of letters: upper, title ...
template <std::string (*Change)(std::string_view)>
Value changed(Runtime &, const Value &V, Arguments &) {
  return Value::string(Change(str(V)));
}

constexpr FilterRow Rows[] = {
    {"abs", absolute},
    {"capitalize", changed<capitalize>},
    {"count", filters::length},
    {"d", orDefault},
    {"default", orDefault},
    {"dictsort", filters::dictsort},
    {"e", escape},
    {"escape", escape},
    {"first", filters::first},
    {"float", toFloat},
    {"indent", indent},
    {"int", toInt},
    {"items", filters::items},
    {"join", filters::join},
    {"last", filters::last},
    {"length", filters::length},
    {"list", filters::list},
    {"lower", changed<lower>},
    {"map", filters::map},
    {"max", filters::max},
    {"min", filters::min},
    {"reject", filters::reject},
    {"rejectattr", filters::rejectattr},
    {"replace", replaceFilter},
    {"reverse", filters::reverse},
    {"round", round},
    {"safe", safe},
    {"select", filters::select},
    {"selectattr", filters::selectattr},
    {"sort", filters::sort},
    {"string", string},
    {"sum", filters::sum},
    {"title", changed<titleFilter>},
    {"tojson", tojson},
    {"trim", trim},
    {"unique", filters::unique},
    {"upper", changed<upper>},
};

} // namespace

std::string escaped(const Value &V) {
  if (V.isSafe())
    return V.text();
  std::string Out;
  for (const char C : str(V))
    if (C == '&')
      Out += "&amp;";
    else if (C == '<')
      Out += "&lt;";
    else if (C == '>')
      Out += "&gt;";
    else if (C == '\'')
      Out += "&#39;";
    else if (C == '"')
      Out += "&#34;";
    else
      Out += C;
  return Out;
}

const FilterRow *findFilter(std::string_view Name) {
  for (const FilterRow &F : Rows)
    if (Name == F.Name)
      return &F;
  return nullptr;
}

std::string filterNames() {
  std::string Names;
  for (const FilterRow &F : Rows)
    Names += (Names.empty() ? "" : ", ") + std::string(F.Name);
  return Names;
}

} // namespace sinter::jinja
