//===- InnerAttention.cpp - attention over a cache ------------------------===//
//
// Tiles of pairs, their products in vector registers unless there are AMX tiles
// for them.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Inner/AttentionTile.h"
#include "passes/CPU/Inner/Inner.h"

using namespace mlir;
using namespace sinter;

namespace {
struct InnerAttentionPattern : OpRewritePattern<InnerAttentionOp> {
  InnerAttentionPattern(MLIRContext *ctx, TargetAttr target)
      : OpRewritePattern(ctx, /*benefit=*/2), target(target) {}

  LogicalResult matchAndRewrite(InnerAttentionOp op,
                                PatternRewriter &rewriter) const override;
  TargetAttr target;
};

class VectorAttention : public AttentionTile {
public:
  VectorAttention(Emitter &e, InnerAttentionOp op, Contraction contraction,
                  TargetAttr target);

  SmallVector<int64_t> getHeights() const override { return heights; }

private:
  void computeScores(Value base, Value count) override;
  void accumulate(Value base, Value count) override;
  // Each pair's row of a buffer, as the left side of a product.
  Contraction::Side rowsOf(Value buffer) {
    return {buffer, [&](Value k, int64_t r) { return Values{e.index(r), k}; }};
  }
  // Less than the most pairs: with few rows, where the cache comes from memory.
  bool isLow() const { return height < heights.front(); }
  RegisterTile askForValues(RegisterTile tile, Value panelIndex);
  RegisterTile askForKeys(RegisterTile tile, Value base, Value column);
  // Native vectors beside a tile: low tiles have registers for more.
  int64_t vectorsBeside() const { return height <= 2 ? 4 : 2; }

  SmallVector<int64_t> heights;
};
} // namespace

VectorAttention::VectorAttention(Emitter &e, InnerAttentionOp op,
                                 Contraction contraction, TargetAttr target)
    : AttentionTile(e, op, contraction) {
  heights = getTileHeights(
      target.getRegisters() - contraction.getExtraRegisters(2), 2);
  addGroup(heights);
  allocate(heights.front());
}

// While a low tile multiplies a panel of keys, it asks for the next and, line
// by line, for the values of this one.
RegisterTile VectorAttention::askForValues(RegisterTile tile, Value index) {
  int64_t share = llvm::divideCeil(panel * valueDim * interleave, keyDim);
  tile.b = [this, index, share, load = tile.b](Value group, int64_t v) {
    if (v == 0) {
      Value position = e.imul(index, e.index(panel / interleave));
      e.prefetch(op.getKeys(), {kvHead, e.iadd(index, 1), group},
                 panel * interleave);
      e.prefetch(op.getValues(), {kvHead, position}, share,
                 e.imul(group, e.index(share)));
    }
    return load(group, v);
  };
  return tile;
}

// While it multiplies the values of a block, for the keys of the next.
RegisterTile VectorAttention::askForKeys(RegisterTile tile, Value base,
                                         Value column) {
  Value index = e.idiv(placeOf(e.iadd(base, block)), e.index(panel));
  int64_t columnShare = llvm::divideCeil(block * keyDim, valueLanes);
  int64_t share = columnShare * tile.vectors * e.lanes * interleave / block;
  Value first = e.imul(column, e.index(columnShare));
  tile.b = [this, index, first, share, load = tile.b](Value group, int64_t v) {
    if (v == 0)
      e.prefetch(op.getKeys(), {kvHead, index, e.index(0)}, share,
                 e.iadd(first, e.imul(group, e.index(share))));
    return load(group, v);
  };
  return tile;
}

void VectorAttention::computeScores(Value base, Value count) {
  int64_t vectors = std::min<int64_t>(vectorsBeside(), panel / e.lanes);
  while (panel % (vectors * e.lanes))
    --vectors;
  Value firstPanel = e.idiv(placeOf(base), e.index(panel));
  Value panels = e.idiv(e.iadd(count, panel - 1), e.index(panel));
  e.loop(e.index(0), panels, 1, [&](Value p) {
    if (!isLow())
      prefetchPanel(e.iadd(firstPanel, p));
    for (int64_t part = 0; part < panel; part += vectors * e.lanes) {
      RegisterTile tile = contraction.makeTile(
          e, height, vectors, rowsOf(buffers.queries),
          {op.getKeys(), [&](Value group, int64_t v) {
             int64_t lane = (part + v * e.lanes) * interleave;
             return Values{kvHead, e.iadd(firstPanel, p), group, e.index(lane)};
           }});
      if (isLow() && part == 0)
        tile = askForValues(tile, e.iadd(firstPanel, p));
      Values acc(height * vectors, e.splat(0));
      acc = contraction.sum(e, tile, e.index(keyDim), acc);
      for (int64_t r = 0; r < height; ++r)
        for (int64_t v = 0; v < vectors; ++v) {
          Value s = toScore(acc[r * vectors + v]);
          Value column = e.iadd(e.imul(p, e.index(panel)), part + v * e.lanes);
          e.vstore(s, buffers.scores, {e.index(r), column});
        }
    }
  });
}

