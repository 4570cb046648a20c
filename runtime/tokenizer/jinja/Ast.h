//===- Ast.h - a chat template as a tree ------------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_AST_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_AST_H

#include "Lexer.h"
#include "Value.h"

#include <memory>
#include <optional>

namespace sinter::jinja {

struct FilterRow;
struct TestRow;

enum class NodeKind : uint8_t {
  // Expressions.
  Literal,     ///< Constant
  Name,        ///< Text
  List,        ///< Kids
  Tuple,       ///< Kids
  Dict,        ///< Kids: key, value, key, value ...
  Attribute,   ///< Kids[0].Text
  Subscript,   ///< Kids[0][Kids[1]]
  Slice,       ///< Kids[0][Kids[1]:Kids[2]:Kids[3]]; null: left out
  Call,        ///< Kids[0](Kids[1...], Named)
  Filter,      ///< Kids[0] | Filter(Kids[1...], Named)
  Test,        ///< Kids[0] is Test(Kids[1...], Named)
  Not,         ///< not Kids[0]
  Negative,    ///< -Kids[0]
  Positive,    ///< +Kids[0]
  Binary,      ///< Kids[0] Text Kids[1]: + - * / // % ** ~
  Compare,     ///< Kids[0] Operators[0] Kids[1] Operators[1] Kids[2] ...
  And,         ///< Kids[0] and Kids[1]
  Or,          ///< Kids[0] or Kids[1]
  Conditional, ///< Kids[1] if Kids[0] else Kids[2], which may be null
  // Statements.
  Data,       ///< Constant, as it is
  Output,     ///< {{ Kids[0] }}
  Body,       ///< Kids, one after another
  If,         ///< Kids: test, body, test, body ..., and maybe a last body
  For,        ///< for Kids[0] in Kids[1] if Kids[2]: Kids[3] else Kids[4]
  Set,        ///< Kids[0] = Kids[1]
  SetBlock,   ///< Kids[0] = what Kids[1] writes, through the filters Kids[2]
  FilterPart, ///< Kids[0] (a chain whose innermost is Hole) over Kids[1]
  Hole,       ///< what a block wrote, inside its filters
  Macro,      ///< macro Text(Parameters): Kids[0]
  CallPart,   ///< Kids[0] is the call, Kids[1] the Macro that caller() runs
  With,       ///< Kids: name, value, name, value ..., body
  Break,
  Continue
};

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  Node(NodeKind Kind, Place At) : Kind(Kind), At(At) {}
  NodeKind Kind;
  Place At;
  int Height = 1; ///< levels below and this one
  std::string Text;
  Value Constant;
  std::vector<NodePtr> Kids;
  std::vector<std::pair<std::string, NodePtr>> Named;
  std::vector<std::string> Operators;
  /// Of a macro: names, and defaults (null: none).
  std::vector<std::pair<std::string, NodePtr>> Parameters;
  /// Of a scope's body: undefined in it until they are set.
  std::vector<std::string> Hidden;
  bool TakesCaller = false; ///< of a macro: its body reads caller
  const FilterRow *TheFilter = nullptr;
  const TestRow *TheTest = nullptr;
};

/// Throws tokenizer::Error with line and column for what is wrong and for
/// what is not in the subset.
NodePtr parse(std::string_view Source);

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_AST_H
