//===- TileAttention.cpp - attention's products in AMX tiles --------------===//
//
// The cache's pairs are what a tile multiplies by: keys [keyDim / 2][panel *
// 2], values [positions / 2][valueDim * 2]. Sums of a tile go through the
// stack: to scores, and to the merge with the blocks before.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Inner/AttentionTile.h"
#include "passes/CPU/Inner/TileUnit.h"
#include "passes/Tile/CacheLayout.h"

using namespace mlir;
using namespace sinter;

namespace {
class TileAttention : public AttentionTile {
public:
  TileAttention(Emitter &e, InnerAttentionOp op, Contraction contraction);

  SmallVector<int64_t> getHeights() const override { return heights; }

private:
  void prepare() override;
  void release() override { unit.release(); }
  void computeScores(Value base, Value count) override;
  void accumulate(Value base, Value count) override;

  // Tiles of rows.
  int64_t high() const { return llvm::divideCeil(height, TileUnit::rows); }
  void copyRest(Value place, Value whole, Value count);
  void merge();

  TileUnit unit;
  SmallVector<int64_t> heights{TileUnit::height, TileUnit::rows, 4, 2, 1};
  Value products; // [pairs, valueDim]: a block's weights times values
  Value rest;     // the last positions' values, zeros behind them
};
} // namespace

TileAttention::TileAttention(Emitter &e, InnerAttentionOp op,
                             Contraction contraction)
    : AttentionTile(e, op, contraction), unit(e) {
  addGroup(heights);
  allocate(heights.front());
  scalesLate = mayScaleLate();
  products = e.stack({heights.front(), valueDim});
  rest = e.stack({TileUnit::depth / TileUnit::pair, valueDim * TileUnit::pair},
                 e.b.getBF16Type());
}

void TileAttention::prepare() {
  int64_t upper = std::min(height, TileUnit::rows);
  int64_t lower = height > upper ? height - upper : TileUnit::rows;
  unit.configure(e.index(upper), e.index(lower));
}

void TileAttention::computeScores(Value base, Value count) {
  Value firstPanel = e.idiv(placeOf(base), e.index(panel));
  Value panels = e.idiv(e.iadd(count, panel - 1), e.index(panel));
  e.loop(e.index(0), panels, 1, [&](Value p) {
    prefetchPanel(e.iadd(firstPanel, p));
    for (int64_t part = 0; part < panel; part += TileUnit::width) {
      unit.clear(high());
      for (int64_t k = 0; k < keyDim; k += TileUnit::depth) {
        unit.loadRows(high(), buffers.queries, e.index(0), e.index(k));
        unit.multiply(
            high(), op.getKeys(),
            {kvHead, e.iadd(firstPanel, p), e.index(k / TileUnit::pair)},
            e.index(part));
      }
      Value column = e.iadd(e.imul(p, e.index(panel)), part);
      unit.store(high(), buffers.scores, e.index(0), column);
      if (scalesLate)
        continue;
      forEachPair([&](Value r) {
        for (int64_t lane = 0; lane < TileUnit::width; lane += e.lanes) {
          Value at = e.iadd(column, lane);
          Value s = toScore(e.vload(buffers.scores, {r, at}));
          e.vstore(s, buffers.scores, {r, at});
        }
      });
    }
  });
}

// The values of positions whole .. count - 1 of a block, fewer than fill a
// tile. What the cache has behind them may be any bits.
void TileAttention::copyRest(Value place, Value whole, Value count) {
  auto pairs = VectorType::get({2 * e.lanes}, e.b.getBF16Type());
  auto words = VectorType::get({e.lanes}, e.b.getI32Type());
  auto word = [&](int32_t bits) -> Value {
    return arith::ConstantOp::create(e.b, e.loc, e.b.getI32IntegerAttr(bits));
  };
  using P = arith::CmpIPredicate;
  e.loop(
      e.index(0), e.index(TileUnit::depth / TileUnit::pair), 1, [&](Value g) {
        Value position = e.iadd(whole, e.imul(g, e.index(TileUnit::pair)));
        Value isFirst = e.compare(P::slt, position, count);
        Value isSecond = e.compare(P::slt, e.iadd(position, 1), count);
        Value mask = e.select(isSecond, word(-1),
                              e.select(isFirst, word(0xffff), word(0)));
        mask = vector::BroadcastOp::create(e.b, e.loc, words, mask);
        Value group = e.iadd(place, e.idiv(position, e.index(TileUnit::pair)));
        e.loop(e.index(0), e.index(valueDim * TileUnit::pair), 2 * e.lanes,
               [&](Value lane) {
                 Value v =
                     vector::LoadOp::create(e.b, e.loc, pairs, op.getValues(),
                                            ValueRange{kvHead, group, lane});
                 v = vector::BitCastOp::create(e.b, e.loc, words, v);
                 v = arith::AndIOp::create(e.b, e.loc, v, mask);
                 v = vector::BitCastOp::create(e.b, e.loc, pairs, v);
                 e.vstore(v, rest, {g, lane});
               });
      });
  // Weights are there for whole vectors only.
  Value zeros = arith::ConstantOp::create(
      e.b, e.loc,
      e.b.getZeroAttr(VectorType::get({e.lanes}, e.b.getBF16Type())));
  Value from = e.imul(e.idiv(e.iadd(count, e.lanes - 1), e.index(e.lanes)),
                      e.index(e.lanes));
  forEachPair([&](Value r) {
    e.loop(from, e.iadd(whole, TileUnit::depth), e.lanes,
           [&](Value c) { e.vstore(zeros, buffers.weights, {r, c}); });
  });
}

void TileAttention::accumulate(Value base, Value count) {
  Value place = e.idiv(placeOf(base), e.index(TileUnit::pair));
  Value depth = e.index(TileUnit::depth);
  Value whole = e.imul(e.idiv(count, depth), depth);
  Value hasRest = e.compare(arith::CmpIPredicate::slt, whole, count);
  e.when(hasRest, [&] { copyRest(place, whole, count); });
  e.loop(e.index(0), e.index(valueDim), TileUnit::width, [&](Value column) {
    auto add = [&](Value k, Value memref, const Values &at) {
      unit.loadRows(high(), buffers.weights, e.index(0), k);
      unit.multiply(high(), memref, at, column);
    };
    unit.clear(high());
    e.loop(e.index(0), whole, TileUnit::depth, [&](Value k) {
      Value group = e.iadd(place, e.idiv(k, e.index(TileUnit::pair)));
      add(k, op.getValues(), {kvHead, group});
    });
    e.when(hasRest, [&] { add(whole, rest, {e.index(0)}); });
    unit.store(high(), products, e.index(0), column);
  });
  merge();
}

void TileAttention::merge() {
  forEachPair([&](Value r) {
    Value oldPart = e.broadcast(e.load(buffers.oldPart, r));
    Value newPart = e.broadcast(e.load(buffers.newPart, r));
    e.loop(e.index(0), e.index(valueDim), e.lanes, [&](Value c) {
      Value old = e.mul(e.vload(buffers.sums, {r, c}), oldPart);
      Value sum = e.fma(e.vload(products, {r, c}), newPart, old);
      e.vstore(sum, buffers.sums, {r, c});
    });
  });
}

std::unique_ptr<AttentionTile>
sinter::makeTileAttention(Emitter &e, InnerAttentionOp op,
                          Contraction contraction, TargetAttr target) {
  if (contraction.getForm() != Contraction::Form::dot ||
      !fillsTiles(op, target))
    return nullptr;
  return std::make_unique<TileAttention>(e, op, contraction);
}
