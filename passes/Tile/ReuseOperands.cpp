//===- ReuseOperands.cpp - elementwise loops write over a dying operand ---===//
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "passes/Tile/Tile.h"

namespace sinter {
#define GEN_PASS_DEF_REUSEOPERANDS
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

bool sinter::mapsElements(linalg::GenericOp op) {
  return op.getNumDpsInputs() == 1 && op.getNumResults() == 1 &&
         op.isAllParallelLoops() &&
         llvm::all_of(op.getIndexingMapsArray(),
                      [](AffineMap map) { return map.isIdentity(); });
}

bool sinter::isView(Operation *op) {
  return isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::CastOp,
             tensor::ExtractSliceOp>(op);
}

Value sinter::getViewSource(Value value) {
  for (Operation *op; (op = value.getDefiningOp()) && isView(op);)
    value = op->getOperand(0);
  return value;
}

// True when no use of the value or of a view of it comes after `op`.
static bool isLastUse(Value value, Operation *op) {
  for (Operation *user : value.getUsers()) {
    if (user == op)
      continue;
    Operation *here = op->getBlock()->findAncestorOpInBlock(*user);
    if (!here || !here->isBeforeInBlock(op))
      return false;
    if (isView(user) && !isLastUse(user->getResult(0), op))
      return false;
  }
  return true;
}

// A fresh value of this block: what a loop nest or tile computed, or the
// loop-carried value, which nothing else sees.
static bool isOwned(Value value, Operation *op) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argument.getOwner() == op->getBlock() &&
           isa<scf::ForOp>(argument.getOwner()->getParentOp()) &&
           argument.getArgNumber() > 0;
  Operation *producer = value.getDefiningOp();
  return producer->getBlock() == op->getBlock() &&
         isa<DestinationStyleOpInterface, scf::ForOp>(producer);
}

// What all elements of a value are those of.
static Value stripReshapes(Value value) {
  while (auto op = value.getDefiningOp()) {
    if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::CastOp>(
            op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

// The input that the result may overwrite.
static OpOperand *findOperand(linalg::GenericOp op) {
  AffineMap out = op.getIndexingMapsArray().back();
  for (OpOperand *input : op.getDpsInputOperands()) {
    Value value = input->get(), root = stripReshapes(value);
    if (value.getType() == op.getResult(0).getType() &&
        op.getMatchingIndexingMap(input) == out && isOwned(root, op) &&
        llvm::count(op->getOperands(), value) == 1 && isLastUse(root, op) &&
        !op.getBody()
             ->walk([&](Operation *inner) { // read elsewhere as well?
               return llvm::is_contained(
                          llvm::map_range(inner->getOperands(), stripReshapes),
                          root)
                          ? WalkResult::interrupt()
                          : WalkResult::advance();
             })
             .wasInterrupted())
      return input;
  }
  return nullptr;
}

// The same loops without that input: the body reads the destination instead.
static void reuse(IRRewriter &rewriter, linalg::GenericOp op,
                  OpOperand *input) {
  unsigned number = input->getOperandNumber();
  SmallVector<Value> inputs(op.getInputs());
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  Value destination = input->get();
  inputs.erase(inputs.begin() + number);
  maps.erase(maps.begin() + number);
  rewriter.setInsertionPoint(op);
  auto next = linalg::GenericOp::create(
      rewriter, op.getLoc(), op.getResultTypes(), inputs,
      ValueRange(destination), maps, op.getIteratorTypesArray());
  Block *body = op.getBody();
  body->getArgument(number).replaceAllUsesWith(body->getArguments().back());
  body->eraseArgument(number);
  rewriter.inlineRegionBefore(op.getRegion(), next.getRegion(),
                              next.getRegion().begin());
  rewriter.replaceOp(op, next.getResults());
}

namespace {
struct ReuseOperandsPass : sinter::impl::ReuseOperandsBase<ReuseOperandsPass> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> candidates;
    getOperation().walk([&](linalg::GenericOp op) {
      if (op.getNumResults() == 1 && op.isAllParallelLoops() &&
          op.getIndexingMapsArray().back().isIdentity() &&
          op.getDpsInitOperand(0)->get().getDefiningOp<tensor::EmptyOp>() &&
          op.getBody()->getArguments().back().use_empty())
        candidates.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::GenericOp op : candidates)
      if (OpOperand *input = findOperand(op))
        reuse(rewriter, op, input);
  }
};
} // namespace
