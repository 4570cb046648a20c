//===- DynamicRanges.cpp - ranges of each position ------------------------===//
#include "passes/Generate/DynamicRanges.h"
#include "dialects/Sinter/IR/Folds.h"
#include "dialects/Sinter/IR/InferHelpers.h"

using namespace mlir;
using namespace sinter;

/// The largest and least element of a tensor, each with 0, and nothing else.
static ReduceOp getExtreme(Value clamped, Reduction kind) {
  Operation *op = clamped.getDefiningOp();
  if (!op || (kind == Reduction::max ? !isa<MaxOp>(op) : !isa<MinOp>(op)))
    return {};
  for (unsigned i : {0, 1}) {
    auto reduce = op->getOperand(i).getDefiningOp<ReduceOp>();
    auto zero = dyn_cast_or_null<FloatAttr>(getSplat(op->getOperand(1 - i)));
    if (reduce && zero && zero.getValue().isZero() &&
        reduce.getKind() == kind && reduce->hasOneUse() &&
        rankOf(reduce.getY()) == 0)
      return reduce;
  }
  return {};
}

/// The dimension that counts the step's rows; nullopt where not one does.
static std::optional<int64_t> getRowAxis(Value x) {
  Dims dims = dimsOf(x);
  if (llvm::count(dims, rowsDim()) != 1)
    return std::nullopt;
  return llvm::find(dims, rowsDim()) - dims.begin();
}

unsigned sinter::takeRangesByRow(func::FuncOp step) {
  SmallVector<std::pair<ReduceOp, ReduceOp>> ranges;
  step.walk([&](SubOp sub) { // of the scale: (high - low) / 255
    ReduceOp high = getExtreme(sub.getA(), Reduction::max);
    ReduceOp low = getExtreme(sub.getB(), Reduction::min);
    if (high && low && high.getX() == low.getX() && getRowAxis(high.getX()))
      ranges.push_back({high, low});
  });
  for (auto [high, low] : ranges)
    for (ReduceOp reduce : {high, low}) {
      Dims dims = dimsOf(reduce.getX());
      int64_t rows = *getRowAxis(reduce.getX());
      SmallVector<int64_t> axes;
      for (int64_t i = 0; i < int64_t(dims.size()); ++i)
        if (i != rows) {
          axes.push_back(i);
          dims[i] = DimExpr(1);
        }
      OpBuilder b(reduce);
      Type element = elementOf(reduce.getX());
      Value y = ReduceOp::create(b, reduce.getLoc(),
                                 getTensorType(dims, element), reduce.getKind(),
                                 reduce.getX(), axes, /*keepdims=*/true);
      // What it meets may lack the dimensions before the rows, which are 1.
      if (rows)
        y = ReshapeOp::create(
            b, reduce.getLoc(),
            getTensorType(ArrayRef(dims).drop_front(rows), element), y, Value(),
            false);
      reduce.replaceAllUsesWith(y);
      reduce.erase();
    }
  return ranges.size();
}
