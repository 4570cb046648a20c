//===- Parser.h - tokens to a tree ------------------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_PARSER_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_PARSER_H

#include "Ast.h"

#include <initializer_list>

namespace sinter::jinja {

/// The cursor and the expressions; StatementParser adds the statements.
class ExpressionParser {
protected:
  explicit ExpressionParser(std::vector<Token> Tokens)
      : Tokens(std::move(Tokens)) {}

  const Token &current() const { return Tokens[At]; }
  const Token &ahead() const {
    return Tokens[At + 1 < Tokens.size() ? At + 1 : At];
  }
  Token take();
  bool isName(std::string_view Text) const;
  bool isOperator(std::string_view Text) const;
  bool takeName(std::string_view Text);
  bool takeOperator(std::string_view Text);
  void wantOperator(std::string_view Text);
  std::string wantName(const char *What);
  [[noreturn]] void unexpected(const char *Wanted) const;

  /// Bounds recursion of the parser and, with it, of the tree.
  struct Deeper {
    explicit Deeper(ExpressionParser &P);
    ~Deeper() { --P.Depth; }
    ExpressionParser &P;
  };

  NodePtr expression(bool Conditional = true);
  /// a, b without brackets is a tuple. `Names`: only what can be assigned.
  NodePtr tuple(bool Conditional, bool Names);
  NodePtr target();
  NodePtr filters(NodePtr N, bool AtLeastOne);
  void arguments(Node &Call); ///< after the (
  static NodePtr make(NodeKind Kind, Place At, NodePtr A = nullptr,
                      NodePtr B = nullptr);
  static void adopt(Node &N, NodePtr Kid); ///< a null kid is one left out
  static void measure(Node &N, const NodePtr &Kid);

  int Macros = 0; ///< open {% macro %} and {% call %} around the cursor
  bool UsesCaller = false; ///< the name caller was read

private:
  void noteName(const Token &T);
  bool endsTuple() const;
  NodePtr disjunction();
  NodePtr conjunction();
  NodePtr negation();
  NodePtr comparison();
  NodePtr sum();
  NodePtr concatenation();
  NodePtr product();
  NodePtr power();
  NodePtr unary(bool WithFilters);
  NodePtr primary();
  NodePtr postfix(NodePtr N);
  NodePtr subscript(NodePtr N);
  NodePtr call(NodePtr N);
  NodePtr filter(NodePtr N);
  NodePtr test(NodePtr N);
  static void checkInnerName(const Node &Filter);
  NodePtr list();
  NodePtr dictionary();

  std::vector<Token> Tokens;
  size_t At = 0;
  int Depth = 0;
};

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_PARSER_H
