//===- Expressions.cpp - parsing of expressions ---------------------------===//
//
// Jinja's grammar, level by level from the loosest binding to the tightest.
//
//===----------------------------------------------------------------------===//
#include "Parser.h"

using namespace sinter::jinja;

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
    if (O.Text == "%" && N->Kind == NodeKind::Literal &&
        N->Constant.is(Kind::String))
      refuseUnsupported(O.At, "formatting with % is not supported: use ~");
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
