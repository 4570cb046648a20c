//===- AttentionTile.h - some pairs over all blocks of a context *- C++ -*-===//
#ifndef SINTER_PASSES_CPU_INNER_ATTENTIONTILE_H
#define SINTER_PASSES_CPU_INNER_ATTENTIONTILE_H

#include "passes/CPU/Inner/Contraction.h"

namespace sinter {

/// Emits attention of up to a tile's height of (row, head) pairs that share a
/// kv head. The context is walked in blocks of fixed absolute places. Each
/// block gives scores, is masked where a pair does not see all of it, and
/// becomes (max, sum of e^(s - max), the weighted sum of values). Blocks are
/// merged in order (online softmax: Milakov, Gimelshein 2018), a sink at the
/// end. Lanes that a pair may not see add exact zeros, so a pair's bits do not
/// depend on which others share its tile.
///
/// How products are computed is the derived class's.
class AttentionTile {
public:
  virtual ~AttentionTile() = default;

  /// The pairs firstPair .. firstPair + height - 1.
  void emit(mlir::Value kvHead, mlir::Value firstPair, int64_t height);

  /// Heights that there is a tile for, descending, the last 1.
  virtual llvm::SmallVector<int64_t> getHeights() const = 0;

protected:
  using Value = mlir::Value;
  using Values = Emitter::Values;

  AttentionTile(Emitter &e, InnerAttentionOp op, Contraction contraction);

  /// Of one tile, on the stack; a row is a pair.
  struct Buffers {
    Value queries; // [pairs, keyDim], of q's element type
    Value scores;  // [pairs, block]
    Value weights; // the same of q's type; `scores` where that is f32
    Value sums;    // [pairs, valueLanes]: the weighted sums of values so far
    Value partial; // [pairs, lanes]: what is folded to a number of each pair
    // [pairs, rounded up to vectors]: of this block, of the blocks so far, and
    // what a merge multiplies by.
    Value blockMax, blockSum, max, sum, oldPart, newPart;
  };

  /// In decode the heads of one kv head are a tile.
  void addGroup(llvm::SmallVectorImpl<int64_t> &heights);
  /// Makes the buffers; before the first tile.
  void allocate(int64_t mostPairs);

  /// Before the first block of a tile and after its last.
  virtual void prepare() {}
  virtual void release() {}
  /// Scores of positions base .. base + count - 1 (rounded up to whole panels),
  /// at most a block.
  virtual void computeScores(Value base, Value count) = 0;
  /// sums[r] = sums[r] * oldPart[r] + newPart[r] * (weights[r] V), V's
  /// positions in order. Weights are there up to a multiple of `lanes`.
  virtual void accumulate(Value base, Value count) = 0;

  void prefetchPanel(Value panelIndex);
  /// A vector of products with the scale and the cap.
  Value toScore(Value product);
  /// Is all that products lack a factor that keeps their order? Then `scores`
  /// may hold products: they are scaled as they become weights.
  bool mayScaleLate();
  void forEachPair(llvm::function_ref<void(Value)> body) {
    e.loop(e.index(0), e.index(height), 1, body);
  }
  /// Where the cache has a position.
  Value placeOf(Value position);

  Emitter &e;
  InnerAttentionOp op;
  Contraction contraction;
  Buffers buffers;
  int64_t interleave, keyDim, panel, valueDim, block;
  bool scalesLate = false;
  int64_t valueLanes; // valueDim rounded up: what lies behind is not stored
  Value rows, heads;  // of an entry of the batch
  // Of the tile being emitted.
  int64_t height = 0;
  Value kvHead, first;

private:
  void begin();
  void addSlopes(Value base, Value columns);
  void addMask(Value base, Value columns);
  void mask(Value base, Value columns);
  void weigh(Value base, Value count);
  // numbers[r] = partial[r] folded.
  void foldPairs(Value numbers, llvm::function_ref<Value(Value, Value)> fold);
  void finish();
  void forEachVectorOfPairs(llvm::function_ref<void(Value)> body) {
    e.loop(e.index(0), e.index(height), e.lanes, body);
  }
  Value pairRow(Value pair) { return e.irem(e.iadd(first, pair), rows); }
  // Of all heads of the batch; its entry, and its head of that.
  Value pairHead(Value pair) { return e.idiv(e.iadd(first, pair), rows); }
  Value entry(Value pair) { return e.idiv(pairHead(pair), heads); }
  Value headInEntry(Value pair) {
    return op.hasBatch() ? e.irem(pairHead(pair), heads) : pairHead(pair);
  }
  // A pair's row of q or of out, from element `column` on.
  Values rowOf(Value pair, Value column);
  // A pair's own position, and the first and last one that it then sees.
  Value origin(Value pair) { return e.iadd(op.getPosition(), pairRow(pair)); }
  Value lastSeen(Value origin) {
    return op.getEnd() ? e.iadd(op.getEnd(), -1) : origin;
  }
  Value firstSeen(Value origin) {
    return e.iadd(origin, 1 - int64_t(op.getWindow()));
  }
  // base + column, column + 1, ... - origin, in lanes.
  Value distances(Value column, Value origin);

  Value lowest, highest; // of the pairs' origins
};

/// Products in AMX tiles; null where there are none or sizes do not fill them.
std::unique_ptr<AttentionTile> makeTileAttention(Emitter &e,
                                                 InnerAttentionOp op,
                                                 Contraction contraction,
                                                 TargetAttr target);

} // namespace sinter
#endif
