//===- InnerExperts.cpp - rows times the matrix that each chose -----------===//
//
// For each matrix the rows that chose it, as many at a time as a register tile
// is high, so that its panels come from memory once. Their bits are those of
// sinter.inner_matmul, however they are grouped. Without vector code each row
// is an inner_matmul of its own.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Inner/Inner.h"
#include "passes/CPU/Inner/PanelReader.h"
#include "passes/CPU/Inner/TileStore.h"

using namespace mlir;
using namespace sinter;

// One index of the first dimension; it stays with size 1, or goes.
static Value takeFirst(Emitter &e, Value memref, Value at, bool keepsRank) {
  auto type = cast<MemRefType>(memref.getType());
  SmallVector<OpFoldResult> offsets(type.getRank(), e.b.getIndexAttr(0)),
      strides(type.getRank(), e.b.getIndexAttr(1)),
      sizes = memref::getMixedSizes(e.b, e.loc, memref);
  offsets[0] = at;
  sizes[0] = e.b.getIndexAttr(1);
  if (keepsRank)
    return memref::SubViewOp::create(e.b, e.loc, memref, offsets, sizes,
                                     strides);
  auto whole =
      memref::SubViewOp::inferResultType(type, offsets, sizes, strides);
  auto reduced = memref::SubViewOp::inferRankReducedResultType(
      whole.getShape().drop_front(), type, offsets, sizes, strides);
  return memref::SubViewOp::create(e.b, e.loc, reduced, memref, offsets, sizes,
                                   strides);
}

// body(row) for the rows that chose this number.
static void forEachRowOf(Emitter &e, InnerExpertMatMulOp op, Value expert,
                         llvm::function_ref<void(Value)> body) {
  e.loop(e.index(0), e.dim(op.getX(), 0), 1, [&](Value row) {
    Value chosen = arith::IndexCastOp::create(e.b, e.loc, e.b.getIndexType(),
                                              e.load(op.getExperts(), row));
    e.when(e.compare(arith::CmpIPredicate::eq, chosen, expert),
           [&] { body(row); });
  });
}

// body(matrix, row) where a row chose the matrix; `begin` and `end` around the
// rows of each. Rows that chose none are 0.
static void forEachChoice(Emitter &e, InnerExpertMatMulOp op,
                          llvm::function_ref<void(Value)> begin,
                          llvm::function_ref<void(Value, Value)> body,
                          llvm::function_ref<void(Value)> end) {
  Value experts = e.dim(op.getW(), 0);
  e.loop(e.index(0), experts, 1, [&](Value expert) {
    Value w = takeFirst(e, op.getW(), expert, /*keepsRank=*/false);
    begin(w);
    forEachRowOf(e, op, expert, [&](Value row) { body(w, row); });
    end(w);
  });
  if (!op.getSkips())
    return;
  auto element = cast<MemRefType>(op.getOut().getType()).getElementType();
  forEachRowOf(e, op, experts, [&](Value row) {
    Value zero =
        arith::ConstantOp::create(e.b, e.loc, e.b.getZeroAttr(element));
    e.loop(e.index(0), e.dim(op.getOut(), 1), 1,
           [&](Value n) { e.store(zero, op.getOut(), {row, n}); });
  });
}

namespace {
struct PlainExperts : OpRewritePattern<InnerExpertMatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(InnerExpertMatMulOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getX().getType()))
      return failure();
    Emitter e(rewriter, op.getLoc(), /*lanes=*/1);
    auto nothing = [](Value) {};
    forEachChoice(
        e, op, nothing,
        [&](Value w, Value row) {
          InnerMatMulOp::create(
              rewriter, e.loc, takeFirst(e, op.getX(), row, true), w,
              takeFirst(e, op.getOut(), row, true), op.getInterleave());
        },
        nothing);
    rewriter.eraseOp(op);
    return success();
  }
};

struct TiledExperts : OpRewritePattern<InnerExpertMatMulOp> {
  TiledExperts(MLIRContext *ctx, TargetAttr target)
      : OpRewritePattern(ctx, /*benefit=*/2), target(target) {}
  LogicalResult matchAndRewrite(InnerExpertMatMulOp op,
                                PatternRewriter &rewriter) const override;
  TargetAttr target;
};
} // namespace

LogicalResult TiledExperts::matchAndRewrite(InnerExpertMatMulOp op,
                                            PatternRewriter &rewriter) const {
  int64_t interleave = op.getInterleave();
  auto reader = PanelReader::get(op.getX(), op.getW(), interleave, target);
  if (!reader || !isRowContiguousF32(op.getOut()))
    return failure();
  Emitter e(rewriter, op.getLoc(), target.getLanes());
  int64_t panel = reader->getPanelLanes();
  PanelReader::Tiles tiles = reader->getTiles(target);
  SmallVector<int64_t> heights = tiles.tall;
  llvm::append_range(heights, tiles.low);
  if (tiles.low.empty())
    return failure();
  int64_t most = heights.front();

  // The rows that wait for a tile, and how many they are.
  Type index = rewriter.getIndexType();
  Value list = e.stack({most}, index), count = e.stack({1}, index);
  Value zero = e.index(0);
  TileStore results(e, op.getOut());
  auto emitTile = [&](Value w, Value first, int64_t height) {
    auto reads = PanelReader::get(op.getX(), w, interleave, target);
    Emitter::Values rows;
    for (Value at : rowsFrom(e, first, height))
      rows.push_back(e.load(list, at));
    bool isTall = llvm::is_contained(tiles.tall, height);
    int64_t vectors = isTall ? tiles.tallVectors : tiles.panelVectors;
    e.loop(zero, e.dim(w, 0), 1, [&](Value p) {
      e.loop(zero, e.index(panel), vectors * e.lanes, [&](Value column) {
        RegisterTile tile = reads->makeTile(e, p, column, rows, vectors);
        Emitter::Values acc(height * vectors, e.splat(0));
        acc = reads->multiply(e, tile, acc);
        Value n = e.iadd(e.imul(p, e.index(panel)), column);
        results.store(rows, vectors, n, acc);
      });
    });
  };
  forEachChoice(
      e, op, [&](Value) { e.store(zero, count, zero); },
      [&](Value w, Value row) {
        Value waiting = e.load(count, zero), more = e.iadd(waiting, 1);
        e.store(row, list, waiting);
        e.store(more, count, zero);
        Value isFull = e.compare(arith::CmpIPredicate::eq, more, e.index(most));
        e.when(isFull, [&] {
          emitTile(w, zero, most);
          e.store(zero, count, zero);
        });
      },
      [&](Value w) {
        forEachTile(
            e, zero, e.load(count, zero), ArrayRef(heights).drop_front(),
            [&](Value first, int64_t height) { emitTile(w, first, height); });
      });
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerExpertsPatterns(RewritePatternSet &patterns,
                                          TargetAttr target, bool scalar) {
  patterns.add<PlainExperts>(patterns.getContext());
  if (!scalar)
    patterns.add<TiledExperts>(patterns.getContext(), target);
}
