//===- Expressions.cpp - parsing of expressions ---------------------------===//
//
// Jinja's grammar, level by level from the loosest binding to the tightest.
//
//===----------------------------------------------------------------------===//
#include "Library.h"
#include "Parser.h"

#include "../Error.h"

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace sinter::jinja;

static constexpr int MaxDepth = 200;  ///< of the parser's recursion
static constexpr int MaxHeight = 500; ///< of the tree: chains lean left

//===--- The cursor --------------------------------------------------------===

Token ExpressionParser::take() {
  Token T = Tokens[At];
  if (At + 1 < Tokens.size())
    ++At;
  return T;
}
bool ExpressionParser::isName(std::string_view Text) const {
  return current().Kind == TokenKind::Name && current().Text == Text;
}
bool ExpressionParser::isOperator(std::string_view Text) const {
  return current().Kind == TokenKind::Operator && current().Text == Text;
}
bool ExpressionParser::takeName(std::string_view Text) {
  const bool Is = isName(Text);
  if (Is)
    take();
  return Is;
}
bool ExpressionParser::takeOperator(std::string_view Text) {
  const bool Is = isOperator(Text);
  if (Is)
    take();
  return Is;
}
void ExpressionParser::wantOperator(std::string_view Text) {
  if (!takeOperator(Text))
    unexpected(std::string(Text).c_str());
}
std::string ExpressionParser::wantName(const char *What) {
  if (current().Kind != TokenKind::Name)
    unexpected(What);
  return take().Text;
}

void ExpressionParser::unexpected(const char *Wanted) const {
  const Token &T = current();
  std::string Found;
  switch (T.Kind) {
  case TokenKind::VariableEnd:
    Found = "}}";
    break;
  case TokenKind::BlockEnd:
    Found = "%}";
    break;
  case TokenKind::End:
    Found = "the template's end";
    break;
  case TokenKind::String:
    Found = "a string";
    break;
  case TokenKind::Data:
    Found = "text";
    break;
  case TokenKind::VariableBegin:
    Found = "{{";
    break;
  case TokenKind::BlockBegin:
    Found = "{%";
    break;
  default:
    Found = tokenizer::quote(T.Text);
  }
  refuse(T.At, std::string("want ") + Wanted + ", found " + Found);
}

ExpressionParser::Deeper::Deeper(ExpressionParser &P) : P(P) {
  if (++P.Depth > MaxDepth)
    refuse(P.current().At, "nested deeper than 200 levels");
}

NodePtr ExpressionParser::make(NodeKind Kind, Place At, NodePtr A, NodePtr B) {
  auto N = std::make_unique<Node>(Kind, At);
  if (A)
    adopt(*N, std::move(A));
  if (B)
    adopt(*N, std::move(B));
  return N;
}

void ExpressionParser::measure(Node &N, const NodePtr &Kid) {
  if (Kid)
    N.Height = std::max(N.Height, Kid->Height + 1);
  if (N.Height > MaxHeight)
    refuse(N.At, "an expression or block of more than 500 levels");
}

void ExpressionParser::adopt(Node &N, NodePtr Kid) {
  measure(N, Kid);
  N.Kids.push_back(std::move(Kid));
}

//===--- Levels ------------------------------------------------------------===

NodePtr ExpressionParser::expression(bool Conditional) {
  const Deeper Guard(*this);
  NodePtr N = disjunction();
  while (Conditional && isName("if")) {
    const Place Here = take().At;
    NodePtr Test = disjunction();
    NodePtr If =
        make(NodeKind::Conditional, Here, std::move(Test), std::move(N));
    adopt(*If, takeName("else") ? expression() : nullptr);
    N = std::move(If);
  }
  return N;
}

bool ExpressionParser::endsTuple() const {
  return current().Kind == TokenKind::BlockEnd ||
         current().Kind == TokenKind::VariableEnd || isOperator(")") ||
         isOperator("=") || isName("in");
}

NodePtr ExpressionParser::tuple(bool Conditional, bool Names) {
  const Place Here = current().At;
  std::vector<NodePtr> Items;
  bool Tuple = false;
  while (!endsTuple()) {
    Items.push_back(Names ? target() : expression(Conditional));
    if (!isOperator(","))
      break;
    take();
    Tuple = true;
  }
  if (!Tuple && Items.size() == 1)
    return std::move(Items[0]);
  if (Items.empty())
    unexpected("an expression");
  NodePtr N = make(NodeKind::Tuple, Here);
  for (NodePtr &Item : Items)
    adopt(*N, std::move(Item));
  return N;
}

/// What a value can be assigned to inside a tuple or alone: a name.
NodePtr ExpressionParser::target() {
  const Place Here = current().At;
  if (takeOperator("(")) {
    const Deeper Guard(*this);
    NodePtr N = tuple(false, true);
    wantOperator(")");
    return N;
  }
  NodePtr N = make(NodeKind::Name, Here);
  N->Text = wantName("a name");
  for (const char *Word : {"true", "false", "none", "True", "False", "None"})
    if (N->Text == Word)
      refuse(Here, "cannot assign to " + N->Text);
  if (isOperator(".")) {
    take();
    N = make(NodeKind::Attribute, Here, std::move(N));
    N->Text = wantName("an attribute's name");
  }
  return N;
}

