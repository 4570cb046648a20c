//===- InnerTileMatMul.cpp - rows times packed panels in AMX tiles --------===//
//
// Loops: panel, two tiles of rows, two tiles of columns, K. The last rows are
// a whole pair of tiles that begins earlier, where there are enough rows.
//
// Sums leave the tile registers through a buffer in L1. What makes results of
// them are vector instructions, which a core has room for beside those on
// tiles: each step of K finishes some rows of the pair of tiles before.
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
  // Sums in the buffer: of a pair of tiles whose first row and column of the
  // result these are, rows first .. end - 1 are not results yet.
  struct Unfinished {
    Value row, n, first, end;
  };
  Unfinished emitPanels(int64_t high);
  void prefetch(Value p, Value share, Value step);
  void sum(Value p, Value row, Value column, Value share, int64_t high,
           const Unfinished &before);
  void finish(const Unfinished &sums, Value from, Value to);

  Emitter &e;
  TileUnit unit;
  TileStore results;
  Value x, w;
  // Of a panel, and from one tile of columns to the next: a gate's are half a
  // panel before those that it lets through.
  int64_t lanes, distance;
  int64_t columns; // of the result, that a pair of tiles gives
  Value rows, buffer;
  Value steps;  // of a pass over k
  Value groups; // of the next panel, that a pass over k asks for in a step
};
} // namespace

TileMatMul::TileMatMul(Emitter &e, InnerMatMulOp op)
    : e(e), unit(e), results(e, op), x(op.getX()), w(op.getW()) {
  auto panels = cast<MemRefType>(w.getType());
  lanes = panels.getDimSize(2) / TileUnit::pair;
  distance = op.getGate() ? lanes / 2 : TileUnit::columns;
  columns = op.getGate() ? TileUnit::columns : TileUnit::width;
}

// Each pass over the depth asks for a share of the next panel, some groups a
// step: all at once they would hold up the tiles' own loads.
void TileMatMul::prefetch(Value p, Value share, Value step) {
  constexpr int64_t lineElements = 32;
  Value all = e.dim(w, 1);
  Value first = e.imul(e.iadd(e.imul(share, steps), step), groups);
  e.loop(e.imin(first, all), e.imin(e.iadd(first, groups), all), 1,
         [&](Value group) {
           for (int64_t i = 0; i < lanes * TileUnit::pair; i += lineElements)
             e.prefetchLine(w, {e.iadd(p, 1), group}, e.index(i));
         });
}

void TileMatMul::finish(const Unfinished &sums, Value from, Value to) {
  results.storeBuffer(buffer, e.iadd(sums.first, from),
                      e.imin(e.iadd(sums.first, to), sums.end),
                      TileUnit::width / e.lanes, sums.row,
                      e.isub(rows, e.index(1)), sums.n);
}

// The sums of two tiles of columns, from `column` of panel p on.
void TileMatMul::sum(Value p, Value row, Value column, Value share,
                     int64_t high, const Unfinished &before) {
  Value rowsOfStep = e.idiv(e.iadd(steps, high * TileUnit::rows - 1), steps);
  unit.clear(high);
  e.loop(e.index(0), steps, 1, [&](Value step) {
    Value k = e.imul(step, e.index(TileUnit::depth));
    prefetch(p, share, step);
    unit.loadRows(high, x, row, k);
    unit.multiply(high, w,
                  {p, e.imul(step, e.index(TileUnit::depth / TileUnit::pair))},
                  column, distance);
    Value from = e.imul(step, rowsOfStep);
    finish(before, from, e.iadd(from, rowsOfStep));
  });
  unit.store(high, buffer, e.index(0), e.index(0));
}

TileMatMul::Unfinished TileMatMul::emitPanels(int64_t high) {
  int64_t ofPanel = lanes / TileUnit::width; // pairs of tiles
  int64_t height = high * TileUnit::rows;
  Value last = e.imax(e.isub(rows, e.index(TileUnit::height)), e.index(0));
  Value passes = e.imul(e.idiv(e.iadd(rows, height - 1), e.index(height)),
                        e.index(ofPanel));
  passes = e.imax(passes, e.index(1)); // there may be no rows
  groups = e.idiv(e.iadd(passes, TileUnit::depth / TileUnit::pair - 1), passes);
  Value zero = e.index(0);
  using Values = Emitter::Values;
  Values sums{zero, zero, zero, zero};
  auto of = [](ArrayRef<Value> v) {
    return Unfinished{v[0], v[1], v[2], v[3]};
  };
  sums = e.loop(zero, e.dim(w, 0), 1, sums, [&](Value p, Values sums) {
    return e.loop(zero, rows, height, sums, [&](Value m, Values sums) {
      Value row = high == 1 ? m : e.imin(m, last);
      Value pass = e.imul(e.idiv(m, e.index(height)), e.index(ofPanel));
      return e.loop(zero, e.index(ofPanel), 1, sums, [&](Value i, Values sums) {
        sum(p, row, e.imul(i, e.index(columns)), e.iadd(pass, i), high,
            of(sums));
        Value n =
            e.imul(e.iadd(e.imul(p, e.index(ofPanel)), i), e.index(columns));
        // Rows that an earlier pair of tiles has summed are results already.
        return Values{row, n, e.isub(m, row), e.imin(rows, e.index(height))};
      });
    });
  });
  return of(sums);
}

void TileMatMul::emit() {
  rows = e.dim(x, 0);
  steps = e.idiv(e.dim(x, 1), e.index(TileUnit::depth));
  buffer = e.stack({TileUnit::height, TileUnit::width});
  Value whole = e.index(TileUnit::rows);
  Value left = e.isub(rows, whole);
  Value isHigh = e.compare(arith::CmpIPredicate::sgt, left, e.index(0));
  // A tile without rows is no valid configuration.
  unit.configure(e.imax(e.imin(rows, whole), e.index(1)),
                 e.select(isHigh, e.imin(left, whole), whole));
  auto emitAll = [&](int64_t high) {
    Unfinished last = emitPanels(high);
    finish(last, e.index(0), e.index(high * TileUnit::rows));
  };
  e.when(isHigh, [&] { emitAll(2); }, [&] { emitAll(1); });
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
