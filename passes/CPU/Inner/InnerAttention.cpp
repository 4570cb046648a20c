//===- InnerAttention.cpp - blocks of cached attention --------------------===//
//
// A tile is up to `height` (row, head) pairs that share a kv head. The context
// is walked in blocks of fixed absolute places; each block gives scores (a
// register tile over the head dimension, lanes = positions), is masked per
// pair, and is merged by online softmax (Milakov, Gimelshein 2018): m' = max(m,
// block max), a = e^(m - m'), sum' = sum a + sum of e^(s - m'), acc' = acc a +
// p V. Lanes that a pair may not see add exact zeros, so a pair's bits do not
// depend on which others share its tile.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/CPU/Inner/Inner.h"
#include "passes/CPU/Inner/RegisterTile.h"

using namespace mlir;
using namespace sinter;

namespace {
using Values = Emitter::Values;

struct InnerAttentionPattern : OpRewritePattern<InnerAttentionOp> {
  InnerAttentionPattern(MLIRContext *ctx, TargetAttr target)
      : OpRewritePattern(ctx, /*benefit=*/2), target(target) {}

  LogicalResult matchAndRewrite(InnerAttentionOp op,
                                PatternRewriter &rewriter) const override;
  TargetAttr target;
};

// Emits one tile height; the op's operands and sizes are shared by all.
class AttentionTile {
public:
  AttentionTile(Emitter &e, InnerAttentionOp op, Value scores, Value sums)
      : e(e), op(op), scores(scores), sums(sums) {
    auto keys = cast<MemRefType>(op.getKeys().getType());
    auto values = cast<MemRefType>(op.getValues().getType());
    keyDim = keys.getDimSize(2);
    panel = keys.getDimSize(3);
    valueDim = values.getDimSize(2);
    block = op.getBlock();
    rows = e.dim(op.getQ(), 0);
  }

  void emit(Value kvHead, Value firstPair, int64_t height);

private:
  void computeScores(Value base, Value count);
  Values mergeBlock(Value base, Value count, Values state);
  void accumulate(Value base, Value count, Values factors);

  Emitter &e;
  InnerAttentionOp op;
  Value scores; // [height, block] on the stack
  Value sums;   // [height, valueDim]: the weighted sums of values so far
  int64_t keyDim, panel, valueDim, block;
  Value rows;
  // Of the tile being emitted.
  int64_t height = 0;
  Value kvHead;
  Values row, head, limit; // per pair; limit is its last visible position
};
} // namespace

// Scores of positions base .. base + count - 1 (rounded up to whole panels).
void AttentionTile::computeScores(Value base, Value count) {
  int64_t vectors = std::min<int64_t>(2, panel / e.lanes);
  Value firstPanel = e.idiv(base, e.index(panel));
  Value panels = e.idiv(e.iadd(count, panel - 1), e.index(panel));
  Value scale = e.splat(op.getScale().convertToDouble());
  double cap = op.getSoftcap().convertToDouble();
  e.loop(e.index(0), panels, 1, [&](Value p) {
    for (int64_t part = 0; part < panel; part += vectors * e.lanes) {
      RegisterTile tile{.rows = height, .vectors = vectors};
      tile.a = [&](Value k, int64_t r) {
        return e.broadcast(e.load(op.getQ(), {row[r], head[r], k}));
      };
      tile.b = [&](Value k, int64_t v) {
        return e.vload(op.getKeys(), {kvHead, e.iadd(firstPanel, p), k,
                                      e.index(part + v * e.lanes)});
      };
      Values acc(height * vectors, e.splat(0));
      acc = tile.emit(e, e.index(0), e.index(keyDim), acc);
      for (int64_t r = 0; r < height; ++r)
        for (int64_t v = 0; v < vectors; ++v) {
          Value s = e.mul(acc[r * vectors + v], scale);
          if (cap > 0) {
            Value t = math::TanhOp::create(e.b, e.loc, e.div(s, e.splat(cap)));
            s = e.mul(t, e.splat(cap));
          }
          Value column = e.iadd(e.imul(p, e.index(panel)), part + v * e.lanes);
          e.vstore(s, scores, {e.index(r), column});
        }
    }
  });
}

