//===- Recipe.cpp - which values follow from weights alone ----------------===//
#include "dialects/Sinter/IR/Recipe.h"

using namespace mlir;
using namespace sinter;

bool Recipes::contains(Value value) {
  Operation *op = value.getDefiningOp();
  return op && contains(op);
}

/// True when symbols of a call decide what the op computes.
static bool dependsOnCall(Operation *op) {
  if (auto slice = dyn_cast<SliceOp>(op))
    if (auto offsets = slice.getOffsets())
      for (unsigned i = 0; i < offsets->getExprs().size(); ++i)
        if (!offsets->getDim(i).getConstant())
          return true;
  return isa<SymbolicOp, ShapeOfOp, LoadOp>(op);
}

bool Recipes::contains(Operation *op) {
  auto it = known.find(op);
  if (it != known.end())
    return it->second;
  bool result = isa_and_nonnull<SinterDialect>(op->getDialect()) &&
                isa<InterpretOpInterface>(op) && isPure(op) &&
                !dependsOnCall(op) && op->getNumResults() == 1;
  if (result) {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    result = type && type.hasStaticShape() &&
             llvm::all_of(op->getOperands(),
                          [&](Value operand) { return contains(operand); });
  }
  return known[op] = result;
}

SetVector<Operation *> sinter::getRecipeOps(Value recipe) {
  SetVector<Operation *> ordered;
  // Depth first without recursion: a chain may be as long as a file says.
  SmallVector<std::pair<Operation *, unsigned>> stack;
  stack.push_back({recipe.getDefiningOp(), 0});
  while (!stack.empty()) {
    auto &[op, next] = stack.back();
    if (ordered.contains(op) || next == op->getNumOperands()) {
      ordered.insert(op);
      stack.pop_back();
      continue;
    }
    Operation *operand = op->getOperand(next++).getDefiningOp();
    if (operand && !ordered.contains(operand))
      stack.push_back({operand, 0});
  }
  return ordered;
}

void sinter::hoistRecipe(Value recipe, Operation *before) {
  for (Operation *op : getRecipeOps(recipe))
    if (op->getBlock() == before->getBlock() && before->isBeforeInBlock(op))
      op->moveBefore(before);
}