NodePtr ExpressionParser::disjunction() {
  NodePtr N = conjunction();
  while (isName("or")) {
    const Place Here = take().At;
    NodePtr Right = conjunction();
    N = make(NodeKind::Or, Here, std::move(N), std::move(Right));
  }
  return N;
}

NodePtr ExpressionParser::conjunction() {
  NodePtr N = negation();
  while (isName("and")) {
    const Place Here = take().At;
    NodePtr Right = negation();
    N = make(NodeKind::And, Here, std::move(N), std::move(Right));
  }
  return N;
}

NodePtr ExpressionParser::negation() {
  if (!isName("not"))
    return comparison();
  const Deeper Guard(*this);
  const Place Here = take().At;
  return make(NodeKind::Not, Here, negation());
}

NodePtr ExpressionParser::comparison() {
  NodePtr First = sum();
  NodePtr N;
  for (;;) {
    std::string Operator;
    const Place Here = current().At;
    for (const char *O : {"==", "!=", "<", "<=", ">", ">="})
      if (isOperator(O))
        Operator = O;
    if (!Operator.empty()) {
      take();
    } else if (takeName("in")) {
      Operator = "in";
    } else if (isName("not") && ahead().Kind == TokenKind::Name &&
               ahead().Text == "in") {
      take();
      take();
      Operator = "not in";
    } else {
      return N ? std::move(N) : std::move(First);
    }
    if (!N)
      N = make(NodeKind::Compare, Here, std::move(First));
    N->Operators.push_back(Operator);
    adopt(*N, sum());
  }
}

NodePtr ExpressionParser::sum() {
  NodePtr N = concatenation();
  while (isOperator("+") || isOperator("-")) {
    const Token O = take();
    NodePtr Right = concatenation();
    N = make(NodeKind::Binary, O.At, std::move(N), std::move(Right));
    N->Text = O.Text;
  }
  return N;
}

NodePtr ExpressionParser::concatenation() {
  NodePtr N = product();
  while (isOperator("~")) {
    const Token O = take();
    NodePtr Right = product();
    N = make(NodeKind::Binary, O.At, std::move(N), std::move(Right));
    N->Text = O.Text;
  }
  return N;
}

NodePtr ExpressionParser::product() {
  NodePtr N = power();
  while (isOperator("*") || isOperator("/") || isOperator("//") ||
         isOperator("%")) {
    const Token O = take();
    NodePtr Right = power();
    N = make(NodeKind::Binary, O.At, std::move(N), std::move(Right));
    N->Text = O.Text;
  }
  return N;
}

NodePtr ExpressionParser::power() {
  NodePtr N = unary(true);
  while (isOperator("**")) {
    const Token O = take();
    NodePtr Right = unary(true);
    N = make(NodeKind::Binary, O.At, std::move(N), std::move(Right));
    N->Text = O.Text;
  }
  return N;
}

NodePtr ExpressionParser::unary(bool WithFilters) {
  const Deeper Guard(*this);
  NodePtr N;
  if (isOperator("-") || isOperator("+")) {
    const Token O = take();
    N = make(O.Text == "-" ? NodeKind::Negative : NodeKind::Positive, O.At,
             unary(false));
  } else {
    N = primary();
  }
  N = postfix(std::move(N));
  return WithFilters ? filters(std::move(N), false) : std::move(N);
}

//===--- Primaries ---------------------------------------------------------===

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

/// At '|', or at a filter's name where a block begins with one.
NodePtr ExpressionParser::filter(NodePtr N) {
  takeOperator("|");
  const Place Here = current().At;
  const std::string Name = wantName("a filter's name");
  NodePtr F = make(NodeKind::Filter, Here, std::move(N));
  F->Text = Name;
  F->TheFilter = findFilter(Name);
  if (!F->TheFilter)
    refuseUnsupported(Here,
                      "the filter " + tokenizer::quote(Name) +
                          " is not supported; supported: " + filterNames());
  if (takeOperator("("))
    arguments(*F);
  return F;
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
    refuseUnsupported(Here, "the test " + tokenizer::quote(Name) +
                                " is not supported; supported: " + testNames());
  const TokenKind K = current().Kind;
  const bool Begins =
      K == TokenKind::String || K == TokenKind::Integer ||
      K == TokenKind::Float || isOperator("[") || isOperator("{") ||
      (K == TokenKind::Name && !isName("else") && !isName("or") &&
       !isName("and") && !isName("if") && !isName("in") && !isName("not"));
  if (takeOperator("(")) {
    arguments(*T);
  } else if (isName("is")) {
    refuse(current().At, "a test behind a test: use and");
  } else if (Begins) {
    adopt(*T, postfix(primary()));
  }
  return Negated ? make(NodeKind::Not, Here, std::move(T)) : std::move(T);
}
