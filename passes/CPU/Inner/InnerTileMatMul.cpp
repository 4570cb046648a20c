//===- InnerTileMatMul.cpp - rows times packed panels in AMX tiles --------===//
//
// Loops: panel, two tiles of rows, two tiles of columns, K. The last rows are
// a whole pair of tiles that begins earlier, where there are enough rows: what
// is computed twice has the same bits.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Inner/Inner.h"
#include "passes/CPU/Inner/TileStore.h"
#include "passes/CPU/Inner/TileUnit.h"

using namespace mlir;
using namespace sinter;

namespace {
struct InnerTileMatMulPattern : OpRewritePattern<InnerMatMulOp> {
  InnerTileMatMulPattern(MLIRContext *ctx, TargetAttr target)
      : OpRewritePattern(ctx, /*benefit=*/3), target(target) {}

  LogicalResult matchAndRewrite(InnerMatMulOp op,
                                PatternRewriter &rewriter) const override;
  TargetAttr target;
};

// Emits the code of one op.
class TileMatMul {
public:
  TileMatMul(Emitter &e, InnerMatMulOp op);

  void emit();

private:
  void emitPanels(int64_t high);
  void prefetch(Value p, Value share, Value k);
  void sum(Value p, Value row, Value column, Value share, int64_t high);
  void store(Value row, Value n, int64_t high);

  Emitter &e;
  TileUnit unit;
  TileStore results;
  Value x, w, out;
  // Of a panel, and from one tile of columns to the next: a gate's are half a
  // panel before those that it lets through.
  int64_t lanes, distance;
  int64_t columns; // of the result, that a pair of tiles gives
  Value rows, buffer;
  Value groups; // of the next panel, that a pass over k asks for in a step
};
} // namespace

TileMatMul::TileMatMul(Emitter &e, InnerMatMulOp op)
    : e(e), unit(e), results(e, op), x(op.getX()), w(op.getW()),
      out(op.getOut()) {
  auto panels = cast<MemRefType>(w.getType());
  lanes = panels.getDimSize(2) / TileUnit::pair;
  distance = op.getGate() ? lanes / 2 : TileUnit::columns;
  columns = op.getGate() ? TileUnit::columns : TileUnit::width;
}

// Each pass over the depth asks for a share of the next panel, some groups a
// step: all at once they would hold up the tiles' own loads.
void TileMatMul::prefetch(Value p, Value share, Value k) {
  constexpr int64_t lineElements = 32;
  Value all = e.dim(w, 1), step = e.idiv(k, e.index(TileUnit::depth));
  Value steps = e.idiv(e.dim(x, 1), e.index(TileUnit::depth));
  Value first = e.imul(e.iadd(e.imul(share, steps), step), groups);
  e.loop(e.imin(first, all), e.imin(e.iadd(first, groups), all), 1,
         [&](Value group) {
           for (int64_t i = 0; i < lanes * TileUnit::pair; i += lineElements)
             e.prefetchLine(w, {e.iadd(p, 1), group}, e.index(i));
         });
}

// The sums of two tiles of columns, from `column` of panel p on.
void TileMatMul::sum(Value p, Value row, Value column, Value share,
                     int64_t high) {
  unit.clear(high);
  e.loop(e.index(0), e.dim(x, 1), TileUnit::depth, [&](Value k) {
    prefetch(p, share, k);
    unit.loadRows(high, x, row, k);
    unit.multiply(high, w, {p, e.idiv(k, e.index(TileUnit::pair))}, column,
                  distance);
  });
}

void TileMatMul::store(Value row, Value n, int64_t high) {
  auto throughBuffer = [&] {
    unit.store(high, buffer, e.index(0), e.index(0));
    results.storeBuffer(buffer, e.imin(rows, e.index(high * TileUnit::rows)),
                        TileUnit::width / e.lanes, row,
                        e.isub(rows, e.index(1)), n);
  };
  if (!results.isPlain())
    return throughBuffer();
  Value fits = e.compare(arith::CmpIPredicate::ule, e.iadd(n, TileUnit::width),
                         e.dim(out, 1));
  e.when(fits, [&] { unit.store(high, out, row, n); }, throughBuffer);
}

void TileMatMul::emitPanels(int64_t high) {
  int64_t ofPanel = lanes / TileUnit::width; // pairs of tiles
  int64_t height = high * TileUnit::rows;
  Value last = e.imax(e.isub(rows, e.index(TileUnit::height)), e.index(0));
  Value passes = e.imul(e.idiv(e.iadd(rows, height - 1), e.index(height)),
                        e.index(ofPanel));
  passes = e.imax(passes, e.index(1)); // there may be no rows
  groups = e.idiv(e.iadd(passes, TileUnit::depth / TileUnit::pair - 1), passes);
  e.loop(e.index(0), e.dim(w, 0), 1, [&](Value p) {
    e.loop(e.index(0), rows, height, [&](Value m) {
      Value row = high == 1 ? m : e.imin(m, last);
      Value pass = e.imul(e.idiv(m, e.index(height)), e.index(ofPanel));
      for (int64_t i = 0; i < ofPanel; ++i) {
        sum(p, row, e.index(i * columns), e.iadd(pass, i), high);
        Value n = e.iadd(e.imul(p, e.index(ofPanel * columns)), i * columns);
        store(row, n, high);
      }
    });
  });
}

void TileMatMul::emit() {
  rows = e.dim(x, 0);
  buffer = e.stack({TileUnit::height, TileUnit::width});
  Value whole = e.index(TileUnit::rows);
  Value left = e.isub(rows, whole);
  Value isHigh = e.compare(arith::CmpIPredicate::sgt, left, e.index(0));
  // A tile without rows is no valid configuration.
  unit.configure(e.imax(e.imin(rows, whole), e.index(1)),
                 e.select(isHigh, e.imin(left, whole), whole));
  e.when(isHigh, [&] { emitPanels(2); }, [&] { emitPanels(1); });
  unit.release();
}

LogicalResult
InnerTileMatMulPattern::matchAndRewrite(InnerMatMulOp op,
                                        PatternRewriter &rewriter) const {
  auto isBF16 = [](Value memref) {
    return isRowContiguous(memref) &&
           cast<MemRefType>(memref.getType()).getElementType().isBF16();
  };
  if (!target.hasBFloat16Tiles() || op.getInterleave() != TileUnit::pair ||
      op.getDepthBlock() != TileUnit::depth || !isBF16(op.getX()) ||
      !isBF16(op.getW()) || !TileStore::fits(op))
    return failure();
  int64_t lanes =
      cast<MemRefType>(op.getW().getType()).getDimSize(2) / TileUnit::pair;
  if (lanes % TileUnit::width)
    return failure();
  Emitter e(rewriter, op.getLoc(), target.getLanes());
  TileMatMul(e, op).emit();
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerTilePatterns(RewritePatternSet &patterns,
                                       TargetAttr target) {
  patterns.add<InnerTileMatMulPattern>(patterns.getContext(), target);
}