void VectorAttention::accumulate(Value base, Value count) {
  Value place = e.idiv(placeOf(base), e.index(interleave));
  auto part = [&](Value column, int64_t vectors) {
    RegisterTile tile = contraction.makeTile(
        e, height, vectors, rowsOf(buffers.weights),
        {op.getValues(), [&](Value group, int64_t v) {
           Value lane =
               e.imul(e.iadd(column, v * e.lanes), e.index(interleave));
           return Values{kvHead, e.iadd(place, group), lane};
         }});
    if (isLow())
      tile = askForKeys(tile, base, column);
    Values acc(height * vectors, e.splat(0));
    acc = contraction.sum(e, tile, count, acc);
    for (int64_t r = 0; r < height; ++r) {
      Value pair = e.index(r);
      Value oldPart = e.broadcast(e.load(buffers.oldPart, pair));
      Value newPart = e.broadcast(e.load(buffers.newPart, pair));
      for (int64_t v = 0; v < vectors; ++v) {
        Value at = e.iadd(column, v * e.lanes);
        Value old = e.mul(e.vload(buffers.sums, {pair, at}), oldPart);
        e.vstore(e.fma(acc[r * vectors + v], newPart, old), buffers.sums,
                 {pair, at});
      }
    }
  };
  int64_t done = 0;
  for (int64_t vectors : {vectorsBeside(), int64_t(2), int64_t(1)}) {
    int64_t wide = vectors * e.lanes;
    int64_t end = done + (valueLanes - done) / wide * wide;
    e.loop(e.index(done), e.index(end), wide,
           [&](Value column) { part(column, vectors); });
    done = end;
  }
}

LogicalResult
InnerAttentionPattern::matchAndRewrite(InnerAttentionOp op,
                                       PatternRewriter &rewriter) const {
  if (!isRowContiguous(op.getQ()) || !isRowContiguous(op.getKeys()) ||
      !isRowContiguous(op.getValues()) || !isRowContiguous(op.getOut()))
    return failure();
  for (Value x : {op.getSlopes(), op.getSinks(), op.getMask()})
    if (x && !isRowContiguousF32(x))
      return failure();
  auto q = cast<MemRefType>(op.getQ().getType());
  auto keys = cast<MemRefType>(op.getKeys().getType());
  auto values = cast<MemRefType>(op.getValues().getType());
  int64_t lanes = target.getLanes(), interleave = op.getInterleave();
  auto contraction = Contraction::get(q.getElementType(), keys.getElementType(),
                                      interleave, target);
  if (!contraction || keys.getElementType() != values.getElementType() ||
      keys.isDynamicDim(2) || keys.isDynamicDim(3) || values.isDynamicDim(2) ||
      keys.getDimSize(3) / interleave % lanes)
    return failure();
  Emitter e(rewriter, op.getLoc(), lanes);
  auto tile = makeTileAttention(e, op, *contraction, target);
  if (!tile)
    tile = std::make_unique<VectorAttention>(e, op, *contraction, target);
  // Pairs are numbered head * rows + row: those of one kv head are together.
  int64_t rowDim = op.getRowDim();
  Value rows = e.dim(op.getQ(), rowDim), heads = e.dim(op.getQ(), rowDim + 1);
  if (op.hasBatch())
    heads = e.imul(heads, e.dim(op.getQ(), 0));
  Value kvHeads = e.dim(op.getKeys(), 0);
  // An empty batch has no heads at all.
  Value group = e.imul(e.idiv(heads, e.imax(kvHeads, e.index(1))), rows);
  e.loop(e.index(0), kvHeads, 1, [&](Value kv) {
    Value from = e.imax(op.getFirst(), e.imul(kv, group));
    Value to = e.imin(op.getLast(), e.imul(e.iadd(kv, 1), group));
    to = e.imax(from, to);
    forEachTile(
        e, from, to, tile->getHeights(),
        [&](Value pair, int64_t height) { tile->emit(kv, pair, height); });
  });
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerAttentionPatterns(RewritePatternSet &patterns,
                                            TargetAttr target) {
  patterns.add<InnerAttentionPattern>(patterns.getContext(), target);
}
