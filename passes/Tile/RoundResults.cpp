//===- RoundResults.cpp - what computes a result also rounds it -----------===//
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Tile/Tile.h"

namespace sinter {
#define GEN_PASS_DEF_ROUNDRESULTS
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// Does the loop round each element of its input, in place, and do no more?
static bool onlyRounds(linalg::GenericOp op) {
  if (!mapsElements(op))
    return false;
  Block *body = op.getBody();
  auto round = dyn_cast<arith::TruncFOp>(body->front());
  Type type = getElementTypeOrSelf(op.getResult(0));
  return round && round.getIn() == body->getArgument(0) &&
         round.getIn().getType().isF32() && (type.isF16() || type.isBF16()) &&
         round->getNextNode() == body->getTerminator() &&
         body->getTerminator()->getOperand(0) == round;
}

// Does the loop compute each element of its one f32 result by itself?
static bool isElementwise(Operation *op) {
  auto loop = dyn_cast<linalg::GenericOp>(op);
  return loop && loop.getNumResults() == 1 && loop.isAllParallelLoops() &&
         getElementTypeOrSelf(loop.getResult(0)).isF32() &&
         loop.getRegionOutputArgs()[0].use_empty();
}

// What computes `value` for this one use, and the views of its result on the
// way, last first; null where it has others.
static Operation *findProducer(Value value, SmallVectorImpl<Value> &views) {
  for (;;) {
    Operation *op = value.getDefiningOp();
    if (!op || !value.hasOneUse())
      return nullptr;
    if (isa<InnerNormOp, InnerAttentionOp>(op) || isElementwise(op))
      return op;
    if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      return nullptr;
    views.push_back(value);
    value = op->getOperand(0);
  }
}

static void round(linalg::GenericOp loop) {
  Value input = loop.getInputs()[0];
  Type narrow = getElementTypeOrSelf(loop.getResult(0));
  auto rounded = [&](Value v) {
    return cast<RankedTensorType>(v.getType()).clone(narrow);
  };
  SmallVector<Value> views;
  Operation *producer = findProducer(input, views);
  if (!producer || loop.getResult(0).getType() != rounded(input))
    return;
  OpOperand &out =
      *cast<DestinationStyleOpInterface>(producer).getDpsInitOperand(0);
  auto memory = out.get().getDefiningOp<tensor::EmptyOp>();
  if (!memory || !loop.getOutputs()[0].getDefiningOp<tensor::EmptyOp>())
    return;
  OpBuilder b(producer);
  out.set(tensor::EmptyOp::create(b, producer->getLoc(), memory.getMixedSizes(),
                                  narrow));
  producer->getResult(0).setType(rounded(producer->getResult(0)));
  if (auto elementwise = dyn_cast<linalg::GenericOp>(producer)) {
    elementwise.getRegionOutputArgs()[0].setType(narrow);
    OpOperand &y = elementwise.getBody()->getTerminator()->getOpOperand(0);
    b.setInsertionPoint(y.getOwner());
    y.set(arith::TruncFOp::create(b, loop.getLoc(), narrow, y.get()));
  }
  for (Value view : views)
    view.setType(rounded(view));
  loop.getResult(0).replaceAllUsesWith(input);
  loop.erase();
}

namespace {
struct RoundResultsPass : sinter::impl::RoundResultsBase<RoundResultsPass> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> loops;
    getOperation().walk([&](linalg::GenericOp op) {
      if (onlyRounds(op))
        loops.push_back(op);
    });
    for (linalg::GenericOp loop : loops)
      round(loop);
  }
};
} // namespace
