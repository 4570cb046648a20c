//===- InnerTileMatMul.cpp - rows times packed panels in AMX tiles --------===//
//
// Loops: panel, two tiles of rows, two tiles of columns, K. The last rows are
// a whole pair of tiles that begins earlier, where there are enough rows: what
// is computed twice has the same bits.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Inner/Inner.h"
#include "passes/CPU/Inner/NextPanel.h"
#include "passes/CPU/Inner/PanelReader.h"
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
  TileMatMul(Emitter &e, InnerMatMulOp op)
      : e(e), op(op), unit(e), x(op.getX()), w(op.getW()), out(op.getOut()) {}

  void emit();

private:
  void emitPanels(int64_t high);
  void sum(Value p, Value row, Value column, int64_t high, bool few);
  void store(Value row, Value column, int64_t high);
  void storeThroughBuffer(Value row, Value column, int64_t high);

  Emitter &e;
  InnerMatMulOp op;
  TileUnit unit;
  Value x, w, out;
  Value rows, buffer;
};
} // namespace

// The sums of a pair of columns from `column` of panel p on.
void TileMatMul::sum(Value p, Value row, Value column, int64_t high, bool few) {
  unit.clear(high);
  Value depth = e.dim(x, 1), next = e.iadd(p, 1);
  e.loop(e.index(0), depth, TileUnit::depth, [&](Value k) {
    Value group = e.idiv(k, e.index(TileUnit::pair));
    if (few) // the columns' lines of the next panel
      for (int64_t i = 0; i < TileUnit::depth / TileUnit::pair; ++i)
        for (int64_t j = 0; j < TileUnit::pair; ++j)
          e.prefetchLine(
              w, {next, e.iadd(group, i)},
              e.imul(e.iadd(column, j * TileUnit::columns), e.index(2)));
    unit.loadRows(high, x, row, k);
    unit.multiply(high, w, {p, group}, column);
  });
}

// With the bias, and no further than the columns that there are.
void TileMatMul::storeThroughBuffer(Value row, Value column, int64_t high) {
  unit.store(high, buffer, e.index(0), e.index(0));
  Value columns = e.dim(out, 1);
  e.loop(e.index(0), e.imin(rows, e.index(high * TileUnit::rows)), 1,
         [&](Value i) {
           for (int64_t j = 0; j < TileUnit::width; j += e.lanes) {
             Value at = e.iadd(column, j);
             Value y = e.vload(buffer, {i, e.index(j)});
             TileStore{e, out, op.getBias(), at, columns}({e.iadd(row, i)}, 1,
                                                          {y});
           }
         });
}

void TileMatMul::store(Value row, Value column, int64_t high) {
  if (op.getBias())
    return storeThroughBuffer(row, column, high);
  Value fits = e.compare(arith::CmpIPredicate::ule,
                         e.iadd(column, TileUnit::width), e.dim(out, 1));
  e.when(
      fits, [&] { unit.store(high, out, row, column); },
      [&] { storeThroughBuffer(row, column, high); });
}

void TileMatMul::emitPanels(int64_t high) {
  auto panels = cast<MemRefType>(w.getType());
  int64_t lanes = panels.getDimSize(2) / TileUnit::pair;
  Value few =
      e.compare(arith::CmpIPredicate::ult, rows, e.index(NextPanel::manyRows));
  NextPanel next{e, w, e.dim(w, 1),
                 e.imul(rows, e.index(lanes / TileUnit::width))};
  Value last = e.imax(e.isub(rows, e.index(TileUnit::height)), e.index(0));
  e.loop(e.index(0), e.dim(w, 0), 1, [&](Value p) {
    auto emitTiles = [&](bool few) {
      e.loop(e.index(0), rows, high * TileUnit::rows, [&](Value m) {
        Value row = high == 1 ? m : e.imin(m, last);
        for (int64_t part = 0; part < lanes; part += TileUnit::width) {
          Value done = e.iadd(e.imul(m, e.index(lanes / TileUnit::width)),
                              part / TileUnit::width * TileUnit::height);
          if (!few)
            next.before(p, done, TileUnit::height);
          sum(p, row, e.index(part), high, few);
          store(row, e.iadd(e.imul(p, e.index(lanes)), part), high);
        }
      });
    };
    if (high == 1)
      return emitTiles(true);
    e.when(few, [&] { emitTiles(true); }, [&] { emitTiles(false); });
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
  Value bias = op.getBias();
  if (!target.hasBFloat16Tiles() || op.getInterleave() != TileUnit::pair ||
      op.getDepthBlock() != TileUnit::depth || !isBF16(op.getX()) ||
      !isBF16(op.getW()) || !isRowContiguousF32(op.getOut()) ||
      (bias && !isRowContiguousF32(bias)))
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
