//===- Lexer.h - a chat template as tokens ----------------------*- C++ -*-===//
//
// Whitespace as transformers sets Jinja: trim_blocks and lstrip_blocks on, one
// newline at the template's end dropped.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_LEXER_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_LEXER_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sinter::jinja {

struct Place {
  uint32_t Line = 1, Column = 1; ///< from 1; columns count code points
};

/// "chat template: line 3, column 7: " before a message.
[[noreturn]] void refuse(Place At, const std::string &What);
[[noreturn]] void refuseUnsupported(Place At, const std::string &What);

enum class TokenKind : uint8_t {
  Data, ///< text between the tags
  VariableBegin,
  VariableEnd,
  BlockBegin,
  BlockEnd,
  Name,
  String,
  Integer,
  Float,
  Operator,
  End
};

struct Token {
  TokenKind Kind;
  Place At;
  std::string Text; ///< of a string: what it stands for
};

/// Throws tokenizer::Error. The last token is End.
std::vector<Token> tokenize(std::string_view Source);

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_LEXER_H
