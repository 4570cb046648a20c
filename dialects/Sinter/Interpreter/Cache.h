//===- Cache.h - the interpreter's KV cache ---------------------*- C++ -*-===//
//
// One object for all states of a !sinter.cache value, as in the compiled model.
// A CacheRef remembers which state it is, so that reading an older state than
// the newest (which memory no longer holds) is found. Positions are written
// without gaps; a read of a position that was never written is found too.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_INTERPRETER_CACHE_H
#define SINTER_INTERPRETER_CACHE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "dialects/Sinter/Interpreter/Tensor.h"

namespace sinter {

class CacheState {
public:
  explicit CacheState(CacheType type);

  CacheType type;
  /// Of each layer: [heads, room, keyDim] and [heads, room, valueDim], position
  /// p at place p mod room.
  std::vector<Tensor> keys, values;
  std::vector<int64_t> filled; // positions written, by layer
  uint64_t version = 0;        // grows with every append
};

struct CacheRef {
  std::shared_ptr<CacheState> state;
  uint64_t version = 0;

  static CacheRef create(CacheType type);
};

} // namespace sinter
#endif
