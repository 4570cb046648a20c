//===- Methods.cpp - methods of strings, dictionaries and lists -----------===//
//
// Those of Python's that change nothing. The names of the others are known,
// because v.update is then the method and not the item "update".
//
//===----------------------------------------------------------------------===//
#include "Case.h"
#include "Library.h"
#include "Search.h"
#include "Text.h"

#include "../Error.h"
#include "../Unicode.h"
#include "../Utf8.h"

#include <utf8proc.h>

#include <algorithm>

using namespace sinter;

namespace sinter::jinja {
namespace {

using Method = Value (*)(Runtime &R, const Value &Self, Arguments &A);

Value stripped(const Value &Self, Arguments &A, bool Left, bool Right) {
  const Value *Chars = A.get(0, "");
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

/// The one argument, a string.
std::string needText(Arguments &A) {
  A.need(0, "");
  return A.text(0, "", "");
}

Value findText(const Value &Self, Arguments &A, bool Right, bool Must) {
  const std::string What = needText(A);
  const size_t At =
      Right ? findLast(Self.text(), What) : findFirst(Self.text(), What);
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
  for (size_t At = 0;
       (At = findFirst(Self.text(), What, At)) != std::string::npos;
       At += What.size())
    ++Count;
  return Value::integer(Count);
}

bool isDigit(char32_t C) {
  if (C < 0x80)
    return C >= '0' && C <= '9';
  const auto Category = utf8proc_category(static_cast<utf8proc_int32_t>(C));
  if (Category == UTF8PROC_CATEGORY_NO)
    failUnsupported("isdigit of numbers such as U+00B2");
  return Category == UTF8PROC_CATEGORY_ND;
}

bool isLetter(char32_t C) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(C))) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
    return true;
  default:
    return false;
  }
}

bool isLetterOrNumber(char32_t C) {
  return isLetter(C) || tokenizer::isNumeric(C);
}

