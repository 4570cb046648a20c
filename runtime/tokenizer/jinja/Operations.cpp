//===- Operations.cpp - operators, items and slices -----------------------===//
#include "Library.h"
#include "Search.h"
#include "Text.h"

#include "../Error.h"
#include "../Utf8.h"

#include <algorithm>
#include <cmath>

using namespace sinter;

namespace sinter::jinja {

void failType(const char *What, const Value &V) {
  if (V.is(Kind::Undefined))
    fail(V.what() + " is undefined");
  fail(std::string(What) + " does not go with " + V.typeName());
}

//===--- Arguments ---------------------------------------------------------===

const Value *Arguments::get(size_t Position, std::string_view Name) {
  Asked = std::max(Asked, Position + 1);
  NamedAsked.resize(Named.size());
  const Value *Found =
      Position < Positional.size() ? &Positional[Position] : nullptr;
  for (size_t I = 0; I < Named.size(); ++I)
    if (Named[I].first == Name) {
      if (Found)
        fail("argument " + Named[I].first + " is given twice");
      NamedAsked[I] = true;
      Found = &Named[I].second;
    }
  return Found;
}

const Value &Arguments::need(size_t Position, std::string_view Name) {
  if (const Value *V = get(Position, Name))
    return *V;
  fail("argument " + std::string(Name) + " is missing");
}

bool Arguments::flag(size_t Position, std::string_view Name, bool Default) {
  const Value *V = get(Position, Name);
  return V ? V->truth() : Default;
}

int64_t Arguments::whole(size_t Position, std::string_view Name,
                         int64_t Default) {
  const Value *V = get(Position, Name);
  if (!V || V->is(Kind::None))
    return Default;
  if (!V->isWhole())
    fail("argument " + std::string(Name) + " must be a whole number, not " +
         V->typeName());
  return V->whole();
}

std::string Arguments::text(size_t Position, std::string_view Name,
                            std::string Default) {
  const Value *V = get(Position, Name);
  if (!V)
    return Default;
  if (!V->is(Kind::String))
    fail("argument " + std::string(Name) + " must be a string, not " +
         V->typeName());
  return V->text();
}

void Arguments::done(std::string_view Callee) const {
  if (Positional.size() > Asked)
    fail(std::string(Callee) + " takes at most " + std::to_string(Asked) +
         " arguments, not " + std::to_string(Positional.size()));
  for (size_t I = 0; I < Named.size(); ++I)
    if (I >= NamedAsked.size() || !NamedAsked[I])
      fail(std::string(Callee) + " has no argument " +
           tokenizer::quote(Named[I].first));
}

//===--- Items -------------------------------------------------------------===

Value attribute(Runtime &R, const Value &V, const std::string &Name) {
  if (V.is(Kind::Undefined))
    fail(V.what() + " is undefined");
  if (V.is(Kind::Namespace)) {
    const Value *Found = V.dict().find(Name);
    return Found ? *Found
                 : Value::undefined("namespace attribute " +
                                    tokenizer::quote(Name));
  }
  if (hasMethod(V, Name)) {
    auto *M = R.H.make<MethodObject>();
    M->Self = V;
    M->Name = Name;
    return Value::object(Kind::Method, M);
  }
  if (V.is(Kind::Dict))
    if (const Value *Found = V.dict().find(Name))
      return *Found;
  return Value::undefined(std::string(V.typeName()) + " attribute " +
                          tokenizer::quote(Name));
}

/// An index from either end; false when it is outside.
static bool place(int64_t &Index, size_t Size) {
  if (Index < 0)
    Index += static_cast<int64_t>(Size);
  return Index >= 0 && Index < static_cast<int64_t>(Size);
}

/// Where a text's code point number `Index` begins.
static size_t byteOf(std::string_view Text, size_t Index) {
  size_t At = 0;
  for (; Index && At < Text.size(); --Index)
    tokenizer::nextCodePoint(Text, At);
  return At;
}

/// Lists and dictionaries cannot be keys, nor can what holds them.
static bool isHashable(const Value &V) {
  return V.is(Kind::Tuple)
             ? std::all_of(V.items().begin(), V.items().end(), isHashable)
             : !V.is(Kind::List) && !V.is(Kind::Dict) && !V.isView();
}

Value item(Runtime &R, const Value &V, const Value &Key) {
  switch (V.kind()) {
  case Kind::Undefined:
    fail(V.what() + " is undefined");
  case Kind::Dict:
    if (isHashable(Key))
      if (const Value *Found = V.dict().find(Key))
        return *Found;
    break;
  case Kind::List:
  case Kind::Tuple:
  case Kind::Range:
    if (Key.isWhole()) {
      int64_t Index = Key.whole();
      if (place(Index, V.items().size()))
        return V.items()[static_cast<size_t>(Index)];
    }
    break;
  case Kind::String:
    if (Key.isWhole()) {
      int64_t Index = Key.whole();
      const std::string &Text = V.text();
      Meter::spend(Text.size());
      if (place(Index, codePoints(Text))) {
        const size_t Begin = byteOf(Text, static_cast<size_t>(Index));
        return Value::string(
            Text.substr(Begin, tokenizer::characterLength(Text, Begin)));
      }
    }
    break;
  default:
    break;
  }
  // As Jinja does, a name that is no item may be an attribute.
  if (Key.is(Kind::String))
    return attribute(R, V, Key.text());
  return Value::undefined(std::string(V.typeName()) + " item " +
                          (Key.isNumber() ? repr(Key) : Key.typeName()));
}

Value slice(Runtime &R, const Value &V, const Value &From, const Value &To,
            const Value &StepValue) {
  for (const Value *Bound : {&From, &To, &StepValue})
    if (!Bound->is(Kind::None) && !Bound->isWhole())
      failType("a slice", *Bound);
  const int64_t Step = StepValue.is(Kind::None) ? 1 : StepValue.whole();
  if (!Step)
    fail("a slice's step is zero");
  if (V.is(Kind::Range))
    failUnsupported("a slice of a range: use |list first");
  if (!V.is(Kind::String) && !V.isList())
    failType("a slice", V);
  Meter::spend(size(V));
  const auto Size = static_cast<int64_t>(
      V.is(Kind::String) ? codePoints(V.text()) : V.items().size());
  const auto Bound = [&](const Value &B, int64_t Default) {
    if (B.is(Kind::None))
      return Default;
    const int64_t I = B.whole() < 0 ? B.whole() + Size : B.whole();
    return Step > 0 ? std::clamp<int64_t>(I, 0, Size)
                    : std::clamp<int64_t>(I, -1, Size - 1);
  };
  const int64_t Begin = Bound(From, Step > 0 ? 0 : Size - 1);
  const int64_t End = Bound(To, Step > 0 ? Size : -1);
  if (V.is(Kind::String) && Step == 1) {
    const size_t From = byteOf(V.text(), static_cast<size_t>(Begin));
    const size_t To = byteOf(V.text(), static_cast<size_t>(End));
    return Value::string(V.text().substr(From, To > From ? To - From : 0));
  }
  const std::vector<Value> Items = iterate(V);
  std::vector<Value> Picked;
  // The step may be huge: count rather than add past the end.
  const uint64_t Distance =
      Step > 0 ? (End > Begin ? static_cast<uint64_t>(End - Begin) : 0)
               : (Begin > End ? static_cast<uint64_t>(Begin - End) : 0);
  const uint64_t Stride =
      Step > 0 ? static_cast<uint64_t>(Step) : 0 - static_cast<uint64_t>(Step);
  for (uint64_t I = 0; I < Distance; I += Stride) {
    Picked.push_back(
        Items[static_cast<size_t>(Step > 0 ? Begin + static_cast<int64_t>(I)
                                           : Begin - static_cast<int64_t>(I))]);
    if (Stride > Distance)
      break;
  }
  if (!V.is(Kind::String))
    return R.H.list(std::move(Picked), V.kind());
  std::string Text;
  for (const Value &C : Picked)
    Text += C.text();
  return Value::string(std::move(Text));
}

Value path(Runtime &R, Value V, const Value &Path, const Value *Default) {
  const auto Step = [&](const Value &Key) {
    V = item(R, V, Key);
    if (V.is(Kind::Undefined) && Default && !Default->is(Kind::None))
      V = *Default;
  };
  if (Path.isWhole()) {
    Step(Path);
    return V;
  }
  if (!Path.is(Kind::String))
    failType("an attribute's name", Path);
  for (const std::string &Part : split(Path.text(), ".", -1)) {
    const bool Number =
        !Part.empty() && Part.size() < 10 &&
        Part.find_first_not_of("0123456789") == std::string::npos;
    // Filters look at items first, then at attributes.
    Step(Number ? Value::integer(std::stoll(Part)) : Value::string(Part));
  }
  return V;
}

//===--- Operators ---------------------------------------------------------===

static Value repeat(Runtime &R, const Value &V, int64_t Times) {
  const auto Count = static_cast<size_t>(std::max<int64_t>(Times, 0));
  if (V.is(Kind::String)) {
    if (Count && V.text().size() > MaxText / Count)
      fail("makes a text longer than 64 MiB");
    std::string Text;
    for (size_t I = 0; I < Count && !V.text().empty(); ++I)
      Text += V.text();
    return Value::string(std::move(Text));
  }
  std::vector<Value> Items;
  if (Count && V.items().size() > MaxItems / Count)
    fail("makes a list of more than 4000000 items");
  for (size_t I = 0; I < Count && !V.items().empty(); ++I)
    Items.insert(Items.end(), V.items().begin(), V.items().end());
  return R.H.list(std::move(Items), V.kind());
}

[[noreturn]] static void overflow() {
  failUnsupported("whole numbers of more than 64 bits");
}

static Value power(const Value &A, const Value &B) {
  if (!A.isWhole() || !B.isWhole() || B.whole() < 0)
    return Value::real(std::pow(A.real(), B.real()));
  int64_t Result = 1, Base = A.whole();
  for (int64_t E = B.whole(); E;) {
    if (E & 1 && __builtin_mul_overflow(Result, Base, &Result))
      overflow();
    E >>= 1;
    if (E && __builtin_mul_overflow(Base, Base, &Base))
      overflow();
  }
  return Value::integer(Result);
}

static Value divide(const std::string &Operator, const Value &A,
                    const Value &B) {
  if (B.isWhole() ? !B.whole() : B.real() == 0)
    fail("division by zero");
  if (Operator == "/")
    return Value::real(A.real() / B.real());
  const bool Modulo = Operator == "%";
  if (A.isWhole() && B.isWhole()) {
    if (A.whole() == INT64_MIN && B.whole() == -1) {
      if (Modulo)
        return Value::integer(0);
      overflow();
    }
    int64_t Quotient = A.whole() / B.whole(), Rest = A.whole() % B.whole();
    if (Rest && (Rest < 0) != (B.whole() < 0)) { // Python rounds down
      --Quotient;
      Rest += B.whole();
    }
    return Value::integer(Modulo ? Rest : Quotient);
  }
  double Rest = std::fmod(A.real(), B.real());
  if (Rest != 0 && (Rest < 0) != (B.real() < 0))
    Rest += B.real();
  return Value::real(Modulo ? Rest
                            : std::floor((A.real() - Rest) / B.real() + 0.5));
}

Value add(Runtime &R, const Value &A, const Value &B) {
  if (A.is(Kind::String) && B.is(Kind::String)) {
    if (A.isSafe() || B.isSafe())
      return Value::safe(escaped(A) + escaped(B));
    return Value::string(A.text() + B.text());
  }
  if (A.isList() && A.kind() == B.kind()) {
    std::vector<Value> Items = A.items();
    Items.insert(Items.end(), B.items().begin(), B.items().end());
    return R.H.list(std::move(Items), A.kind());
  }
  if (A.isNumber() && B.isNumber()) {
    if (!A.isWhole() || !B.isWhole())
      return Value::real(A.real() + B.real());
    int64_t Sum;
    if (__builtin_add_overflow(A.whole(), B.whole(), &Sum))
      overflow();
    return Value::integer(Sum);
  }
  for (const Value *V : {&A, &B})
    if (V->is(Kind::Undefined))
      fail(V->what() + " is undefined");
  fail(std::string("cannot add ") + A.typeName() + " and " + B.typeName());
}

Value binary(Runtime &R, const std::string &Operator, const Value &A,
             const Value &B) {
  if (Operator == "~")
    return Value::string(str(A) + str(B));
  if (Operator == "+")
    return add(R, A, B);
  if (Operator == "*") {
    if (A.isSafe() || B.isSafe())
      failUnsupported("* of a text marked safe");
    if ((A.is(Kind::String) || A.isList()) && B.isWhole())
      return repeat(R, A, B.whole());
    if ((B.is(Kind::String) || B.isList()) && A.isWhole())
      return repeat(R, B, A.whole());
  }
  if (Operator == "%" && A.is(Kind::String))
    failUnsupported("formatting with % is not supported: use ~");
  for (const Value *V : {&A, &B})
    if (!V->isNumber())
      failType(Operator.c_str(), *V);
  if (Operator == "**")
    return power(A, B);
  if (Operator == "/" || Operator == "//" || Operator == "%")
    return divide(Operator, A, B);
  const bool Minus = Operator == "-";
  if (!A.isWhole() || !B.isWhole())
    return Value::real(Minus ? A.real() - B.real() : A.real() * B.real());
  int64_t Result;
  if (Minus ? __builtin_sub_overflow(A.whole(), B.whole(), &Result)
            : __builtin_mul_overflow(A.whole(), B.whole(), &Result))
    overflow();
  return Value::integer(Result);
}

Value negative(const Value &V) {
  if (!V.isNumber())
    failType("-", V);
  if (!V.isWhole())
    return Value::real(-V.real());
  int64_t Result;
  if (__builtin_sub_overflow(int64_t(0), V.whole(), &Result))
    overflow();
  return Value::integer(Result);
}

Value remainder(const Value &A, const Value &B) { return divide("%", A, B); }

bool contains(const Value &In, const Value &V) {
  if (In.is(Kind::String)) {
    if (!V.is(Kind::String))
      failType("in a string", V);
    Meter::spend(In.text().size());
    return findFirst(In.text(), V.text()) != std::string::npos;
  }
  if (In.is(Kind::Dict))
    return In.dict().find(V);
  if (In.is(Kind::Keys))
    if (!isHashable(V)) // Python looks it up
      failType("in a dictionary", V);
  if (In.is(Kind::Undefined))
    return false;
  if (In.is(Kind::Generator)) { // runs up to the value
    auto &Items = In.items();
    const auto It =
        std::find_if(Items.begin(), Items.end(),
                     [&](const Value &Item) { return equal(Item, V); });
    const bool Found = It != Items.end();
    Items.erase(Items.begin(), Found ? It + 1 : It);
    return Found;
  }
  if (!In.hasItems())
    failType("in", In);
  return std::any_of(In.items().begin(), In.items().end(),
                     [&](const Value &Item) { return equal(Item, V); });
}

bool compare(const std::string &Operator, const Value &A, const Value &B) {
  if (Operator == "==")
    return equal(A, B);
  if (Operator == "!=")
    return !equal(A, B);
  if (Operator == "<")
    return less(A, B);
  if (Operator == ">")
    return less(B, A);
  if (Operator == "<=")
    return less(A, B) || equal(A, B);
  if (Operator == ">=")
    return less(B, A) || equal(A, B);
  return contains(B, A) == (Operator == "in");
}

} // namespace sinter::jinja
