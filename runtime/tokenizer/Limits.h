//===- Limits.h - truncation and padding of tokenizer.json ------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_LIMITS_H
#define SINTER_RUNTIME_TOKENIZER_LIMITS_H

#include "Components.h"

namespace sinter::tokenizer {

/// "truncation": cuts a sequence before the post-processor.
class Truncation {
public:
  explicit Truncation(const JsonView &J);
  /// Leaves room for `Added` tokens.
  void apply(Ids &Tokens, int64_t Added) const;

private:
  int64_t Most;
  bool FromLeft;
};

/// "padding": fills a sequence up behind the post-processor.
class Padding {
public:
  Padding(const JsonView &J, const Context &C);
  void apply(Ids &Tokens) const;

private:
  int64_t Fixed, Multiple; ///< 0: none
  int64_t Id;
  bool Left;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_LIMITS_H
