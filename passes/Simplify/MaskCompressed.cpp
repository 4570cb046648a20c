//===- MaskCompressed.cpp - all rows, those that a mask picks count -------===//
#include "passes/Simplify/Lifter.h"
#include "passes/Simplify/Simplify.h"

namespace sinter {
#define GEN_PASS_DEF_MASKCOMPRESSED
#include "passes/Simplify/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

bool Lifter::lift(Operation *op) {
  if (auto source = dyn_cast<CompressOp>(op);
      source && hasCount(source.getY()) && source.getMask() == mask)
    return liftSource(source);
  if (llvm::none_of(op->getOperands(),
                    [&](Value v) { return lifted.contains(v); }))
    return op->use_empty(); // a count that is data
  for (Value operand : op->getOperands())
    if (auto it = lifted.find(operand); it != lifted.end() && it->second.join) {
      if (isa<TransposeOp, SliceOp>(op) && liftParts(op))
        return true;
      joinParts(it->second);
    }
  if (auto scatter = dyn_cast<ScatterNDOp>(op))
    return endScatter(scatter);
  if (auto concat = dyn_cast<ConcatOp>(op); concat && liftConcat(concat))
    return true;
  if (auto sum = dyn_cast<ReduceOp>(op); sum && endSum(sum))
    return true;
  if (auto gather = dyn_cast<GatherOp>(op);
      gather && (liftWhole(gather) || liftPairs(gather)))
    return true;
  if (auto product = dyn_cast<MulOp>(op); product && liftProduct(product))
    return true;
  return liftSame(op) || liftRows(op);
}

bool Lifter::run() {
  SmallVector<Operation *> ops;
  for (Operation &op : *block) {
    bool has =
        llvm::any_of(op.getResults(), [&](Value v) { return hasCount(v); }) ||
        llvm::any_of(op.getOperands(), [&](Value v) { return hasCount(v); });
    if (auto symbolic = dyn_cast<SymbolicOp>(op))
      for (unsigned i = 0; i < symbolic.getExprs().getExprs().size(); ++i)
        has |= llvm::is_contained(symbolic.getExprs().getDim(i).getSymbols(),
                                  symbol);
    if (has)
      ops.push_back(&op);
  }
  for (Operation *op : ops) {
    b.setInsertionPoint(op);
    if (lift(op))
      continue;
    culprit = op;
    return false;
  }
  for (Operation *op : llvm::reverse(ops)) {
    if (!op->use_empty()) {
      culprit = op;
      return false;
    }
    op->erase();
  }
  return true;
}

namespace {
struct MaskCompressedPass
    : sinter::impl::MaskCompressedBase<MaskCompressedPass> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (failed(run(func)))
        return signalPassFailure();
  }

  static LogicalResult run(func::FuncOp func) {
    bool changed = false;
    auto next = [&]() -> CompressOp {
      auto found = func.getOps<CompressOp>();
      return found.empty() ? CompressOp() : *found.begin();
    };
    while (CompressOp op = next()) {
      Lifter lifter(op);
      if (!lifter.run())
        return op.emitError("how many rows are picked is known at run time "
                            "alone, and ")
               << lifter.culprit->getName() << " does not compute row by row "
               << "from them; supported: rows that end in scatter_nd add or in "
                  "a sum; export with masks (torch.where with three operands, "
                  "index_add over all rows) instead of boolean indexing or "
                  "nonzero";
      changed = true;
    }
    return changed ? simplify(func) : success();
  }
};
} // namespace
