//===- ShiftRanges.cpp - ranges that start elsewhere ----------------------===//
//
// range(a, b) + s -> range(a + s, b + s) for a size s: positions that an
// exporter counts from the start of a call become positions in the text.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "passes/Simplify/Simplify.h"

using namespace mlir;
using namespace sinter;

/// The sizes that a value is, with one element; null for others.
static SymbolicOp getSize(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getX();
  auto size = value.getDefiningOp<SymbolicOp>();
  return size && size.getExprs().getExprs().size() == 1 ? size : SymbolicOp();
}

namespace {
struct ShiftRange : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    Value a = op.getA(), b = op.getB();
    if (!a.getDefiningOp<RangeOp>())
      std::swap(a, b);
    auto range = a.getDefiningOp<RangeOp>();
    SymbolicOp size = range ? getSize(b) : SymbolicOp();
    auto type = tensorOf(op.getY());
    if (!size || product(getDims(type)) != dimsOf(range.getY())[0])
      return failure();
    Location loc = op.getLoc();
    Value shift = SymbolicOp::create(rewriter, loc, range.getStart().getType(),
                                     size.getExprs());
    Value shifted =
        RangeOp::create(rewriter, loc, range.getType(),
                        AddOp::create(rewriter, loc, range.getStart(), shift),
                        AddOp::create(rewriter, loc, range.getLimit(), shift),
                        range.getDelta());
    if (shifted.getType() != type)
      shifted = ReshapeOp::create(rewriter, loc, type, shifted, Value(), false);
    rewriter.replaceOp(op, shifted);
    return success();
  }
};
} // namespace

void sinter::populateShiftRanges(RewritePatternSet &patterns) {
  patterns.add<ShiftRange>(patterns.getContext());
}
