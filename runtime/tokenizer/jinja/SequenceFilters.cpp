//===- SequenceFilters.cpp - filters over lists and the like --------------===//
//
// As in Jinja, map, select, reject, selectattr, rejectattr, unique and items
// give generators: they run once, have no length and are always true.
//
//===----------------------------------------------------------------------===//
#include "SequenceFilters.h"
#include "Case.h"
#include "Search.h"
#include "Text.h"

#include "../Error.h"

#include <algorithm>

using namespace sinter;

namespace sinter::jinja {
namespace {

Value generator(Runtime &R, std::vector<Value> Items) {
  return R.H.list(std::move(Items), Kind::Generator);
}

/// The argument `attribute`, null when it is not given or none.
const Value *attributeName(Arguments &A, size_t Position) {
  const Value *Name = A.get(Position, "attribute");
  return Name && !Name->is(Kind::None) ? Name : nullptr;
}

/// What map, select and their kin run over: nothing for what is false.
std::vector<Value> itemsOf(const Value &V) {
  return V.truth() ? iterate(V) : std::vector<Value>();
}

/// Texts compare without case unless asked.
Value sortKey(const Value &V, bool CaseSensitive) {
  return V.is(Kind::String) && !CaseSensitive ? Value::string(lower(V.text()))
                                              : V;
}

/// Arguments from `First` on: what is left for a filter or test of its own.
Arguments rest(const Arguments &A, size_t First) {
  Arguments Rest;
  for (size_t I = First; I < A.Positional.size(); ++I)
    Rest.Positional.push_back(A.Positional[I]);
  Rest.Named = A.Named;
  return Rest;
}

void takeAll(Arguments &A) {
  if (!A.Positional.empty())
    A.get(A.Positional.size() - 1, "");
  for (const auto &Argument : A.Named)
    A.get(SIZE_MAX - 1, Argument.first);
}

/// select, reject, selectattr, rejectattr.
Value selected(Runtime &R, const Value &V, Arguments &A, bool ByAttribute,
               bool Keep) {
  size_t Next = 0;
  const Value *Attribute = ByAttribute ? &A.need(Next++, "") : nullptr;
  const TestRow *Test = nullptr;
  if (const Value *Name = A.get(Next, "")) {
    ++Next;
    Test = Name->is(Kind::String) ? findTest(Name->text()) : nullptr;
    if (!Test)
      failUnsupported("the test " + tokenizer::quote(str(*Name)) +
                      " is not supported; supported: " + testNames());
  }
  std::vector<Value> Kept;
  for (const Value &Item : itemsOf(V)) {
    const Value Tested = Attribute ? path(R, Item, *Attribute) : Item;
    bool Holds = Tested.truth();
    if (Test) {
      Arguments Rest = rest(A, Next);
      Holds = Test->Holds(Tested, Rest);
      Rest.done(Test->Name);
    }
    if (Holds == Keep)
      Kept.push_back(Item);
  }
  if (Test) // it has taken the rest
    takeAll(A);
  return generator(R, std::move(Kept));
}

/// A stable order by keys. A heap bears keys that have no order, as NaN.
template <typename Before>
Value sorted(Runtime &R, std::vector<std::pair<Value, Value>> Keyed,
             bool Reverse, Before &&IsBefore) {
  std::vector<size_t> Order(Keyed.size());
  for (size_t I = 0; I < Order.size(); ++I)
    Order[I] = I;
  const auto Sooner = [&](size_t X, size_t Y) {
    const Value &P = Keyed[Reverse ? Y : X].first,
                &Q = Keyed[Reverse ? X : Y].first;
    return IsBefore(P, Q) || (!IsBefore(Q, P) && X < Y);
  };
  std::make_heap(Order.begin(), Order.end(), Sooner);
  std::sort_heap(Order.begin(), Order.end(), Sooner);
  std::vector<Value> Out;
  for (const size_t I : Order)
    Out.push_back(Keyed[I].second);
  return R.H.list(std::move(Out));
}

Value extreme(Runtime &R, const Value &V, Arguments &A, bool Most) {
  const bool CaseSensitive = A.flag(0, "case_sensitive", false);
  const Value *Attribute = attributeName(A, 1);
  const auto Items = iterate(V);
  if (Items.empty())
    return Value::undefined("the extreme of nothing");
  const auto Key = [&](const Value &Item) {
    return sortKey(Attribute ? path(R, Item, *Attribute) : Item, CaseSensitive);
  };
  const Value *Best = &Items[0];
  Value BestKey = Key(*Best);
  for (size_t I = 1; I < Items.size(); ++I) {
    Value Next = Key(Items[I]);
    if (Most ? less(BestKey, Next) : less(Next, BestKey)) {
      Best = &Items[I];
      BestKey = std::move(Next);
    }
  }
  return *Best;
}

} // namespace

namespace filters {

Value length(Runtime &, const Value &V, Arguments &) {
  size_t Size = 0;
  if (V.is(Kind::String))
    Size = codePoints(V.text());
  else if (V.hasItems() && !V.is(Kind::Generator))
    Size = V.items().size();
  else if (V.is(Kind::Dict))
    Size = V.dict().Items.size();
  else if (!V.is(Kind::Undefined))
    failType("length", V);
  return Value::integer(static_cast<int64_t>(Size));
}

Value join(Runtime &R, const Value &V, Arguments &A) {
  const Value *By = A.get(0, "d"), *Attribute = attributeName(A, 1);
  std::string Text;
  bool First = true;
  for (const Value &Item : iterate(V)) {
    if (!First && By)
      Text += str(*By);
    First = false;
    Text += str(Attribute ? path(R, Item, *Attribute) : Item);
    if (Text.size() > MaxText)
      fail("makes a text longer than 64 MiB");
  }
  return Value::string(std::move(Text));
}

Value first(Runtime &, const Value &V, Arguments &) {
  if (V.is(Kind::Generator) && !V.items().empty()) { // the rest stays
    Value First = V.items().front();
    V.items().erase(V.items().begin());
    return First;
  }
  const auto Items = iterate(V);
  return Items.empty() ? Value::undefined("the first item of nothing")
                       : Items.front();
}

Value last(Runtime &, const Value &V, Arguments &) {
  if (V.is(Kind::Generator))
    failType("last", V);
  const auto Items = iterate(V);
  return Items.empty() ? Value::undefined("the last item of nothing")
                       : Items.back();
}

Value list(Runtime &R, const Value &V, Arguments &) {
  return R.H.list(iterate(V));
}

Value items(Runtime &R, const Value &V, Arguments &) {
  if (V.is(Kind::Undefined))
    return generator(R, {});
  if (!V.is(Kind::Dict))
    failType("items", V);
  Arguments None;
  return generator(R, iterate(callMethod(R, V, "items", None)));
}

Value select(Runtime &R, const Value &V, Arguments &A) {
  return selected(R, V, A, false, true);
}
Value reject(Runtime &R, const Value &V, Arguments &A) {
  return selected(R, V, A, false, false);
}
Value selectattr(Runtime &R, const Value &V, Arguments &A) {
  return selected(R, V, A, true, true);
}
Value rejectattr(Runtime &R, const Value &V, Arguments &A) {
  return selected(R, V, A, true, false);
}

Value map(Runtime &R, const Value &V, Arguments &A) {
  std::vector<Value> Out;
  if (A.Positional.empty()) {
    const Value Attribute = A.need(SIZE_MAX - 1, "attribute");
    const Value *Default = A.get(SIZE_MAX - 1, "default");
    for (const Value &Item : itemsOf(V))
      Out.push_back(path(R, Item, Attribute, Default));
    return generator(R, std::move(Out));
  }
  const std::string Name = str(A.Positional[0]);
  const FilterRow *F = findFilter(Name);
  if (!F)
    failUnsupported("the filter " + tokenizer::quote(Name) +
                    " is not supported; supported: " + filterNames());
  for (const Value &Item : itemsOf(V)) {
    Arguments Rest = rest(A, 1);
    Out.push_back(F->Apply(R, Item, Rest));
    Rest.done(Name);
  }
  takeAll(A);
  return generator(R, std::move(Out));
}

Value sort(Runtime &R, const Value &V, Arguments &A) {
  const bool Reverse = A.flag(0, "reverse", false);
  const bool CaseSensitive = A.flag(1, "case_sensitive", false);
  const Value *Attribute = attributeName(A, 2);
  std::vector<std::string> Names; // "a,b" sorts by a, then by b
  if (Attribute && Attribute->is(Kind::String))
    Names = split(Attribute->text(), ",", -1);
  std::vector<std::pair<Value, Value>> Keyed;
  for (Value &Item : iterate(V)) {
    std::vector<Value> Keys;
    for (const std::string &Name : Names)
      Keys.push_back(
          sortKey(path(R, Item, Value::string(Name)), CaseSensitive));
    if (Names.empty())
      Keys.push_back(
          sortKey(Attribute ? path(R, Item, *Attribute) : Item, CaseSensitive));
    Value Key = R.H.list(std::move(Keys));
    Keyed.emplace_back(std::move(Key), std::move(Item));
  }
  return sorted(R, std::move(Keyed), Reverse,
                [](const Value &X, const Value &Y) { return less(X, Y); });
}

Value dictsort(Runtime &R, const Value &V, Arguments &A) {
  if (!V.is(Kind::Dict))
    failType("dictsort", V);
  const bool CaseSensitive = A.flag(0, "case_sensitive", false);
  const std::string By = A.text(1, "by", "key");
  const bool Reverse = A.flag(2, "reverse", false);
  if (By != "key" && By != "value")
    fail("dictsort by " + tokenizer::quote(By) + ": want key or value");
  std::vector<std::pair<Value, Value>> Keyed;
  for (const auto &[Key, Item] : V.dict().Items)
    Keyed.emplace_back(sortKey(By == "key" ? Key : Item, CaseSensitive),
                       R.H.list({Key, Item}, Kind::Tuple));
  return sorted(R, std::move(Keyed), Reverse,
                [](const Value &X, const Value &Y) { return less(X, Y); });
}

Value unique(Runtime &R, const Value &V, Arguments &A) {
  const bool CaseSensitive = A.flag(0, "case_sensitive", false);
  const Value *Attribute = attributeName(A, 1);
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
  return generator(R, std::move(Out));
}

Value reverse(Runtime &R, const Value &V, Arguments &) {
  std::vector<Value> Items = iterate(V);
  std::reverse(Items.begin(), Items.end());
  if (V.is(Kind::Generator))
    return R.H.list(std::move(Items));
  if (!V.is(Kind::String))
    return generator(R, std::move(Items));
  std::string Text;
  for (const Value &C : Items)
    Text += C.text();
  return Value::string(std::move(Text));
}

Value min(Runtime &R, const Value &V, Arguments &A) {
  return extreme(R, V, A, false);
}
Value max(Runtime &R, const Value &V, Arguments &A) {
  return extreme(R, V, A, true);
}

Value sum(Runtime &R, const Value &V, Arguments &A) {
  const Value *Attribute = attributeName(A, 0);
  const Value *Start = A.get(1, "start");
  Value Total = Start ? *Start : Value::integer(0);
  if (Total.is(Kind::String))
    fail("sum() does not add strings: use join");
  for (const Value &Item : iterate(V))
    Total = add(R, Total, Attribute ? path(R, Item, *Attribute) : Item);
  return Total;
}

} // namespace filters
} // namespace sinter::jinja
