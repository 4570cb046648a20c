//===- Primaries.cpp - parsing of values and of what follows them ---------===//
//
// Literals and names; items, attributes, calls, filters and tests.
//
//===----------------------------------------------------------------------===//
#include "Library.h"
#include "Parser.h"

#include "../Error.h"

#include <charconv>

using namespace sinter;
using namespace sinter::jinja;

/// Names that mean something inside of a macro.
void ExpressionParser::noteName(const Token &T) {
  if (T.Text == "caller")
    UsesCaller = true;
  if (Macros && (T.Text == "varargs" || T.Text == "kwargs"))
    refuseUnsupported(T.At, T.Text + " of a macro is not supported");
}

NodePtr ExpressionParser::primary() {
  const Token T = current();
  const auto Constant = [&](Value V) {
    take();
    NodePtr N = make(NodeKind::Literal, T.At);
    N->Constant = std::move(V);
    return N;
  };
  switch (T.Kind) {
  case TokenKind::Name:
    if (T.Text == "true" || T.Text == "True")
      return Constant(Value::boolean(true));
    if (T.Text == "false" || T.Text == "False")
      return Constant(Value::boolean(false));
    if (T.Text == "none" || T.Text == "None")
      return Constant(Value::none());
    for (const char *Word :
         {"if", "else", "elif", "and", "or", "in", "is", "not"})
      if (T.Text == Word)
        unexpected("an expression");
    take();
    noteName(T);
    {
      NodePtr N = make(NodeKind::Name, T.At);
      N->Text = T.Text;
      return N;
    }
  case TokenKind::String: {
    std::string Text; // neighbours are one
    const Place Here = T.At;
    while (current().Kind == TokenKind::String)
      Text += take().Text;
    NodePtr N = make(NodeKind::Literal, Here);
    N->Constant = Value::string(std::move(Text));
    return N;
  }
  case TokenKind::Integer: {
    int64_t I = 0;
    if (std::from_chars(T.Text.data(), T.Text.data() + T.Text.size(), I).ec !=
        std::errc())
      refuseUnsupported(T.At, "numbers of more than 64 bits");
    return Constant(Value::integer(I));
  }
  case TokenKind::Float: {
    double F = 0;
    if (std::from_chars(T.Text.data(), T.Text.data() + T.Text.size(), F).ec !=
        std::errc())
      refuse(T.At, "a number out of range");
    return Constant(Value::real(F));
  }
  case TokenKind::Operator:
    if (T.Text == "(") {
      take();
      if (takeOperator(")"))
        return make(NodeKind::Tuple, T.At);
      NodePtr N = tuple(true, false);
      wantOperator(")");
      return N;
    }
    if (T.Text == "[")
      return list();
    if (T.Text == "{")
      return dictionary();
    [[fallthrough]];
  default:
    unexpected("an expression");
  }
}

NodePtr ExpressionParser::list() {
  NodePtr N = make(NodeKind::List, take().At);
  while (!isOperator("]")) {
    adopt(*N, expression());
    if (!isOperator("]"))
      wantOperator(",");
  }
  take();
  return N;
}

NodePtr ExpressionParser::dictionary() {
  NodePtr N = make(NodeKind::Dict, take().At);
  while (!isOperator("}")) {
    adopt(*N, expression());
    wantOperator(":");
    adopt(*N, expression());
    if (!isOperator("}"))
      wantOperator(",");
  }
  take();
  return N;
}

NodePtr ExpressionParser::postfix(NodePtr N) {
  for (;;) {
    if (isOperator(".")) {
      const Place Here = take().At;
      if (current().Kind == TokenKind::Integer) {
        NodePtr Index = primary();
        N = make(NodeKind::Subscript, Here, std::move(N), std::move(Index));
      } else {
        N = make(NodeKind::Attribute, Here, std::move(N));
        N->Text = wantName("an attribute's name");
      }
    } else if (isOperator("[")) {
      N = subscript(std::move(N));
    } else if (isOperator("(")) {
      N = call(std::move(N));
    } else {
      return N;
    }
  }
}

NodePtr ExpressionParser::subscript(NodePtr N) {
  const Place Here = take().At;
  NodePtr First = isOperator(":") ? nullptr : expression();
  if (takeOperator("]"))
    return make(NodeKind::Subscript, Here, std::move(N), std::move(First));
  if (isOperator(","))
    refuseUnsupported(current().At, "an index of several parts");
  wantOperator(":");
  NodePtr Slice = make(NodeKind::Slice, Here, std::move(N));
  adopt(*Slice, std::move(First));
  adopt(*Slice, isOperator(":") || isOperator("]") ? nullptr : expression());
  NodePtr Step;
  if (takeOperator(":") && !isOperator("]"))
    Step = expression();
  adopt(*Slice, std::move(Step));
  wantOperator("]");
  return Slice;
}

