//===- InnerExperts.cpp - rows times the matrix that each chose -----------===//
//
// For each matrix the rows that chose it, one at a time, each as an
// inner_matmul of that row: the panels of a matrix stay near while its rows
// pass, and a row has the bits of sinter.inner_matmul.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Inner/Emitter.h"
#include "passes/CPU/Inner/Inner.h"

using namespace mlir;
using namespace sinter;

namespace {
struct InnerExpertsPattern : OpRewritePattern<InnerExpertMatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(InnerExpertMatMulOp op,
                                PatternRewriter &rewriter) const override;
};

// One index of the first dimension; it stays with size 1, or goes.
Value takeFirst(Emitter &e, Value memref, Value at, bool keepsRank) {
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
} // namespace

LogicalResult
InnerExpertsPattern::matchAndRewrite(InnerExpertMatMulOp op,
                                     PatternRewriter &rewriter) const {
  if (!isa<MemRefType>(op.getX().getType()))
    return failure();
  Emitter e(rewriter, op.getLoc(), /*lanes=*/1);
  Value rows = e.dim(op.getX(), 0), experts = e.dim(op.getW(), 0);
  e.loop(e.index(0), experts, 1, [&](Value expert) {
    Value w = takeFirst(e, op.getW(), expert, /*keepsRank=*/false);
    e.loop(e.index(0), rows, 1, [&](Value row) {
      Value chosen =
          arith::IndexCastOp::create(rewriter, e.loc, rewriter.getIndexType(),
                                     e.load(op.getExperts(), row));
      e.when(e.compare(arith::CmpIPredicate::eq, chosen, expert), [&] {
        InnerMatMulOp::create(
            rewriter, e.loc, TypeRange(), takeFirst(e, op.getX(), row, true), w,
            Value(), takeFirst(e, op.getOut(), row, true), op.getInterleave());
      });
    });
  });
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerExpertsPatterns(RewritePatternSet &patterns) {
  patterns.add<InnerExpertsPattern>(patterns.getContext());
}
