//===- Tests.cpp - {{ value is test }} ------------------------------------===//
#include "Library.h"
#include "Text.h"

namespace sinter::jinja {
namespace {

bool divides(const Value &V, const Value &By) {
  if (!V.isWhole() || !By.isWhole() || !By.whole())
    failType("divisibleby", V.isWhole() ? By : V);
  return By.whole() == -1 || V.whole() % By.whole() == 0;
}

bool isCallable(const Value &V) {
  return V.is(Kind::Method) || V.is(Kind::Macro) || V.is(Kind::Function);
}

bool isSequence(const Value &V) {
  return V.is(Kind::String) || V.isList() || V.is(Kind::Dict) ||
         V.is(Kind::Undefined);
}

/// Python's islower and isupper: a letter with case, and none of the other.
bool hasCase(const Value &V, bool Upper) {
  const std::string Text = str(V);
  const std::string Up = upper(Text), Low = lower(Text);
  return Up != Low && Text == (Upper ? Up : Low);
}

const Value &other(Arguments &A) { return A.need(0, "other"); }

#define TEST [](const Value &V, Arguments &A)->bool
#define ALONE (void)A

constexpr TestRow Rows[] = {{"!=", TEST{return !equal(V, other(A));
} // namespace
} // namespace sinter::jinja
, {"==", TEST{return equal(V, other(A));
}
}
, {"boolean", TEST{ALONE;
return V.is(Kind::Bool);
}
}
, {"callable", TEST{ALONE;
return isCallable(V);
}
}
, {"defined", TEST{ALONE;
return !V.is(Kind::Undefined);
}
}
, {"divisibleby", TEST{return divides(V, A.need(0, "num"));
}
}
, {"eq", TEST{return equal(V, other(A));
}
}
, {"equalto", TEST{return equal(V, other(A));
}
}
, {"even", TEST{ALONE;
return divides(V, Value::integer(2));
}
}
, {"false", TEST{ALONE;
return V.is(Kind::Bool) && !V.truth();
}
}
, {"float", TEST{ALONE;
return V.is(Kind::Float);
}
}
, {"ge", TEST{return compare(">=", V, other(A));
}
}
, {"greaterthan", TEST{return compare(">", V, other(A));
}
}
, {"gt", TEST{return compare(">", V, other(A));
}
}
, {"in", TEST{return contains(A.need(0, "seq"), V);
}
}
, {"integer", TEST{ALONE;
return V.is(Kind::Int);
}
}
, {"iterable", TEST{ALONE;
return isSequence(V);
}
}
, {"le", TEST{return compare("<=", V, other(A));
}
}
, {"lessthan", TEST{return compare("<", V, other(A));
}
}
, {"lower", TEST{ALONE;
return hasCase(V, false);
}
}
, {"lt", TEST{return compare("<", V, other(A));
}
}
, {"mapping", TEST{ALONE;
return V.is(Kind::Dict);
}
}
, {"ne", TEST{return !equal(V, other(A));
}
}
, {"none", TEST{ALONE;
return V.is(Kind::None);
}
}
, {"number", TEST{ALONE;
return V.isNumber();
}
}
, {"odd", TEST{ALONE;
return !divides(V, Value::integer(2));
}
}
, {"sequence", TEST{ALONE;
return isSequence(V);
}
}
, {"string", TEST{ALONE;
return V.is(Kind::String);
}
}
, {"true", TEST{ALONE;
return V.is(Kind::Bool) && V.truth();
}
}
, {"undefined", TEST{ALONE;
return V.is(Kind::Undefined);
}
}
, {"upper", TEST{ALONE;
return hasCase(V, true);
}
}
,
}
;
#undef TEST
#undef ALONE

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
