//===- Scopes.h - names that a scope hides before it sets them --*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_SCOPES_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_SCOPES_H

#include "Ast.h"

namespace sinter::jinja {

/// Fills Hidden of every scope's body.
void markHidden(Node &Root);

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_SCOPES_H
