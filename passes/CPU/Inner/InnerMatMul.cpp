//===- InnerMatMul.cpp - rows times packed panels -------------------------===//
//
// Loops: panel, row tile, column part of a panel, K. A tile of few rows takes
// the whole panel at once (decode reads weights in address order); a tall one
// takes as many columns as leave the accumulators in registers.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Inner/Inner.h"
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

namespace {
// Brings the next panel near, a share before each tall tile of this one: many
// rows compute longer on a panel than it takes to come from memory.
struct NextPanel {
  Emitter &e;
  Value w, depth;
  Value work; // of the tall tiles of a panel, in rows of a part

  void prefetch(Value p, Value done, int64_t height) const {
    auto share = [&](Value d) { return e.idiv(e.imul(d, depth), work); };
    int64_t width = cast<MemRefType>(w.getType()).getDimSize(2);
    e.loop(share(done), share(e.iadd(done, height)), 1,
           [&](Value k) { e.prefetch(w, {e.iadd(p, 1), k}, width); });
  }
};
} // namespace

// Where the rows of the largest tiles end, and those of all tall tiles; what is
// left has fewer rows than the smallest. One large tile less may leave fewer to
// the low tiles, which read all weights again.
static std::pair<Value, Value> shareRows(Emitter &e, Value rows,
                                         ArrayRef<int64_t> heights) {
  if (heights.empty())
    return {e.index(0), e.index(0)};
  Value large = e.index(heights.front()), small = e.index(heights.back());
  using P = arith::CmpIPredicate;
  Value few = e.irem(rows, large), more = e.iadd(few, heights.front());
  Value better = arith::AndIOp::create(
      e.b, e.loc, e.compare(P::uge, rows, large),
      e.compare(P::ult, e.irem(more, small), e.irem(few, small)));
  Value rest = e.select(better, more, few);
  return {e.isub(rows, rest), e.isub(rows, e.irem(rest, small))};
}

LogicalResult
InnerMatMulPattern::matchAndRewrite(InnerMatMulOp op,
                                    PatternRewriter &rewriter) const {
  Value x = op.getX(), w = op.getW(), bias = op.getBias(), out = op.getOut();
  auto reader = PanelReader::get(x, w, op.getInterleave(), target);
  if (!reader || !isRowContiguousF32(out) ||
      (bias && !isRowContiguousF32(bias)))
    return failure();
  Emitter e(rewriter, op.getLoc(), target.getLanes());
  int64_t panel = reader->getPanelLanes();
  auto [tallVectors, panelVectors, tall, low] = reader->getTiles(target);
  if (low.empty())
    return failure();

  Value rows = e.dim(x, 0), panels = e.dim(w, 0);
  Value width = e.dim(out, 1), zero = e.index(0);
  auto tile = [&](Value p, Value part, int64_t vectors, Value m,
                  int64_t height) {
    Emitter::Values rows = rowsFrom(e, m, height);
    RegisterTile t = reader->makeTile(e, p, part, rows, vectors);
    Emitter::Values acc(height * vectors, e.splat(0));
    acc = reader->multiply(e, t, acc);
    Value n = e.iadd(e.imul(p, e.index(panel)), part);
    TileStore{e, out, bias, n, width}(rows, vectors, acc);
  };
  auto [largeRows, tallRows] = shareRows(e, rows, tall);
  int64_t partLanes = tallVectors * e.lanes, parts = panel / partLanes;
  NextPanel next{e, w, e.dim(w, 1), e.imul(tallRows, e.index(parts))};
  e.loop(zero, panels, 1, [&](Value p) {
    auto emitTall = [&](Value from, Value to, int64_t height) {
      forEachTile(e, from, to, height, [&](Value m, int64_t height) {
        e.loop(zero, e.index(parts), 1, [&](Value part) {
          Value done =
              e.iadd(e.imul(m, e.index(parts)), e.imul(part, e.index(height)));
          next.prefetch(p, done, height);
          Value column = e.imul(part, e.index(partLanes));
          tile(p, column, tallVectors, m, height);
        });
      });
    };
    if (!tall.empty()) {
      emitTall(zero, largeRows, tall.front());
      if (tall.size() > 1)
        emitTall(largeRows, tallRows, tall.back());
    }
    forEachTile(e, tallRows, rows, low, [&](Value m, int64_t height) {
      tile(p, zero, panelVectors, m, height);
    });
  });
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerMatMulPatterns(RewritePatternSet &patterns,
                                         TargetAttr target) {
  patterns.add<InnerMatMulPattern>(patterns.getContext(), target);
}