void ExpressionParser::arguments(Node &Call) {
  while (!isOperator(")")) {
    if (isOperator("*") || isOperator("**"))
      refuseUnsupported(current().At, "* and ** in a call");
    if (current().Kind == TokenKind::Name &&
        ahead().Kind == TokenKind::Operator && ahead().Text == "=") {
      const Token Name = take();
      take();
      for (const auto &Other : Call.Named)
        if (Other.first == Name.Text)
          refuse(Name.At, "argument " + Name.Text + " is given twice");
      Call.Named.emplace_back(Name.Text, expression());
      measure(Call, Call.Named.back().second);
    } else {
      if (!Call.Named.empty())
        refuse(current().At, "an argument without a name behind one with");
      adopt(Call, expression());
    }
    if (Call.Kids.size() + Call.Named.size() > 256)
      refuse(Call.At, "a call with more than 255 arguments");
    if (!isOperator(")"))
      wantOperator(",");
  }
  take();
}

NodePtr ExpressionParser::call(NodePtr N) {
  const Place Here = take().At;
  if (N->Kind == NodeKind::Attribute && !isMethod(N->Text))
    refuseUnsupported(N->At, "the method " + tokenizer::quote(N->Text) +
                                 " is not supported");
  for (const char *Missing : {"lipsum", "cycler", "joiner", "gettext", "_"})
    if (N->Kind == NodeKind::Name && N->Text == Missing)
      refuseUnsupported(N->At, "the function " + N->Text + " is not supported");
  NodePtr Call = make(NodeKind::Call, Here, std::move(N));
  arguments(*Call);
  return Call;
}

//===--- Filters and tests -------------------------------------------------===

NodePtr ExpressionParser::filters(NodePtr N, bool AtLeastOne) {
  for (;; AtLeastOne = false) {
    if (isOperator("|") || AtLeastOne) {
      N = filter(std::move(N));
    } else if (isName("is")) {
      N = test(std::move(N));
    } else if (isOperator("(")) {
      N = call(std::move(N));
    } else {
      return N;
    }
  }
}

[[noreturn]] static void refuseFilter(Place At, const std::string &Name) {
  refuseUnsupported(At, "the filter " + tokenizer::quote(Name) +
                            " is not supported; supported: " + filterNames());
}
[[noreturn]] static void refuseTest(Place At, const std::string &Name) {
  refuseUnsupported(At, "the test " + tokenizer::quote(Name) +
                            " is not supported; supported: " + testNames());
}

/// At '|', or at a filter's name where a block begins with one.
NodePtr ExpressionParser::filter(NodePtr N) {
  takeOperator("|");
  const Place Here = current().At;
  const std::string Name = wantName("a filter's name");
  NodePtr F = make(NodeKind::Filter, Here, std::move(N));
  F->Text = Name;
  F->TheFilter = findFilter(Name);
  if (!F->TheFilter)
    refuseFilter(Here, Name);
  if (takeOperator("("))
    arguments(*F);
  checkInnerName(*F);
  return F;
}

/// map("x"), select("x") and selectattr(_, "x") name a filter or test.
void ExpressionParser::checkInnerName(const Node &F) {
  const bool IsMap = F.Text == "map";
  const bool ByAttribute = F.Text == "selectattr" || F.Text == "rejectattr";
  if (!IsMap && !ByAttribute && F.Text != "select" && F.Text != "reject")
    return;
  const size_t At = ByAttribute ? 2 : 1;
  if (At >= F.Kids.size() || F.Kids[At]->Kind != NodeKind::Literal ||
      !F.Kids[At]->Constant.is(Kind::String))
    return;
  const std::string &Name = F.Kids[At]->Constant.text();
  if (IsMap && !findFilter(Name))
    refuseFilter(F.Kids[At]->At, Name);
  if (!IsMap && !findTest(Name))
    refuseTest(F.Kids[At]->At, Name);
}

NodePtr ExpressionParser::test(NodePtr N) {
  take();
  const bool Negated = takeName("not");
  const Place Here = current().At;
  const std::string Name = wantName("a test's name");
  NodePtr T = make(NodeKind::Test, Here, std::move(N));
  T->Text = Name;
  T->TheTest = findTest(Name);
  if (!T->TheTest)
    refuseTest(Here, Name);
  const TokenKind K = current().Kind;
  const bool Begins = K == TokenKind::String || K == TokenKind::Integer ||
                      K == TokenKind::Float || isOperator("[") ||
                      isOperator("{") ||
                      (K == TokenKind::Name && !isName("else") &&
                       !isName("or") && !isName("and"));
  if (takeOperator("(")) {
    arguments(*T);
  } else if (isName("is")) {
    refuse(current().At, "a test behind a test: use and");
  } else if (Begins) {
    for (const char *Word : {"if", "in", "not"}) // names to Jinja, here
      if (isName(Word))
        refuseUnsupported(current().At, std::string(Word) +
                                            " behind a test: put the test in "
                                            "brackets");
    adopt(*T, postfix(primary()));
  }
  return Negated ? make(NodeKind::Not, Here, std::move(T)) : std::move(T);
}
