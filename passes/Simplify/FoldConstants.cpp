//===- FoldConstants.cpp - evaluate ops on constants ----------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "passes/Simplify/Simplify.h"

namespace sinter {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "passes/Simplify/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// As for constants of the importer: larger ones belong into the weight file.
static constexpr int64_t maxBytes = 64 << 10;

/// The op's value, or null where it must stay.
static DenseElementsAttr evaluate(Operation *op) {
  if (!isComputation(op))
    return {};
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape())
    return {};
  auto bytes = getTensorBytes(type);
  if (!bytes || *bytes >= maxBytes)
    return {};
  SmallVector<Tensor> operands;
  for (Value operand : op->getOperands()) {
    auto constant = operand.getDefiningOp<ConstantOp>();
    auto value = constant ? Tensor::ofAttr(constant.getValue()) : std::nullopt;
    if (!value)
      return {};
    operands.push_back(*value);
  }
  // An op that fails (an index out of range) keeps its error for run time.
  auto result = tryEvaluate(op, operands);
  if (!result || result->getShape() != type.getShape())
    return {};
  return result->toAttr(type);
}

void sinter::foldConstants(func::FuncOp func, bool &changed) {
  func.walk([&](Operation *op) {
    DenseElementsAttr value = evaluate(op);
    if (!value)
      return;
    OpBuilder builder(op);
    op->getResult(0).replaceAllUsesWith(ConstantOp::create(
        builder, op->getLoc(), op->getResult(0).getType(), value));
    op->erase();
    changed = true;
  });
}

namespace {
struct FoldConstantsPass : sinter::impl::FoldConstantsBase<FoldConstantsPass> {
  void runOnOperation() override {
    bool changed = false;
    for (auto func : getOperation().getOps<func::FuncOp>())
      foldConstants(func, changed);
  }
};
} // namespace
