//===- Tests.cpp - {{ value is test }} ------------------------------------===//
#include "Case.h"
#include "Library.h"

namespace sinter::jinja {
namespace {

/// V % By == Rest.
bool leaves(const Value &V, const Value &By, int64_t Rest) {
  for (const Value *N : {&V, &By})
    if (!N->isNumber())
      failType("divisibleby", *N);
  if (By.real() == 0)
    fail("division by zero");
  return equal(remainder(V, By), Value::integer(Rest));
}

bool isCallable(const Value &V) {
  return V.is(Kind::Method) || V.is(Kind::Macro) || V.is(Kind::Function) ||
         V.is(Kind::Undefined);
}

bool isSequence(const Value &V) {
  return V.is(Kind::String) || V.isList() || V.is(Kind::Dict) ||
         V.is(Kind::Range) || V.is(Kind::Undefined);
}

bool isIterable(const Value &V) {
  return isSequence(V) || V.hasItems() || V.is(Kind::Loop);
}

/// Python's islower and isupper: a letter with case, and none of the other.
bool hasCase(const Value &V, bool Upper) {
  const std::string Text = str(V);
  const std::string Up = upper(Text), Low = lower(Text);
  return Up != Low && Text == (Upper ? Up : Low);
}

const Value &other(Arguments &A) { return A.need(0, "other"); }

/// Python's `is`, where it does not depend on how Python keeps its objects.
bool isSame(const Value &V, const Value &Other) {
  if (V.kind() != Other.kind())
    return false;
  switch (V.kind()) {
  case Kind::None:
    return true;
  case Kind::Bool:
    return V.whole() == Other.whole();
  case Kind::Undefined:
  case Kind::Int:
  case Kind::Float:
  case Kind::String:
    failUnsupported("sameas of two values of type " +
                    std::string(V.typeName()) + ": use ==");
  default:
    return V.object() == Other.object();
  }
}

template <Kind K> bool isKind(const Value &V, Arguments &) { return V.is(K); }

template <bool (*Holds)(const Value &)>
bool alone(const Value &V, Arguments &) {
  return Holds(V);
}

bool isEqual(const Value &V, Arguments &A) { return equal(V, other(A)); }
bool isUnequal(const Value &V, Arguments &A) { return !equal(V, other(A)); }
bool isLess(const Value &V, Arguments &A) { return compare("<", V, other(A)); }
bool isMore(const Value &V, Arguments &A) { return compare(">", V, other(A)); }
bool isAtMost(const Value &V, Arguments &A) {
  return compare("<=", V, other(A));
}
bool isAtLeast(const Value &V, Arguments &A) {
  return compare(">=", V, other(A));
}

constexpr TestRow Rows[] = {
    {"!=", isUnequal},
    {"<", isLess},
    {"<=", isAtMost},
    {"==", isEqual},
    {">", isMore},
    {">=", isAtLeast},
    {"boolean", isKind<Kind::Bool>},
    {"callable", alone<isCallable>},
    {"defined",
     [](const Value &V, Arguments &) { return !V.is(Kind::Undefined); }},
    {"divisibleby",
     [](const Value &V, Arguments &A) {
       return leaves(V, A.need(0, "num"), 0);
     }},
    {"eq", isEqual},
    {"equalto", isEqual},
    {"escaped", [](const Value &V, Arguments &) { return V.isSafe(); }},
    {"even", [](const Value &V,
                Arguments &) { return leaves(V, Value::integer(2), 0); }},
    {"false", [](const Value &V,
                 Arguments &) { return V.is(Kind::Bool) && !V.truth(); }},
    {"float", isKind<Kind::Float>},
    {"ge", isAtLeast},
    {"greaterthan", isMore},
    {"gt", isMore},
    {"in", [](const Value &V,
              Arguments &A) { return contains(A.need(0, "seq"), V); }},
    {"integer", isKind<Kind::Int>},
    {"iterable", alone<isIterable>},
    {"le", isAtMost},
    {"lessthan", isLess},
    {"lower", [](const Value &V, Arguments &) { return hasCase(V, false); }},
    {"lt", isLess},
    {"mapping", isKind<Kind::Dict>},
    {"ne", isUnequal},
    {"none", isKind<Kind::None>},
    {"number", [](const Value &V, Arguments &) { return V.isNumber(); }},
    {"odd", [](const Value &V,
               Arguments &) { return leaves(V, Value::integer(2), 1); }},
    {"sameas",
     [](const Value &V, Arguments &A) { return isSame(V, other(A)); }},
    {"sequence", alone<isSequence>},
    {"string", isKind<Kind::String>},
    {"true",
     [](const Value &V, Arguments &) { return V.is(Kind::Bool) && V.truth(); }},
    {"undefined", isKind<Kind::Undefined>},
    {"upper", [](const Value &V, Arguments &) { return hasCase(V, true); }},
};

} // namespace

const TestRow *findTest(std::string_view Name) {
  for (const TestRow &T : Rows)
    if (Name == T.Name)
      return &T;
  return nullptr;
}

std::string testNames() {
  std::string Names;
  for (const TestRow &T : Rows)
    Names += (Names.empty() ? "" : ", ") + std::string(T.Name);
  return Names;
}

} // namespace sinter::jinja
