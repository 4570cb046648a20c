//===- InnerMatMul.cpp - rows times packed panels -------------------------===//
//
// Loops: panel, row tile, column part of a panel, K. A tile of few rows takes
// the whole panel at once (decode reads weights in address order); a tall one
// takes as many columns as leave the accumulators in registers.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Inner/Inner.h"
#include "passes/CPU/Inner/NextPanel.h"
#include "passes/CPU/Inner/PanelReader.h"

using namespace mlir;
using namespace sinter;

namespace {
struct InnerMatMulPattern : OpRewritePattern<InnerMatMulOp> {
  InnerMatMulPattern(MLIRContext *ctx, TargetAttr target)
      : OpRewritePattern(ctx, /*benefit=*/2), target(target) {}

  LogicalResult matchAndRewrite(InnerMatMulOp op,
                                PatternRewriter &rewriter) const override;
  TargetAttr target;
};
} // namespace

// A tile that asks for the next panel while it computes.
static RegisterTile withPrefetch(const NextPanel &next, RegisterTile tile,
                                 Value p, Value done) {
  Emitter &e = next.e;
  Value step = e.idiv(e.index(next.width() * tile.rows), next.work);
  step = e.imax(step, e.index(1));
  tile.b = [&e, w = next.w, p = e.iadd(p, 1), first = next.share(done), step,
            load = tile.b](Value group, int64_t v) {
    if (v == 0)
      e.prefetchLine(w, {p, first}, e.imul(group, step));
    return load(group, v);
  };
  return tile;
}

namespace {
// Where the rows of the largest tiles end, and those of all tall tiles; what is
// left has fewer rows than the smallest.
struct RowShares {
  Value few; // is memory the bound?
  Value large, tall;
};
} // namespace

static RowShares shareRows(Emitter &e, Value rows, ArrayRef<int64_t> heights,
                           int64_t mostLow) {
  using P = arith::CmpIPredicate;
  Value few = e.compare(P::ult, rows, e.index(NextPanel::manyRows));
  if (heights.empty())
    return {few, e.index(0), e.index(0)};
  Value large = e.index(heights.front()), small = e.index(heights.back());
  // One large tile less may leave fewer to the low tiles, which read all
  // weights again.
  Value left = e.irem(rows, large), more = e.iadd(left, heights.front());
  Value better = arith::AndIOp::create(
      e.b, e.loc, e.compare(P::uge, rows, large),
      e.compare(P::ult, e.irem(more, small), e.irem(left, small)));
  Value rest = e.select(better, more, left);
  Value largeEnd = e.isub(rows, rest);
  Value tallEnd = e.isub(rows, e.irem(rest, small));
  // A row short of a tile, or more rows than low tiles alone are good for: that
  // tile, whose last rows are the last one again.
  auto useWhole = [&](Value isShort, Value large, Value tall) {
    isShort = arith::AndIOp::create(e.b, e.loc, few, isShort);
    largeEnd = e.select(isShort, large, largeEnd);
    tallEnd = e.select(isShort, tall, tallEnd);
  };
  auto isOneShort = [&](Value rows, int64_t height) {
    return e.compare(P::eq, rows, e.index(height - 1));
  };
  Value tooMany = arith::AndIOp::create(
      e.b, e.loc, e.compare(P::ugt, rows, e.index(mostLow)),
      e.compare(P::ult, rows, small));
  useWhole(tooMany, e.index(0), small);
  Value end = e.iadd(rows, 1);
  useWhole(
      arith::AndIOp::create(e.b, e.loc, e.compare(P::ugt, rows, small),
                            isOneShort(e.irem(left, small), heights.back())),
      e.isub(rows, left), end);
  useWhole(isOneShort(left, heights.front()), end, end);
  return {few, largeEnd, tallEnd};
}

LogicalResult
InnerMatMulPattern::matchAndRewrite(InnerMatMulOp op,
                                    PatternRewriter &rewriter) const {
  Value x = op.getX(), w = op.getW(), bias = op.getBias(), out = op.getOut();
  auto reader = PanelReader::get(x, w, op.getInterleave(), target);
  if (!reader || op.getDepthBlock() || !isRowContiguousF32(out) ||
      (bias && !isRowContiguousF32(bias)))
    return failure();
  Emitter e(rewriter, op.getLoc(), target.getLanes());
  int64_t panel = reader->getPanelLanes();
  auto [tallVectors, panelVectors, tall, low] = reader->getTiles(target);
  if (low.empty())
    return failure();

  Value rows = e.dim(x, 0), panels = e.dim(w, 0);
  Value width = e.dim(out, 1), zero = e.index(0);
  auto emit = [&](const RegisterTile &t, Value p, Value part,
                  ArrayRef<Value> rows) {
    int64_t height = t.rows, vectors = t.vectors;
    Emitter::Values acc(height * vectors, e.splat(0));
    acc = reader->multiply(e, t, acc);
    Value n = e.iadd(e.imul(p, e.index(panel)), part);
    TileStore{e, out, bias, n, width}(rows, vectors, acc);
  };
  RowShares shares = shareRows(e, rows, tall, reader->getMostLowRows());
  Value lowFrom = e.imin(shares.tall, rows), lastRow = e.isub(rows, e.index(1));
  int64_t partLanes = tallVectors * e.lanes, parts = panel / partLanes;
  NextPanel next{e, w, e.dim(w, 1), e.imul(shares.tall, e.index(parts))};
  e.loop(zero, panels, 1, [&](Value p) {
    auto emitTall = [&](Value from, Value to, int64_t height, bool few) {
      forEachTile(e, from, to, height, [&](Value m, int64_t height) {
        Emitter::Values at = rowsFrom(e, m, height);
        if (few)
          for (Value &row : at)
            row = e.imin(row, lastRow);
        e.loop(zero, e.index(parts), 1, [&](Value part) {
          Value done =
              e.iadd(e.imul(m, e.index(parts)), e.imul(part, e.index(height)));
          Value column = e.imul(part, e.index(partLanes));
          RegisterTile tile = reader->makeTile(e, p, column, at, tallVectors);
          if (few)
            tile = withPrefetch(next, tile, p, done);
          else
            next.before(p, done, height);
          emit(tile, p, column, at);
        });
      });
    };
    auto emitAllTall = [&](bool few) {
      emitTall(zero, shares.large, tall.front(), few);
      emitTall(shares.large, shares.tall, tall.back(), few);
    };
    if (!tall.empty())
      e.when(
          shares.few, [&] { emitAllTall(true); }, [&] { emitAllTall(false); });
    forEachTile(e, lowFrom, rows, low, [&](Value m, int64_t height) {
      Emitter::Values at = rowsFrom(e, m, height);
      emit(reader->makeTile(e, p, zero, at, panelVectors), p, zero, at);
    });
  });
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerMatMulPatterns(RewritePatternSet &patterns,
                                         TargetAttr target) {
  patterns.add<InnerMatMulPattern>(patterns.getContext(), target);
}
