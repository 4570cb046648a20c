//===- InnerMatMul.cpp - rows times packed panels -------------------------===//
//
// Loops: panel, row tile, column part of a panel, K. A tile of few rows takes
// the whole panel at once (decode reads weights in address order); a tall one
// takes as many columns as leave the accumulators in registers. With a gate
// half of a tile's columns are the gate's: as with an activation, sums become
// results before they leave L1, and in a loop over a tile's rows, for an e^x
// wants registers of its own.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Inner/Inner.h"
#include "passes/CPU/Inner/NextPanel.h"
#include "passes/CPU/Inner/PanelReader.h"
#include "passes/CPU/Inner/TileStore.h"

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
  Value step = e.idiv(
      e.iadd(e.index(next.width() * tile.rows), e.isub(next.work, e.index(1))),
      next.work);
  tile.b = [&e, w = next.w, p = e.iadd(p, 1), first = next.share(done), step,
            load = tile.b](Value group, int64_t v) {
    if (v == 0)
      e.prefetchLine(w, {p, first}, e.imul(group, step));
    return load(group, v);
  };
  return tile;
}

// A tile of the rows from m on, which come from L2: while it computes on a line
// of each, it asks for the line after the next, of one row or a few a group. A
// small tile has too few products a group to hide that behind.
static RegisterTile withRowsAhead(Emitter &e, Value x, int64_t interleave,
                                  RegisterTile tile, Value m) {
  constexpr int64_t lineBits = 512, fewestRows = 12;
  if (tile.rows < fewestRows)
    return tile;
  auto type = cast<MemRefType>(x.getType());
  int64_t groups = lineBits / type.getElementTypeBitWidth() / interleave;
  int64_t each = llvm::divideCeil(tile.rows, groups);
  tile.b = [&e, x, interleave, m, groups, each, last = tile.rows - 1,
            load = tile.b](Value group, int64_t v) {
    for (int64_t i = 0; v == 0 && i < each; ++i) {
      Value row = e.imul(e.irem(group, e.index(groups)), e.index(each));
      row = e.imin(e.iadd(row, i), e.index(last));
      Value k = e.imul(e.iadd(group, 2 * groups), e.index(interleave));
      e.prefetchLine(x, {e.iadd(m, row)}, k, Emitter::Near::l1);
    }
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
  // A row short of the largest tile, more rows than low tiles alone are good
  // for, or rows beside tall tiles, which low tiles would read all weights for
  // again: a tall tile, whose last rows are the last one again.
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
                            e.compare(P::ne, e.irem(left, small), e.index(0))),
      e.isub(rows, left),
      e.isub(e.iadd(rows, heights.back()), e.irem(left, small)));
  useWhole(isOneShort(left, heights.front()), end, end);
  return {few, largeEnd, tallEnd};
}

LogicalResult
InnerMatMulPattern::matchAndRewrite(InnerMatMulOp op,
                                    PatternRewriter &rewriter) const {
  Value x = op.getX(), w = op.getW();
  auto reader = PanelReader::get(x, w, op.getInterleave(), target);
  if (!reader || op.getDepthBlock() || !TileStore::fits(op))
    return failure();
  Emitter e(rewriter, op.getLoc(), target.getLanes());
  int64_t panel = reader->getPanelLanes();
  auto [tallVectors, panelVectors, tall, low] = reader->getTiles(target);
  int64_t columns = op.getPanelColumns(), half = panel - columns;
  if (low.empty() || (half && (half % e.lanes || tallVectors != 2)))
    return failure();
  TileStore results(e, op);
  Value buffer;
  if (results.wantsBuffer())
    buffer = e.stack({std::max(tall.empty() ? 0 : tall.front(), low.front()),
                      panelVectors * e.lanes});

  Value rows = e.dim(x, 0), panels = e.dim(w, 0);
  Value zero = e.index(0);
  RowShares shares = shareRows(e, rows, tall, reader->getMostLowRows());
  Value lowFrom = e.imin(shares.tall, rows), lastRow = e.isub(rows, e.index(1));
  auto emit = [&](const RegisterTile &t, Value p, Value part,
                  ArrayRef<Value> rows, Value row) {
    Emitter::Values acc(t.rows * t.vectors, e.splat(0));
    acc = reader->multiply(e, t, acc);
    Value n = e.iadd(e.imul(p, e.index(columns)), part);
    if (!buffer)
      return results.store(rows, t.vectors, n, acc);
    for (auto [i, sum] : llvm::enumerate(acc))
      e.vstore(sum, buffer,
               {e.index(i / t.vectors), e.index(i % t.vectors * e.lanes)});
    results.storeBuffer(buffer, zero, e.index(t.rows), t.vectors, row, lastRow,
                        n);
  };
  // Vectors of a tall tile: beside one another, or one of each half.
  int64_t partLanes = (half ? 1 : tallVectors) * e.lanes,
          parts = columns / partLanes;
  NextPanel next{e, w, e.dim(w, 1), e.imul(shares.tall, e.index(parts))};
  e.loop(zero, panels, 1, [&](Value p) {
    auto emitTall = [&](Value from, Value to, int64_t height, bool spread) {
      forEachTile(e, from, to, height, [&](Value m, int64_t height) {
        Emitter::Values at = rowsFrom(e, m, height);
        if (spread)
          for (Value &row : at)
            row = e.imin(row, lastRow);
        e.loop(zero, e.index(parts), 1, [&](Value part) {
          Value done =
              e.iadd(e.imul(m, e.index(parts)), e.imul(part, e.index(height)));
          Value column = e.imul(part, e.index(partLanes));
          RegisterTile tile =
              reader->makeTile(e, p, column, at, tallVectors, half);
          tile = withRowsAhead(e, x, op.getInterleave(), tile, m);
          if (spread)
            tile = withPrefetch(next, tile, p, done);
          else
            next.before(p, done, height);
          emit(tile, p, column, at, m);
        });
      });
    };
    auto emitAllTall = [&](bool spread) {
      emitTall(zero, shares.large, tall.front(), spread);
      emitTall(shares.large, shares.tall, tall.back(), spread);
    };
    if (!tall.empty()) {
      Value spread =
          arith::OrIOp::create(e.b, e.loc, shares.few, next.isLong(tall[0]));
      e.when(spread, [&] { emitAllTall(true); }, [&] { emitAllTall(false); });
    }
    forEachTile(e, lowFrom, rows, low, [&](Value m, int64_t height) {
      Emitter::Values at = rowsFrom(e, m, height);
      emit(reader->makeTile(e, p, zero, at, panelVectors), p, zero, at, m);
    });
  });
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerMatMulPatterns(RewritePatternSet &patterns,
                                         TargetAttr target) {
  patterns.add<InnerMatMulPattern>(patterns.getContext(), target);
}
