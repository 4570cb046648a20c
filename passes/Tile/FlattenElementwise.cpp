//===- FlattenElementwise.cpp - elementwise loops over a matmul's rows ----===//
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Tile/Tile.h"

namespace sinter {
#define GEN_PASS_DEF_FLATTENELEMENTWISE
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// Loops over elements that nothing but their operands decides.
static bool isElementwise(linalg::GenericOp op) {
  return op && op.isAllParallelLoops() && !op.hasIndexSemantics() &&
         op.getNumResults() == 1;
}

// Between an inner tile's rows and a loop?
static bool canFold(OpOperand *operand) {
  if (auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner())) {
    auto view = operand->get().getDefiningOp<tensor::ExpandShapeOp>();
    return isElementwise(consumer) && view &&
           isa_and_present<DestinationStyleOpInterface>(
               view.getSrc().getDefiningOp());
  }
  return isElementwise(operand->get().getDefiningOp<linalg::GenericOp>());
}

namespace {
// A view of nothing is nothing of the view's sizes, which are computed as early
// as they can be: the arena is planned at the function's entry.
struct CollapseEmpty : OpRewritePattern<tensor::CollapseShapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::CollapseShapeOp view,
                                PatternRewriter &rewriter) const override {
    auto empty = view.getSrc().getDefiningOp<tensor::EmptyOp>();
    if (!empty)
      return failure();
    SmallVector<OpFoldResult> in = empty.getMixedSizes(), out;
    setAfter(rewriter, empty);
    for (const ReassociationIndices &dims : view.getReassociationIndices()) {
      OpFoldResult size = in[dims.front()];
      for (int64_t dim : ArrayRef(dims).drop_front())
        size = multiply(rewriter, view.getLoc(), size, in[dim]);
      out.push_back(size);
    }
    rewriter.setInsertionPoint(view);
    rewriter.replaceOpWithNewOp<tensor::EmptyOp>(
        view, out, empty.getType().getElementType());
    return success();
  }

private:
  static void setAfter(PatternRewriter &rewriter, tensor::EmptyOp empty) {
    Block &entry = empty->getParentOfType<func::FuncOp>().getBody().front();
    Operation *last = nullptr;
    for (Value size : empty.getDynamicSizes()) {
      Operation *op = size.getDefiningOp();
      if (size.getParentBlock() != &entry)
        return rewriter.setInsertionPoint(empty);
      if (op && (!last || last->isBeforeInBlock(op)))
        last = op;
    }
    if (last)
      rewriter.setInsertionPointAfter(last);
    else
      rewriter.setInsertionPointToStart(&entry);
  }

  static OpFoldResult multiply(PatternRewriter &rewriter, Location loc,
                               OpFoldResult a, OpFoldResult b) {
    auto x = getConstantIntValue(a), y = getConstantIntValue(b);
    if (x && y)
      return rewriter.getIndexAttr(*x * *y);
    Value left = getValueOrCreateConstantIndexOp(rewriter, loc, a);
    Value right = getValueOrCreateConstantIndexOp(rewriter, loc, b);
    return arith::MulIOp::create(rewriter, loc, left, right).getResult();
  }
};

struct FlattenElementwisePass
    : sinter::impl::FlattenElementwiseBase<FlattenElementwisePass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateFoldReshapeOpsByCollapsingPatterns(patterns, canFold);
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns,
                                                         &getContext());
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    patterns.add<CollapseEmpty>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