// Masks, maxima and exponentials; returns (max, sum) of each pair, then the
// factor that rescales what was accumulated before.
Values AttentionTile::mergeBlock(Value base, Value count, Values state) {
  double infinity = std::numeric_limits<double>::infinity();
  Value minus = e.splat(-infinity);
  Value columns = e.imul(e.idiv(e.iadd(count, e.lanes - 1), e.index(e.lanes)),
                         e.index(e.lanes));
  auto intType = VectorType::get({e.lanes}, e.b.getI32Type());
  SmallVector<int32_t> iota;
  for (int64_t i = 0; i < e.lanes; ++i)
    iota.push_back(i);
  Value lane = arith::ConstantOp::create(
      e.b, e.loc, DenseElementsAttr::get(intType, ArrayRef<int32_t>(iota)));
  auto toLanes = [&](Value index) -> Value {
    Value narrow =
        arith::IndexCastOp::create(e.b, e.loc, e.b.getI32Type(), index);
    return vector::BroadcastOp::create(e.b, e.loc, intType, narrow);
  };
  using P = arith::CmpIPredicate;
  Values next, factors;
  for (int64_t r = 0; r < height; ++r) {
    // Visible lanes of this block: first <= lane + column <= last.
    Value last = toLanes(e.isub(limit[r], base));
    Value first;
    if (op.getWindow() > 0)
      first =
          toLanes(e.isub(e.iadd(limit[r], 1 - int64_t(op.getWindow())), base));
    Value top =
        e.loop(e.index(0), columns, e.lanes, {minus}, [&](Value c, Values t) {
          Value at = e.iadd(lane, toLanes(c));
          Value seen = e.compare(P::sle, at, last);
          if (first)
            seen = arith::AndIOp::create(e.b, e.loc, seen,
                                         e.compare(P::sge, at, first));
          Value s = e.select(seen, e.vload(scores, {e.index(r), c}), minus);
          e.vstore(s, scores, {e.index(r), c});
          return Values{e.fastMax(t[0], s)};
        })[0];
    top = e.reduce(top, [&](Value a, Value b) { return e.fastMax(a, b); });
    Value before = state[2 * r];
    Value now = e.fastMax(before, top);
    // Nothing seen so far: any finite maximum keeps e^(-inf) = 0.
    Value none = e.compare(arith::CmpFPredicate::OEQ, now, e.f32(-infinity));
    Value safe = e.select(none, e.f32(0), now);
    Value factor = e.exp(e.sub(before, safe));
    Value safeVector = e.broadcast(safe);
    Value sum = e.loop(
        e.index(0), columns, e.lanes, {e.splat(0)}, [&](Value c, Values s) {
          Value p = e.exp(e.sub(e.vload(scores, {e.index(r), c}), safeVector));
          e.vstore(p, scores, {e.index(r), c});
          return Values{e.add(s[0], p)};
        })[0];
    sum = e.reduce(sum, [&](Value a, Value b) { return e.add(a, b); });
    next.push_back(now);
    next.push_back(e.add(e.mul(state[2 * r + 1], factor), sum));
    factors.push_back(factor);
  }
  next.append(factors);
  return next;
}

// sums[r] = sums[r] * factor[r] + p[r] V over the block's positions in order.
void AttentionTile::accumulate(Value base, Value count, Values factors) {
  int64_t wide = 2 * e.lanes;
  auto part = [&](Value column, int64_t vectors) {
    RegisterTile tile{.rows = height, .vectors = vectors};
    tile.a = [&](Value k, int64_t r) {
      return e.broadcast(e.load(scores, {e.index(r), k}));
    };
    tile.b = [&](Value k, int64_t v) {
      return e.vload(op.getValues(),
                     {kvHead, e.iadd(base, k), e.iadd(column, v * e.lanes)});
    };
    Values acc;
    for (int64_t r = 0; r < height; ++r)
      for (int64_t v = 0; v < vectors; ++v)
        acc.push_back(
            e.mul(e.vload(sums, {e.index(r), e.iadd(column, v * e.lanes)}),
                  e.broadcast(factors[r])));
    acc = tile.emit(e, e.index(0), count, acc);
    for (int64_t r = 0; r < height; ++r)
      for (int64_t v = 0; v < vectors; ++v)
        e.vstore(acc[r * vectors + v], sums,
                 {e.index(r), e.iadd(column, v * e.lanes)});
  };
  int64_t whole = valueDim / wide * wide;
  e.loop(e.index(0), e.index(whole), wide,
         [&](Value column) { part(column, 2); });
  e.loop(e.index(whole), e.index(valueDim), e.lanes,
         [&](Value column) { part(column, 1); });
}

