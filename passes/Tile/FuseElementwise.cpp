//===- FuseElementwise.cpp - chains of elementwise loops become one -------===//
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Tile/Tile.h"

namespace sinter {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// A body that costs more than a few cycles an element, or must run once.
static bool isExpensive(linalg::GenericOp op) {
  return op.getBody()
      ->walk([](Operation *inner) {
        bool cheapMath = isa<math::AbsFOp, math::FmaOp, math::FloorOp,
                             math::CeilOp, math::RoundEvenOp>(inner);
        return (isa<math::MathDialect>(inner->getDialect()) && !cheapMath) ||
                       isa<arith::DivFOp, arith::DivSIOp, arith::DivUIOp,
                           tensor::ExtractOp, memref::StoreOp, scf::IfOp>(inner)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

static bool canFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer || !producer.isAllParallelLoops() ||
      !consumer.isAllParallelLoops() || !producer->hasOneUse() ||
      producer->getBlock() != consumer->getBlock())
    return false;
  // Each element of the producer is used once unless loops are added.
  bool repeats = producer.getNumLoops() != consumer.getNumLoops() ||
                 !consumer.getMatchingIndexingMap(operand).isPermutation();
  return !repeats || !isExpensive(producer);
}

namespace {
struct FuseElementwisePass
    : sinter::impl::FuseElementwiseBase<FuseElementwisePass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, canFuse);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, &getContext());
    for (auto name : getContext().getRegisteredOperations())
      if (isa_and_present<arith::ArithDialect, tensor::TensorDialect>(
              name.getDialect()))
        name.getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
