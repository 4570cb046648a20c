//===- Filters.cpp - {{ value | filter }} ---------------------------------===//
#include "Library.h"
#include "Text.h"

#include "../Error.h"

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace sinter;

namespace sinter::jinja {
namespace {

Value length(Runtime &, const Value &V, Arguments &) {
  size_t Size = 0;
  if (V.is(Kind::String))
    Size = codePoints(V.text());
  else if (V.isList())
    Size = V.items().size();
  else if (V.is(Kind::Dict))
    Size = V.dict().Items.size();
  else if (!V.is(Kind::Undefined))
    failType("length", V);
  return Value::integer(static_cast<int64_t>(Size));
}

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

Value join(Runtime &R, const Value &V, Arguments &A) {
  const Value *By = A.get(0, "d"), *Attribute = A.get(1, "attribute");
  std::string Text;
  bool First = true;
  for (const Value &Item : iterate(V)) {
    if (!First && By)
      Text += str(*By);
    First = false;
    Text +=
        str(Attribute && !Attribute->is(Kind::None) ? path(R, Item, *Attribute)
                                                    : Item);
    if (Text.size() > MaxText)
      fail("makes a text longer than 64 MiB");
  }
  return Value::string(std::move(Text));
}

Value first(Runtime &, const Value &V, Arguments &) {
  const auto Items = iterate(V);
  return Items.empty() ? Value::undefined("the first item of nothing")
                       : Items.front();
}

Value last(Runtime &, const Value &V, Arguments &) {
  const auto Items = iterate(V);
  return Items.empty() ? Value::undefined("the last item of nothing")
                       : Items.back();
}

Value toInt(Runtime &, const Value &V, Arguments &A) {
  const int64_t Default = A.whole(0, "default", 0);
  if (A.whole(1, "base", 10) != 10)
    failUnsupported("int with a base other than 10");
  if (V.isWhole())
    return Value::integer(V.whole());
  double F;
  if (V.is(Kind::Float)) {
    F = V.real();
  } else if (V.is(Kind::String)) {
    std::string Text(strip(V.text(), true, true));
    std::erase(Text, '_');
    const char *Begin = Text.data() + (Text.starts_with('+') ? 1 : 0);
    const char *End = Text.data() + Text.size();
    int64_t I;
    const auto Whole = std::from_chars(Begin, End, I);
    if (Whole.ec == std::errc() && Whole.ptr == End)
      return Value::integer(I);
    const auto Real = std::from_chars(Begin, End, F);
    if (Real.ec != std::errc() || Real.ptr != End)
      return Value::integer(Default);
  } else if (V.is(Kind::Undefined)) {
    fail(V.what() + " is undefined");
  } else {
    return Value::integer(Default);
  }
  if (std::isnan(F) || std::fabs(F) >= 9.2e18)
    return Value::integer(Default);
  return Value::integer(static_cast<int64_t>(F));
}

Value toFloat(Runtime &, const Value &V, Arguments &A) {
  const Value *Given = A.get(0, "default");
  const Value Default = Given ? *Given : Value::real(0);
  if (V.isNumber())
    return Value::real(V.real());
  if (V.is(Kind::Undefined))
    fail(V.what() + " is undefined");
  if (!V.is(Kind::String))
    return Default;
  const std::string Text(strip(V.text(), true, true));
  const char *Begin = Text.data() + (Text.starts_with('+') ? 1 : 0);
  double F;
  const auto Read = std::from_chars(Begin, Text.data() + Text.size(), F);
  return Read.ec == std::errc() && Read.ptr == Text.data() + Text.size()
             ? Value::real(F)
             : Default;
}

Value items(Runtime &R, const Value &V, Arguments &) {
  if (V.is(Kind::Undefined))
    return R.H.list({});
  if (!V.is(Kind::Dict))
    failType("items", V);
  Arguments None;
  return callMethod(R, V, "items", None);
}

/// select, reject, selectattr, rejectattr.
Value selected(Runtime &R, const Value &V, Arguments &A, bool ByAttribute,
               bool Keep) {
  size_t Next = 0;
  const Value *Attribute = ByAttribute ? &A.need(Next++, "") : nullptr;
  const TestRow *Test = nullptr;
  if (const Value *Name = A.get(Next, "")) {
    ++Next;
    if (!Name->is(Kind::String) || !(Test = findTest(Name->text())))
      failUnsupported("the test " + tokenizer::quote(str(*Name)) +
                      " is not supported; supported: " + testNames());
  }
  std::vector<Value> Kept;
  for (const Value &Item : iterate(V)) {
    const Value Tested = Attribute ? path(R, Item, *Attribute) : Item;
    bool Holds = Tested.truth();
    if (Test) {
      Arguments Rest;
      for (size_t I = Next; I < A.Positional.size(); ++I)
        Rest.Positional.push_back(A.Positional[I]);
      Holds = Test->Holds(Tested, Rest);
      Rest.done(Test->Name);
    }
    if (Holds == Keep)
      Kept.push_back(Item);
  }
  if (!A.Positional.empty())
    A.get(A.Positional.size() - 1, ""); // the test has taken the rest
  return R.H.list(std::move(Kept));
}

Value map(Runtime &R, const Value &V, Arguments &A) {
  std::vector<Value> Out;
  const Value *Attribute = A.get(SIZE_MAX - 1, "attribute");
  if (Attribute) {
    const Value *Default = A.get(SIZE_MAX - 1, "default");
    for (const Value &Item : iterate(V)) {
      Value Got = path(R, Item, *Attribute);
      Out.push_back(Got.is(Kind::Undefined) && Default ? *Default
                                                       : std::move(Got));
    }
    return R.H.list(std::move(Out));
  }
  const std::string Name = str(A.need(0, "attribute"));
  const FilterRow *F = findFilter(Name);
  if (!F)
    failUnsupported("the filter " + tokenizer::quote(Name) +
                    " is not supported; supported: " + filterNames());
  for (const Value &Item : iterate(V)) {
    Arguments Rest;
    for (size_t I = 1; I < A.Positional.size(); ++I)
      Rest.Positional.push_back(A.Positional[I]);
    Rest.Named = A.Named;
    Out.push_back(F->Apply(R, Item, Rest));
    Rest.done(Name);
  }
  for (const auto &Argument : A.Named)
    A.get(SIZE_MAX - 1, Argument.first);
  return R.H.list(std::move(Out));
}

/// Texts compare without case unless asked.
Value sortKey(const Value &V, bool CaseSensitive) {
  return V.is(Kind::String) && !CaseSensitive ? Value::string(lower(V.text()))
                                              : V;
}

Value sort(Runtime &R, const Value &V, Arguments &A) {
  const bool Reverse = A.flag(0, "reverse", false);
  const bool CaseSensitive = A.flag(1, "case_sensitive", false);
  const Value *Attribute = A.get(2, "attribute");
  std::vector<std::pair<Value, Value>> Keyed;
  for (Value &Item : iterate(V)) {
    const Value Key = Attribute && !Attribute->is(Kind::None)
                          ? path(R, Item, *Attribute)
                          : Item;
    Keyed.emplace_back(sortKey(Key, CaseSensitive), std::move(Item));
  }
  // By insertion into halves: std::sort must not meet an order that throws.
  for (const auto &Pair : Keyed)
    less(Pair.first, Keyed.front().first);
  std::vector<size_t> Order(Keyed.size());
  for (size_t I = 0; I < Order.size(); ++I)
    Order[I] = I;
  std::sort(Order.begin(), Order.end(), [&](size_t X, size_t Y) {
    const Value &P = Keyed[Reverse ? Y : X].first,
                &Q = Keyed[Reverse ? X : Y].first;
    if (less(P, Q))
      return true;
    return !less(Q, P) && X < Y;
  });
  std::vector<Value> Out;
  for (const size_t I : Order)
    Out.push_back(Keyed[I].second);
  return R.H.list(std::move(Out));
}

Value dictsort(Runtime &R, const Value &V, Arguments &A) {
  if (!V.is(Kind::Dict))
    failType("dictsort", V);
  const bool CaseSensitive = A.flag(0, "case_sensitive", false);
  const std::string By = A.text(1, "by", "key");
  const bool Reverse = A.flag(2, "reverse", false);
  if (By != "key" && By != "value")
    fail("dictsort by " + tokenizer::quote(By) + ": want key or value");
  Arguments None, Sorting;
  Sorting.Named = {{"reverse", Value::boolean(Reverse)},
                   {"case_sensitive", Value::boolean(CaseSensitive)},
                   {"attribute", Value::integer(By == "value")}};
  return sort(R, callMethod(R, V, "items", None), Sorting);
}

Value unique(Runtime &R, const Value &V, Arguments &A) {
  const bool CaseSensitive = A.flag(0, "case_sensitive", false);
  const Value *Attribute = A.get(1, "attribute");
  DictObject Seen;
  std::vector<Value> Out;
  for (const Value &Item : iterate(V)) {
    const Value Key =
        sortKey(Attribute ? path(R, Item, *Attribute) : Item, CaseSensitive);
    if (Seen.find(Key))
      continue;
    Seen.set(Key, Value::none());
    Out.push_back(Item);
  }
  return R.H.list(std::move(Out));
}

Value reverse(Runtime &R, const Value &V, Arguments &) {
  std::vector<Value> Items = iterate(V);
  std::reverse(Items.begin(), Items.end());
  if (!V.is(Kind::String))
    return R.H.list(std::move(Items));
  std::string Text;
  for (const Value &C : Items)
    Text += C.text();
  return Value::string(std::move(Text));
}

Value indent(Runtime &, const Value &V, Arguments &A) {
  const Value *Width = A.get(0, "width");
  const bool First = A.flag(1, "first", false);
  const bool Blank = A.flag(2, "blank", false);
  std::string Space(4, ' ');
  if (Width && Width->is(Kind::String))
    Space = Width->text();
  else if (Width && Width->isWhole() && Width->whole() <= 4096)
    Space.assign(static_cast<size_t>(std::max<int64_t>(0, Width->whole())),
                 ' ');
  else if (Width)
    failType("indent", *Width);
  const std::string Text = str(V) + "\n";
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

Value extreme(const Value &V, bool Most) {
  const auto Items = iterate(V);
  if (Items.empty())
    return Value::undefined("the extreme of nothing");
  const Value *Best = &Items[0];
  for (const Value &Item : Items) {
    const Value A = sortKey(Item, false), B = sortKey(*Best, false);
    if (Most ? less(B, A) : less(A, B))
      Best = &Item;
  }
  return *Best;
}

Value sum(Runtime &R, const Value &V, Arguments &A) {
  const Value *Attribute = A.get(0, "attribute");
  const Value *Start = A.get(1, "start");
  Value Total = Start ? *Start : Value::integer(0);
  for (const Value &Item : iterate(V))
    Total =
        add(R, Total,
            Attribute && !Attribute->is(Kind::None) ? path(R, Item, *Attribute)
                                                    : Item);
  return Total;
}

Value absolute(Runtime &, const Value &V, Arguments &) {
  if (!V.isNumber())
    failType("abs", V);
  return V.real() < 0 ? negative(V) : V;
}

Value replaceFilter(Runtime &, const Value &V, Arguments &A) {
  const Value &Old = A.need(0, "old"), &New = A.need(1, "new");
  return Value::string(
      replaceAll(str(V), str(Old), str(New), A.whole(2, "count", -1)));
}

#define FILTER [](Runtime & R, const Value &V, Arguments &A)->Value
#define VALUE_ONLY (void)R, (void)A

constexpr FilterRow Rows[] = {{"abs", absolute},
                              {"capitalize", FILTER{VALUE_ONLY;
return Value::string(capitalize(str(V)));
} // namespace
} // namespace sinter::jinja
, {"count", length}, {"d", orDefault}, {"default", orDefault},
    {"dictsort", dictsort}, {"first", first}, {"float", toFloat},
    {"indent", indent}, {"int", toInt}, {"items", items}, {"join", join},
    {"last", last}, {"length", length}, {"list", FILTER{(void)A;
return R.H.list(iterate(V));
}
}
, {"lower", FILTER{VALUE_ONLY;
return Value::string(lower(str(V)));
}
}
, {"map", map}, {"max", FILTER{VALUE_ONLY;
return extreme(V, true);
}
}
, {"min", FILTER{VALUE_ONLY;
return extreme(V, false);
}
}
, {"reject", FILTER{return selected(R, V, A, false, false);
}
}
, {"rejectattr", FILTER{return selected(R, V, A, true, false);
}
}
, {"replace", replaceFilter}, {"reverse", reverse},
    {"select", FILTER{return selected(R, V, A, false, true);
}
}
, {"selectattr", FILTER{return selected(R, V, A, true, true);
}
}
, {"sort", sort}, {"string", FILTER{VALUE_ONLY;
return Value::string(str(V));
}
}
, {"sum", sum}, {"title", FILTER{VALUE_ONLY;
return Value::string(titleFilter(str(V)));
}
}
, {"tojson", FILTER{(void)R;
return Value::string(toJson(V, A));
}
}
, {"trim", trim}, {"unique", unique}, {"upper", FILTER{VALUE_ONLY;
return Value::string(upper(str(V)));
}
}
,
}
;
#undef FILTER
#undef VALUE_ONLY

} // namespace

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
