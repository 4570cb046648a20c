//===- Methods.cpp - methods of strings, dictionaries and lists -----------===//
//
// Those of Python's that change nothing. The names of the others are known,
// because v.update is then the method and not the item "update".
//
//===----------------------------------------------------------------------===//
#include "Library.h"
#include "Text.h"

#include "../Error.h"
#include "../Unicode.h"
#include "../Utf8.h"

#include <algorithm>

using namespace sinter;

namespace sinter::jinja {
namespace {

using Method = Value (*)(Runtime &R, const Value &Self, Arguments &A);

Value stripped(const Value &Self, Arguments &A, bool Left, bool Right) {
  const Value *Chars = A.get(0, "chars");
  if (!Chars || Chars->is(Kind::None))
    return Value::string(std::string(strip(Self.text(), Left, Right)));
  if (!Chars->is(Kind::String))
    failType("strip", *Chars);
  return Value::string(
      std::string(strip(Self.text(), Left, Right, &Chars->text())));
}

Value strings(Runtime &R, std::vector<std::string> Parts) {
  std::vector<Value> Items;
  for (std::string &Part : Parts)
    Items.push_back(Value::string(std::move(Part)));
  return R.H.list(std::move(Items));
}

Value splitMethod(Runtime &R, const Value &Self, Arguments &A, bool Right) {
  const Value *By = A.get(0, "sep");
  const int64_t Most = A.whole(1, "maxsplit", -1);
  if (!By || By->is(Kind::None)) {
    if (Right && Most >= 0)
      failUnsupported("rsplit with a limit but without a separator");
    return strings(R, splitSpaces(Self.text(), Most));
  }
  if (!By->is(Kind::String))
    failType("split", *By);
  return strings(R, Right ? splitFromRight(Self.text(), By->text(), Most)
                          : split(Self.text(), By->text(), Most));
}

/// startswith and endswith: a string or a tuple of them.
bool touches(const Value &Self, const Value &What, bool AtEnd) {
  if (What.is(Kind::Tuple))
    return std::any_of(
        What.items().begin(), What.items().end(),
        [&](const Value &Item) { return touches(Self, Item, AtEnd); });
  if (!What.is(Kind::String))
    failType(AtEnd ? "endswith" : "startswith", What);
  return AtEnd ? Self.text().ends_with(What.text())
               : Self.text().starts_with(What.text());
}

Value findText(const Value &Self, Arguments &A, bool Right, bool Must) {
  const std::string What = A.text(0, "sub", "");
  const size_t At = Right ? Self.text().rfind(What) : Self.text().find(What);
  if (At == std::string::npos) {
    if (Must)
      fail("index(): the text is not there");
    return Value::integer(-1);
  }
  return Value::integer(static_cast<int64_t>(
      codePoints(std::string_view(Self.text()).substr(0, At))));
}

Value countText(const Value &Self, const std::string &What) {
  if (What.empty())
    return Value::integer(static_cast<int64_t>(codePoints(Self.text()) + 1));
  int64_t Count = 0;
  for (size_t At = 0; (At = Self.text().find(What, At)) != std::string::npos;
       At += What.size())
    ++Count;
  return Value::integer(Count);
}

template <typename Predicate> Value all(const Value &Self, Predicate &&Holds) {
  const std::string &Text = Self.text();
  for (size_t At = 0; At < Text.size();)
    if (!Holds(tokenizer::nextCodePoint(Text, At)))
      return Value::boolean(false);
  return Value::boolean(!Text.empty());
}

bool isAsciiDigit(char32_t C) { return C >= '0' && C <= '9'; }

bool isLetter(char32_t C) {
  if (C < 0x80)
    return (C >= 'a' && C <= 'z') || (C >= 'A' && C <= 'Z');
  failUnsupported("isalpha and isalnum of letters past ASCII");
}

Value joined(const Value &Self, Arguments &A) {
  std::string Text;
  bool First = true;
  for (const Value &Item : iterate(A.need(0, "iterable"))) {
    if (!Item.is(Kind::String))
      failType("join", Item);
    if (!First)
      Text += Self.text();
    First = false;
    Text += Item.text();
    if (Text.size() > MaxText)
      fail("makes a text longer than 64 MiB");
  }
  return Value::string(std::move(Text));
}

/// Before, separator, behind; the whole and two empty ones when it is absent.
Value partition(Runtime &R, const Value &Self, Arguments &A, bool Right) {
  const std::string By = A.text(0, "sep", "");
  if (By.empty())
    fail("partition() with an empty separator");
  const std::string &Text = Self.text();
  const size_t At = Right ? Text.rfind(By) : Text.find(By);
  std::vector<Value> Parts;
  if (At == std::string::npos) {
    Parts = {Value::string(""), Value::string(""), Value::string("")};
    Parts[Right ? 2 : 0] = Self;
  } else {
    Parts = {Value::string(Text.substr(0, At)), Value::string(By),
             Value::string(Text.substr(At + By.size()))};
  }
  return R.H.list(std::move(Parts), Kind::Tuple);
}

Value pairs(Runtime &R, const Value &Self, bool Keys, bool Values) {
  std::vector<Value> Items;
  for (const auto &[Key, V] : Self.dict().Items)
    if (Keys && Values)
      Items.push_back(R.H.list({Key, V}, Kind::Tuple));
    else
      Items.push_back(Keys ? Key : V);
  return R.H.list(std::move(Items));
}

struct Row {
  const char *Name;
  Method Call; ///< null: exists in Python, but not here
};

#define METHOD [](Runtime & R, const Value &Self, Arguments &A)->Value
#define SELF_ONLY (void)R, (void)A

constexpr Row StringMethods[] = {{"strip", METHOD{(void)R;
return stripped(Self, A, true, true);
} // namespace
} // namespace sinter::jinja
, {"lstrip", METHOD{(void)R;
return stripped(Self, A, true, false);
}
}
, {"rstrip", METHOD{(void)R;
return stripped(Self, A, false, true);
}
}
, {"split", METHOD{return splitMethod(R, Self, A, false);
}
}
, {"rsplit", METHOD{return splitMethod(R, Self, A, true);
}
}
, {"splitlines", METHOD{return strings(
                     R, splitLines(Self.text(), A.flag(0, "keepends", false)));
}
}
, {"startswith", METHOD{(void)R;
return Value::boolean(touches(Self, A.need(0, "prefix"), false));
}
}
, {"endswith", METHOD{(void)R;
return Value::boolean(touches(Self, A.need(0, "suffix"), true));
}
}
, {"upper", METHOD{SELF_ONLY;
return Value::string(upper(Self.text()));
}
}
, {"lower", METHOD{SELF_ONLY;
return Value::string(lower(Self.text()));
}
}
, {"title", METHOD{SELF_ONLY;
return Value::string(titleMethod(Self.text()));
}
}
, {"capitalize", METHOD{SELF_ONLY;
return Value::string(capitalize(Self.text()));
}
}
, {"replace", METHOD{(void)R;
const std::string Old = A.text(0, "old", ""), New = A.text(1, "new", "");
if (A.Positional.size() < 2)
  fail("replace() wants what to replace and by what");
return Value::string(
    replaceAll(Self.text(), Old, New, A.whole(2, "count", -1)));
}
}
, {"find", METHOD{(void)R;
return findText(Self, A, false, false);
}
}
, {"rfind", METHOD{(void)R;
return findText(Self, A, true, false);
}
}
, {"index", METHOD{(void)R;
return findText(Self, A, false, true);
}
}
, {"count", METHOD{(void)R;
return countText(Self, A.text(0, "sub", ""));
}
}
, {"join", METHOD{(void)R;
return joined(Self, A);
}
}
, {"partition", METHOD{return partition(R, Self, A, false);
}
}
, {"rpartition", METHOD{return partition(R, Self, A, true);
}
}
, {"removeprefix", METHOD{(void)R;
const std::string P = A.text(0, "prefix", "");
return Self.text().starts_with(P) ? Value::string(Self.text().substr(P.size()))
                                  : Self;
}
}
, {"removesuffix", METHOD{(void)R;
const std::string P = A.text(0, "suffix", "");
return Self.text().ends_with(P)
           ? Value::string(Self.text().substr(0, Self.text().size() - P.size()))
           : Self;
}
}
, {"isspace", METHOD{SELF_ONLY;
return all(Self, isPythonSpace);
}
}
, {"isdigit", METHOD{SELF_ONLY;
return all(Self, [](char32_t C) {
  if (C >= 0x80 && tokenizer::isNumeric(C))
    failUnsupported("isdigit of digits past ASCII");
  return isAsciiDigit(C);
});
}
}
, {"isalpha", METHOD{SELF_ONLY;
return all(Self, isLetter);
}
}
, {"isalnum", METHOD{SELF_ONLY;
return all(Self, [](char32_t C) { return isAsciiDigit(C) || isLetter(C); });
}
}
, {"casefold", nullptr}, {"center", nullptr}, {"encode", nullptr},
    {"expandtabs", nullptr}, {"format", nullptr}, {"format_map", nullptr},
    {"isascii", nullptr}, {"isdecimal", nullptr}, {"isidentifier", nullptr},
    {"islower", nullptr}, {"isnumeric", nullptr}, {"isprintable", nullptr},
    {"istitle", nullptr}, {"isupper", nullptr}, {"ljust", nullptr},
    {"maketrans", nullptr}, {"rindex", nullptr}, {"rjust", nullptr},
    {"swapcase", nullptr}, {"translate", nullptr}, {"zfill", nullptr},
}
;

constexpr Row DictMethods[] = {{"items", METHOD{(void)A;
return pairs(R, Self, true, true);
}
}
, {"keys", METHOD{(void)A;
return pairs(R, Self, true, false);
}
}
, {"values", METHOD{(void)A;
return pairs(R, Self, false, true);
}
}
, {"get", METHOD{(void)R;
const Value *Found = Self.dict().find(A.need(0, "key"));
const Value *Default = A.get(1, "default");
return Found ? *Found : Default ? *Default : Value::none();
}
}
, {"copy", METHOD{(void)A;
auto *D = R.H.make<DictObject>();
for (const auto &[Key, V] : Self.dict().Items)
  D->set(Key, V);
return Value::object(Kind::Dict, D);
}
}
, {"clear", nullptr}, {"fromkeys", nullptr}, {"pop", nullptr},
    {"popitem", nullptr}, {"setdefault", nullptr}, {"update", nullptr},
}
;

constexpr Row ListMethods[] = {{"index", METHOD{(void)R;
const Value &What = A.need(0, "value");
for (size_t I = 0; I < Self.items().size(); ++I)
  if (equal(Self.items()[I], What))
    return Value::integer(static_cast<int64_t>(I));
fail("index(): the value is not in the list");
}
}
, {"count", METHOD{(void)R;
const Value &What = A.need(0, "value");
return Value::integer(
    std::count_if(Self.items().begin(), Self.items().end(),
                  [&](const Value &Item) { return equal(Item, What); }));
}
}
, {"copy", METHOD{(void)A;
return R.H.list(Self.items());
}
}
, {"append", nullptr}, {"clear", nullptr}, {"extend", nullptr},
    {"insert", nullptr}, {"pop", nullptr}, {"remove", nullptr},
    {"reverse", nullptr}, {"sort", nullptr},
}
;
#undef METHOD
#undef SELF_ONLY

template <size_t Count>
const Row *in(const Row (&Rows)[Count], std::string_view Name) {
  for (const Row &R : Rows)
    if (Name == R.Name)
      return &R;
  return nullptr;
}

const Row *methodOf(const Value &V, std::string_view Name) {
  if (V.is(Kind::String))
    return in(StringMethods, Name);
  if (V.is(Kind::Dict))
    return in(DictMethods, Name);
  if (V.is(Kind::List) ||
      (V.is(Kind::Tuple) && (Name == "index" || Name == "count")))
    return in(ListMethods, Name);
  return nullptr;
}

bool callable(const Row *R) { return R && R->Call; }

} // namespace

bool isMethod(std::string_view Name) {
  return callable(in(StringMethods, Name)) || callable(in(DictMethods, Name)) ||
         callable(in(ListMethods, Name)) || Name == "cycle";
}

bool hasMethod(const Value &V, std::string_view Name) {
  return methodOf(V, Name) != nullptr;
}

Value callMethod(Runtime &R, const Value &Self, const std::string &Name,
                 Arguments &A) {
  const Row *Found = methodOf(Self, Name);
  if (!callable(Found))
    failUnsupported("the method " + Name + " of " + Self.typeName() +
                    " is not supported");
  Value V = Found->Call(R, Self, A);
  A.done(Name + "()");
  return V;
}

} // namespace sinter::jinja
