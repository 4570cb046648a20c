//===- LastRow.cpp - logits of the last position become those of all ------===//
//
// A step is of one sequence: the dimensions in front of a picked row's elements
// are all 1. Going back from the logits through ops that treat each row alike,
// the last of these becomes the dimension of the rows.
//
//===----------------------------------------------------------------------===//
#include "passes/Generate/LastRow.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/Recipe.h"
#include "dialects/Sinter/IR/ShapeValues.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace sinter;

/// The sizes of one row with those of all rows in its place.
static Dims widen(Dims dims) {
  size_t units = 0;
  while (units < dims.size() && dims[units].isConstant(1))
    ++units;
  if (units)
    dims[units - 1] = rowsDim();
  else
    dims.insert(dims.begin(), rowsDim());
  return dims;
}

static Value reshape(OpBuilder &b, Location loc, Value x, const Dims &dims) {
  auto type = getTensorType(dims, elementOf(x));
  return x.getType() == type
             ? x
             : ReshapeOp::create(b, loc, type, x, Value(), false);
}

/// What the op takes the last row of: [1.., rows, elements].
static Value getPicked(Operation *op) {
  Value x;
  int64_t axis;
  if (auto gather = dyn_cast_or_null<GatherOp>(op)) {
    x = gather.getX();
    axis = gather.getAxis();
    auto index = ShapeValues().getScalar(gather.getIndices());
    if (!index || (*index != rowsDim() - DimExpr(1) && !index->isConstant(-1)))
      return {};
  } else if (auto slice = dyn_cast_or_null<SliceOp>(op);
             slice && slice.getOffsets()) {
    x = slice.getX();
    Dims from = dimsOf(x), to = dimsOf(slice.getY());
    axis = -1;
    for (size_t i = 0; i < to.size(); ++i)
      if (from[i] != to[i]) {
        if (axis >= 0 || !to[i].isConstant(1) ||
            slice.getOffsets()->getDim(i) != rowsDim() - DimExpr(1))
          return {};
        axis = i;
      }
    if (axis < 0)
      return {};
  } else {
    return {};
  }
  Dims dims = dimsOf(x);
  bool isOne = llvm::all_of(ArrayRef(dims).take_front(axis),
                            [](const DimExpr &d) { return d.isConstant(1); });
  return isOne && dims[axis] == rowsDim() ? x : Value();
}

static Value widen(Value value, Recipes &recipes) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return {};
  OpBuilder b(op);
  Dims dims = widen(dimsOf(value));
  if (Value all = getPicked(op))
    return reshape(b, op->getLoc(), all, dims);
  Value computed;
  for (Value operand : op->getOperands()) {
    if (recipes.contains(operand))
      continue;
    if (computed)
      return {};
    computed = operand;
  }
  bool isView = isa<ReshapeOp, TransposeOp>(op);
  bool isAlike =
      isa<ElementwiseOpInterface, LayerNormOp, RMSNormOp, SoftmaxOp>(op) ||
      (isa<MatMulOp>(op) && computed == op->getOperand(0));
  if (!computed || !(isView || isAlike))
    return {};
  if (isView) { // of the same elements in the same order
    auto isElement = [](const DimExpr &d) { return !d.isConstant(1); };
    if (!llvm::equal(llvm::make_filter_range(dimsOf(value), isElement),
                     llvm::make_filter_range(dimsOf(computed), isElement)))
      return {};
    Value inner = widen(computed, recipes);
    return inner ? reshape(b, op->getLoc(), inner, dims) : Value();
  }
  // A norm, and whatever broadcasts, stands on the row's own dimensions.
  if (rankOf(computed) != rankOf(value) ||
      widen(dimsOf(computed)).size() != size_t(rankOf(computed)))
    return {};
  Value inner = widen(computed, recipes);
  if (!inner)
    return {};
  IRMapping mapping;
  mapping.map(computed, inner);
  Operation *copy = b.clone(*op, mapping);
  copy->getResult(0).setType(getTensorType(dims, elementOf(value)));
  return copy->getResult(0);
}

Value sinter::widenLastRow(Value logits) {
  Dims dims = dimsOf(logits);
  if (product(ArrayRef(dims).drop_back()) == rowsDim())
    return logits;
  Recipes recipes;
  return product(ArrayRef(dims).drop_back()).isConstant(1)
             ? widen(logits, recipes)
             : Value();
}