void AttentionTile::emit(Value kv, Value firstPair, int64_t pairs) {
  height = pairs;
  kvHead = kv;
  row.clear(), head.clear(), limit.clear();
  Value end = e.index(0), start;
  for (int64_t r = 0; r < height; ++r) {
    Value pair = e.iadd(firstPair, r);
    head.push_back(e.idiv(pair, rows));
    row.push_back(e.irem(pair, rows));
    limit.push_back(e.iadd(op.getPosition(), row[r]));
    end = e.imax(end, e.iadd(limit[r], 1));
    start = r ? e.imin(start, limit[r]) : limit[r];
  }
  // Whole blocks before the window of every pair are skipped.
  Value firstBlock = e.index(0);
  if (op.getWindow() > 0) {
    Value seen = e.imax(e.iadd(start, 1 - int64_t(op.getWindow())), e.index(0));
    firstBlock = e.imul(e.idiv(seen, e.index(block)), e.index(block));
  }
  e.loop(e.index(0), e.index(valueDim), e.lanes, [&](Value c) {
    for (int64_t r = 0; r < height; ++r)
      e.vstore(e.splat(0), sums, {e.index(r), c});
  });
  Values state;
  for (int64_t r = 0; r < height; ++r) {
    state.push_back(e.f32(-std::numeric_limits<double>::infinity()));
    state.push_back(e.f32(0));
  }
  state = e.loop(firstBlock, end, block, state, [&](Value base, Values s) {
    Value count = e.imin(e.isub(end, base), e.index(block));
    computeScores(base, count);
    Values merged = mergeBlock(base, count, s);
    Values next(merged.begin(), merged.begin() + 2 * height);
    accumulate(base, count, Values(merged.begin() + 2 * height, merged.end()));
    return next;
  });
  for (int64_t r = 0; r < height; ++r) {
    Value sum = e.broadcast(state[2 * r + 1]);
    e.loop(e.index(0), e.index(valueDim), e.lanes, [&](Value c) {
      e.vstore(e.div(e.vload(sums, {e.index(r), c}), sum), op.getOut(),
               {row[r], head[r], c});
    });
  }
}

LogicalResult
InnerAttentionPattern::matchAndRewrite(InnerAttentionOp op,
                                       PatternRewriter &rewriter) const {
  auto keys = dyn_cast<MemRefType>(op.getKeys().getType());
  auto values = dyn_cast<MemRefType>(op.getValues().getType());
  int64_t lanes = target.getLanes();
  if (!isRowContiguousF32(op.getQ()) || !isRowContiguous(op.getKeys()) ||
      !isRowContiguous(op.getValues()) || !isRowContiguousF32(op.getOut()) ||
      keys.isDynamicDim(2) || keys.isDynamicDim(3) || values.isDynamicDim(2) ||
      keys.getDimSize(3) % lanes || values.getDimSize(2) % lanes)
    return failure();
  Emitter e(rewriter, op.getLoc(), lanes);
  auto heights = getTileHeights(target.getRegisters(), 2);
  Value scores = e.stack({heights.front(), int64_t(op.getBlock())});
  Value sums = e.stack({heights.front(), values.getDimSize(2)});
  AttentionTile tile(e, op, scores, sums);
  // Pairs are numbered head * rows + row: those of one kv head are together.
  Value rows = e.dim(op.getQ(), 0), heads = e.dim(op.getQ(), 1);
  Value kvHeads = e.dim(op.getKeys(), 0);
  Value group = e.imul(e.idiv(heads, kvHeads), rows);
  e.loop(e.index(0), kvHeads, 1, [&](Value kv) {
    Value from = e.imax(op.getFirst(), e.imul(kv, group));
    Value to = e.imin(op.getLast(), e.imul(e.iadd(kv, 1), group));
    to = e.imax(from, to);
    forEachTile(e, from, to, heights, [&](Value pair, int64_t height) {
      tile.emit(kv, pair, height);
    });
  });
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerAttentionPatterns(RewritePatternSet &patterns,
                                            TargetAttr target) {
  patterns.add<InnerAttentionPattern>(patterns.getContext(), target);
}
