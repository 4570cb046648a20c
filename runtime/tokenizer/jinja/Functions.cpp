//===- Functions.cpp - range, namespace and what transformers adds --------===//
#include "Library.h"

#include "../Error.h"
#include "../Utf8.h"

#include <ctime>

using namespace sinter;

namespace sinter::jinja {
namespace {

Value range(Runtime &R, Arguments &A) {
  for (const Value &V : A.Positional)
    if (!V.isWhole())
      failType("range", V);
  const int64_t First = A.need(0, "start").whole();
  const Value *End = A.get(1, "stop");
  const int64_t From = End ? First : 0, To = End ? End->whole() : First;
  const int64_t Step = A.whole(2, "step", 1);
  if (!Step)
    fail("range() with a step of zero");
  std::vector<Value> Items;
  constexpr size_t Most = 100000; // Jinja's sandbox has the same
  for (int64_t I = From; Step > 0 ? I < To : I > To;) {
    if (Items.size() >= Most)
      fail("range() of more than 100000 items");
    Items.push_back(Value::integer(I));
    if (__builtin_add_overflow(I, Step, &I))
      break;
  }
  auto *Range = R.H.make<RangeObject>();
  Range->Items = std::move(Items);
  Range->From = From;
  Range->To = To;
  Range->Step = Step;
  return Value::object(Kind::Range, Range);
}

Value dictionary(Runtime &R, Arguments &A, Kind K) {
  auto *D = R.H.make<DictObject>();
  if (const Value *From = A.get(0, "")) {
    if (!From->is(Kind::Dict))
      failType("dict() and namespace()", *From);
    for (const auto &[Key, V] : From->dict().Items)
      D->set(Key, V);
  }
  for (const auto &[Name, V] : A.Named) {
    A.get(1, Name);
    D->set(Value::string(Name), V);
  }
  return Value::object(K, D);
}

Value strftimeNow(Runtime &R, Arguments &A) {
  const std::string Format = A.text(0, "format", "");
  const auto Seconds = static_cast<std::time_t>(R.Now);
  std::tm Parts;
  if (!gmtime_r(&Seconds, &Parts))
    fail("strftime_now(): a time out of range");
  if (Format.empty())
    return Value::string("");
  if (Format.size() > 1000)
    fail("strftime_now(): a format longer than 1000 bytes");
  char Text[16384];
  const size_t Size = std::strftime(Text, sizeof(Text), Format.c_str(), &Parts);
  if (tokenizer::validPrefix({Text, Size}) != Size)
    fail("strftime_now(): the format is not UTF-8");
  return Value::string(std::string(Text, Size));
}

} // namespace

bool isFunction(std::string_view Name) {
  for (const char *Known :
       {"range", "dict", "namespace", "raise_exception", "strftime_now"})
    if (Name == Known)
      return true;
  return false;
}

Value callFunction(Runtime &R, const std::string &Name, Arguments &A) {
  Value V;
  if (Name == "range")
    V = range(R, A);
  else if (Name == "dict")
    V = dictionary(R, A, Kind::Dict);
  else if (Name == "namespace")
    V = dictionary(R, A, Kind::Namespace);
  else if (Name == "strftime_now")
    V = strftimeNow(R, A);
  else
    fail("the template says: " + str(A.need(0, "message")));
  A.done(Name + "()");
  return V;
}

} // namespace sinter::jinja
