//===- Schedule.cpp - the order of ops in which layers follow each other --===//
#include "passes/Roll/Schedule.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace sinter;

bool sinter::isLeaf(Operation *op) {
  if (auto load = dyn_cast<LoadOp>(op))
    return !load.getIndex();
  return op->hasTrait<OpTrait::ConstantLike>() || isa<SymbolicOp>(op);
}

/// Everything that `op` and its regions take from `block`, in order.
static SmallVector<Operation *> getNeeds(Operation *op, Block &block) {
  SmallVector<Operation *> needs;
  op->walk<WalkOrder::PreOrder>([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (Operation *need = operand.getDefiningOp();
          need && need->getBlock() == &block)
        needs.push_back(need);
  });
  return needs;
}

void sinter::orderByNeed(Block &block) {
  struct Visit {
    Operation *op;
    SmallVector<Operation *> needs;
    unsigned next = 0;
  };
  llvm::SetVector<Operation *> ordered;
  std::vector<Visit> stack; // no recursion: graphs are as deep as files say
  auto visit = [&](Operation *root) {
    stack.push_back({root, getNeeds(root, block)});
    while (!stack.empty()) {
      Visit &top = stack.back();
      if (top.next == top.needs.size()) {
        ordered.insert(top.op);
        stack.pop_back();
        continue;
      }
      Operation *need = top.needs[top.next++];
      if (!ordered.contains(need))
        stack.push_back({need, getNeeds(need, block)});
    }
  };
  // What does more than compute its results keeps its place among its like.
  for (Operation &op : block)
    if (&op != block.getTerminator() && op.getNumResults() == 0)
      visit(&op);
  visit(block.getTerminator());
  for (Operation *op : ordered)
    op->moveBefore(&block, block.end());
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (!ordered.contains(&op) && op.use_empty())
      op.erase();
}

llvm::hash_code sinter::getLabel(Operation *op) {
  llvm::hash_code label = llvm::hash_combine(
      op->getName().getAsOpaquePointer(), op->getNumOperands(),
      op->hashProperties(),
      op->getDiscardableAttrDictionary().getAsOpaquePointer());
  for (Type type : op->getResultTypes())
    label = llvm::hash_combine(label, type.getAsOpaquePointer());
  for (Type type : op->getOperandTypes())
    label = llvm::hash_combine(label, type.getAsOpaquePointer());
  // Regions are not compared: such an op is like no other.
  if (op->getNumRegions())
    label = llvm::hash_combine(label, op);
  return label;
}