Value joined(Runtime &, const Value &Self, Arguments &A) {
  std::string Text;
  bool First = true;
  for (const Value &Item : iterate(A.need(0, ""))) {
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
  const size_t At = Right ? findLast(Text, By) : findFirst(Text, By);
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

/// items(), keys(), values().
Value view(Runtime &R, const Value &Self, Kind K) {
  std::vector<Value> Items;
  for (const auto &[Key, V] : Self.dict().Items)
    if (K == Kind::Items)
      Items.push_back(R.H.list({Key, V}, Kind::Tuple));
    else
      Items.push_back(K == Kind::Keys ? Key : V);
  return R.H.list(std::move(Items), K);
}

struct Row {
  const char *Name;
  Method Call; ///< null: exists in Python, but not here
};

/// Methods that take nothing and change letters.
template <std::string (*Change)(std::string_view)>
Value changed(Runtime &, const Value &Self, Arguments &) {
  return Value::string(Change(Self.text()));
}

/// Those that ask something of every character.
template <bool (*Holds)(char32_t)>
Value all(Runtime &, const Value &Self, Arguments &) {
  const std::string &Text = Self.text();
  for (size_t At = 0; At < Text.size();)
    if (!Holds(tokenizer::nextCodePoint(Text, At)))
      return Value::boolean(false);
  return Value::boolean(!Text.empty());
}

Value replaceMethod(Runtime &, const Value &Self, Arguments &A) {
  const std::string Old = A.text(0, "", ""), New = A.text(1, "", "");
  if (A.Positional.size() < 2)
    fail("replace() wants what to replace and by what");
  return Value::string(replaceAll(Self.text(), Old, New, A.whole(2, "", -1)));
}

Value removePrefix(Runtime &, const Value &Self, Arguments &A) {
  const std::string P = needText(A);
  return Self.text().starts_with(P)
             ? Value::string(Self.text().substr(P.size()))
             : Self;
}

Value removeSuffix(Runtime &, const Value &Self, Arguments &A) {
  const std::string S = needText(A);
  return Self.text().ends_with(S) ? Value::string(Self.text().substr(
                                        0, Self.text().size() - S.size()))
                                  : Self;
}

constexpr Row StringMethods[] = {
    {"strip", [](Runtime &, const Value &Self,
                 Arguments &A) { return stripped(Self, A, true, true); }},
    {"lstrip", [](Runtime &, const Value &Self,
                  Arguments &A) { return stripped(Self, A, true, false); }},
    {"rstrip", [](Runtime &, const Value &Self,
                  Arguments &A) { return stripped(Self, A, false, true); }},
    {"split", [](Runtime &R, const Value &Self,
                 Arguments &A) { return splitMethod(R, Self, A, false); }},
    {"rsplit", [](Runtime &R, const Value &Self,
                  Arguments &A) { return splitMethod(R, Self, A, true); }},
    {"splitlines",
     [](Runtime &R, const Value &Self, Arguments &A) {
       return strings(R, splitLines(Self.text(), A.flag(0, "keepends", false)));
     }},
    {"startswith",
     [](Runtime &, const Value &Self, Arguments &A) {
       return Value::boolean(touches(Self, A.need(0, ""), false));
     }},
    {"endswith",
     [](Runtime &, const Value &Self, Arguments &A) {
       return Value::boolean(touches(Self, A.need(0, ""), true));
     }},
    {"upper", changed<upper>},
    {"lower", changed<lower>},
    {"title", changed<titleMethod>},
    {"capitalize", changed<capitalize>},
    {"replace", replaceMethod},
    {"find", [](Runtime &, const Value &Self,
                Arguments &A) { return findText(Self, A, false, false); }},
    {"rfind", [](Runtime &, const Value &Self,
                 Arguments &A) { return findText(Self, A, true, false); }},
    {"index", [](Runtime &, const Value &Self,
                 Arguments &A) { return findText(Self, A, false, true); }},
    {"rindex", [](Runtime &, const Value &Self,
                  Arguments &A) { return findText(Self, A, true, true); }},
    {"count", [](Runtime &, const Value &Self,
                 Arguments &A) { return countText(Self, needText(A)); }},
    {"join", joined},
    {"partition", [](Runtime &R, const Value &Self,
                     Arguments &A) { return partition(R, Self, A, false); }},
    {"rpartition", [](Runtime &R, const Value &Self,
                      Arguments &A) { return partition(R, Self, A, true); }},
    {"removeprefix", removePrefix},
    {"removesuffix", removeSuffix},
    {"isspace", all<isPythonSpace>},
    {"isdigit", all<isDigit>},
    {"isalpha", all<isLetter>},
    {"isalnum", all<isLetterOrNumber>},
    {"casefold", nullptr},
    {"center", nullptr},
    {"encode", nullptr},
    {"expandtabs", nullptr},
    {"format", nullptr},
    {"format_map", nullptr},
    {"isascii", nullptr},
    {"isdecimal", nullptr},
    {"isidentifier", nullptr},
    {"islower", nullptr},
    {"isnumeric", nullptr},
    {"isprintable", nullptr},
    {"istitle", nullptr},
    {"isupper", nullptr},
    {"ljust", nullptr},
    {"maketrans", nullptr},
    {"rjust", nullptr},
    {"swapcase", nullptr},
    {"translate", nullptr},
    {"zfill", nullptr},
};

constexpr Row DictMethods[] = {
    {"items", [](Runtime &R, const Value &Self,
                 Arguments &) { return view(R, Self, Kind::Items); }},
    {"keys", [](Runtime &R, const Value &Self,
                Arguments &) { return view(R, Self, Kind::Keys); }},
    {"values", [](Runtime &R, const Value &Self,
                  Arguments &) { return view(R, Self, Kind::Values); }},
    {"get",
     [](Runtime &, const Value &Self, Arguments &A) {
       const Value *Found = Self.dict().find(A.need(0, ""));
       const Value *Default = A.get(1, "");
       return Found ? *Found : Default ? *Default : Value::none();
     }},
    {"copy",
     [](Runtime &R, const Value &Self, Arguments &) {
       auto *D = R.H.make<DictObject>();
       for (const auto &[Key, V] : Self.dict().Items)
         D->set(Key, V);
       return Value::object(Kind::Dict, D);
     }},
    {"clear", nullptr},
    {"fromkeys", nullptr},
    {"pop", nullptr},
    {"popitem", nullptr},
    {"setdefault", nullptr},
    {"update", nullptr},
};

constexpr Row ListMethods[] = {
    {"index",
     [](Runtime &, const Value &Self, Arguments &A) {
       const Value &What = A.need(0, "");
       for (size_t I = 0; I < Self.items().size(); ++I)
         if (equal(Self.items()[I], What))
           return Value::integer(static_cast<int64_t>(I));
       fail("index(): the value is not in the list");
     }},
    {"count",
     [](Runtime &, const Value &Self, Arguments &A) {
       const Value &What = A.need(0, "");
       return Value::integer(
           std::count_if(Self.items().begin(), Self.items().end(),
                         [&](const Value &Item) { return equal(Item, What); }));
     }},
    {"copy", [](Runtime &R, const Value &Self,
                Arguments &) { return R.H.list(Self.items()); }},
    {"append", nullptr},
    {"clear", nullptr},
    {"extend", nullptr},
    {"insert", nullptr},
    {"pop", nullptr},
    {"remove", nullptr},
    {"reverse", nullptr},
    {"sort", nullptr},
};

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
         callable(in(ListMethods, Name)) || Name == "cycle" ||
         Name == "changed";
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
  if (Self.isSafe())
    failUnsupported("methods of a text marked safe");
  Meter::spend(size(Self));
  for (const Value &V : A.Positional)
    Meter::spend(size(V));
  Value V = Found->Call(R, Self, A);
  A.done(Name + "()");
  return V;
}

} // namespace sinter::jinja
