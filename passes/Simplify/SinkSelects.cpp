//===- SinkSelects.cpp - choose rows, not tables --------------------------===//
//
// gather(select(c, a, b), i) -> select(c, gather(a, i), gather(b, i)) for one
// condition c: of two tables (rotary factors of short and long contexts) only
// the rows that are used are read.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "passes/Simplify/Simplify.h"

using namespace mlir;
using namespace sinter;

namespace {
struct GatherOfSelect : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    auto select = op.getX().getDefiningOp<SelectOp>();
    if (!select || rankOf(select.getCond()) != 0 ||
        select.getA().getType() != select.getType() ||
        select.getB().getType() != select.getType())
      return failure();
    auto rows = [&](Value table) {
      return GatherOp::create(rewriter, op.getLoc(), op.getType(), table,
                              op.getIndices(), op.getAxis())
          .getY();
    };
    Value a = rows(select.getA()), b = rows(select.getB());
    rewriter.replaceOpWithNewOp<SelectOp>(op, op.getType(), select.getCond(), a,
                                          b);
    return success();
  }
};
} // namespace

void sinter::populateSinkSelects(RewritePatternSet &patterns) {
  patterns.add<GatherOfSelect>(patterns.getContext());
}
