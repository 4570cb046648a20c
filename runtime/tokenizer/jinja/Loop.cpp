//===- Loop.cpp - the variable `loop` -------------------------------------===//
#include "Loop.h"

using namespace sinter::jinja;

Value sinter::jinja::loopAttribute(Runtime &R, const Value &Loop,
                                   const std::string &Name) {
  const auto &L = static_cast<LoopObject &>(*Loop.object());
  const auto Count = static_cast<int64_t>(L.Items.size());
  const auto Index = static_cast<int64_t>(L.Index);
  if (Name == "index")
    return Value::integer(Index + 1);
  if (Name == "index0")
    return Value::integer(Index);
  if (Name == "revindex")
    return Value::integer(Count - Index);
  if (Name == "revindex0")
    return Value::integer(Count - Index - 1);
  if (Name == "first")
    return Value::boolean(!Index);
  if (Name == "last")
    return Value::boolean(Index + 1 == Count);
  if (Name == "length")
    return Value::integer(Count);
  if (Name == "depth")
    return Value::integer(1);
  if (Name == "depth0")
    return Value::integer(0);
  if (Name == "previtem")
    return Index ? L.Items[L.Index - 1]
                 : Value::undefined("loop.previtem of the first item");
  if (Name == "nextitem")
    return Index + 1 < Count
               ? L.Items[L.Index + 1]
               : Value::undefined("loop.nextitem of the last item");
  if (Name == "cycle" || Name == "changed") {
    auto *M = R.H.make<MethodObject>();
    M->Self = Loop;
    M->Name = Name;
    return Value::object(Kind::Method, M);
  }
  return Value::undefined("loop." + Name);
}

Value sinter::jinja::callLoop(Runtime &R, const Value &Loop,
                              const std::string &Name, Arguments &A) {
  auto &L = static_cast<LoopObject &>(*Loop.object());
  if (!A.Named.empty())
    fail("loop." + Name + "() takes no names");
  if (Name == "changed") {
    const Value Now = R.H.list(std::move(A.Positional), Kind::Tuple);
    const bool Changed = !L.Seen.isList() || !equal(L.Seen, Now);
    L.Seen = Now;
    return Value::boolean(Changed);
  }
  if (A.Positional.empty())
    fail("loop.cycle() wants values");
  return A.Positional[L.Index % A.Positional.size()];
}
