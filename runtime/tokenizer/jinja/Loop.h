//===- Loop.h - the variable `loop` -----------------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_LOOP_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_LOOP_H

#include "Library.h"

namespace sinter::jinja {

struct LoopObject : Object {
  std::vector<Value> Items;
  size_t Index = 0;
  Value Seen; ///< what changed() was given last
};

/// loop.Name, and loop.Name() for those that are methods.
Value loopAttribute(Runtime &R, const Value &Loop, const std::string &Name);
Value callLoop(Runtime &R, const Value &Loop, const std::string &Name,
               Arguments &A);

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_LOOP_H
