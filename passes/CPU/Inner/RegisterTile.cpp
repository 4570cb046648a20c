//===- RegisterTile.cpp - the one contraction loop of all kernels ---------===//
#include "passes/CPU/Inner/RegisterTile.h"

using namespace mlir;
using namespace sinter;

Emitter::Values RegisterTile::step(Emitter &e, Value group, int64_t count,
                                   Emitter::Values acc) const {
  Emitter::Values loaded;
  for (int64_t v = 0; v < vectors; ++v)
    loaded.push_back(b(group, v));
  Value first = parts == 1 ? group : e.imul(group, e.index(parts));
  for (int64_t i = count - 1; i >= 0; --i) {
    Emitter::Values right;
    for (Value vector : loaded)
      right.push_back(part ? part(vector, i) : vector);
    for (int64_t r = 0; r < rows; ++r) {
      Value left = a(e.iadd(first, i), r);
      for (int64_t v = 0; v < vectors; ++v) {
        Value &sum = acc[r * vectors + v];
        sum = multiply ? multiply(sum, left, right[v])
                       : e.fma(left, right[v], sum);
      }
    }
  }
  return acc;
}

Emitter::Values RegisterTile::emit(Emitter &e, Value from, Value to,
                                   Emitter::Values accumulators) const {
  auto step = [&](Value group, Emitter::Values acc) {
    return this->step(e, group, parts, acc);
  };
  if (unroll == 1)
    return e.loop(from, to, 1, accumulators, step);
  Value count = e.isub(to, from);
  Value main =
      e.iadd(from, e.imul(e.idiv(count, e.index(unroll)), e.index(unroll)));
  auto acc = e.loop(from, main, unroll, accumulators,
                    [&](Value k, Emitter::Values acc) {
                      for (int64_t u = 0; u < unroll; ++u)
                        acc = step(e.iadd(k, u), acc);
                      return acc;
                    });
  return e.loop(main, to, 1, acc, step);
}

SmallVector<int64_t> sinter::getTileHeights(int64_t registers,
                                            int64_t vectors) {
  // One register holds the broadcast, `vectors` the other side.
  int64_t most = (registers - 1 - vectors) / vectors;
  SmallVector<int64_t> heights;
  if (most > 4)
    heights.push_back(most);
  for (int64_t h : {4, 2, 1})
    if (h <= most)
      heights.push_back(h);
  return heights;
}

void sinter::forEachTile(Emitter &e, Value first, Value last,
                         ArrayRef<int64_t> heights,
                         llvm::function_ref<void(Value, int64_t)> body) {
  for (int64_t height : heights) {
    Value count = e.idiv(e.isub(last, first), e.index(height));
    Value end = e.iadd(first, e.imul(count, e.index(height)));
    e.loop(first, end, height, [&](Value i) { body(i, height); });
    first = end;
  }
}
