//===- Cursor.cpp - the parser's place in the tokens, and its nodes -------===//
#include "Parser.h"

#include "../Error.h"

#include <algorithm>

using namespace sinter::jinja;

static constexpr int MaxDepth = 200;  ///< of the parser's recursion
static constexpr int MaxHeight = 500; ///< of the tree: chains lean left

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
