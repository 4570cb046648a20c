//===- Metaspace.h - a character that stands for a space --------*- C++ -*-===//
//
// What the pre-tokenizer and the decoder of that name share.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_METASPACE_H
#define SINTER_RUNTIME_TOKENIZER_METASPACE_H

#include "Json.h"

namespace sinter::tokenizer {

struct Metaspace {
  enum class Prepend { Always, First, Never };

  explicit Metaspace(const JsonView &J);

  std::string Replacement; ///< one character
  Prepend Scheme;
  bool Split;
};

/// A member that is one character.
std::string characterOf(const JsonView &J);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_METASPACE_H
