//===- RowRules.cpp - ops that compute each row from one row --------------===//
#include "passes/Simplify/RowRules.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;

namespace {
using Axis = std::optional<int64_t>;
using AxisOf = llvm::function_ref<Axis(Value)>;
} // namespace

/// Operands aligned at the last dimension: rows stand at one place of all that
/// have them, and the others repeat there.
static Axis alignedAxis(Operation *op, AxisOf axisOf) {
  Axis fromEnd;
  for (Value operand : op->getOperands())
    if (auto axis = axisOf(operand)) {
      int64_t e = rankOf(operand) - *axis;
      if (fromEnd && *fromEnd != e)
        return std::nullopt;
      fromEnd = e;
    }
  for (Value operand : op->getOperands()) {
    int64_t at = rankOf(operand) - *fromEnd;
    if (!axisOf(operand) && at >= 0 && !dimsOf(operand)[at].isConstant(1))
      return std::nullopt;
  }
  return rankOf(op->getResult(0)) - *fromEnd;
}

static Axis matmulAxis(MatMulOp op, AxisOf axisOf) {
  auto a = axisOf(op.getA()), b = axisOf(op.getB());
  int64_t rank = rankOf(op.getY());
  int64_t endA = a ? rankOf(op.getA()) - *a : 0;
  int64_t endB = b ? rankOf(op.getB()) - *b : 0;
  if (a && !b && endA == 2)
    return rank - 2;
  if (b && !a && endB == 1)
    return rank - 1;
  bool isBatch = (!a || endA > 2) && (!b || endB > 2);
  return isBatch ? alignedAxis(op, axisOf) : std::nullopt;
}

/// The dimension before which as many elements stand as before `axis` in x.
static Axis reshapedAxis(ReshapeOp op, int64_t axis) {
  if (op.getShape())
    return std::nullopt;
  Dims in = dimsOf(op.getX()), out = dimsOf(op.getY());
  DimExpr before = product(ArrayRef(in).take_front(axis)), passed = 1;
  for (auto [i, size] : llvm::enumerate(out)) {
    if (passed == before && size == in[axis])
      return int64_t(i);
    passed = passed * size;
  }
  return std::nullopt;
}

static Axis gatheredAxis(GatherOp op, AxisOf axisOf) {
  auto x = axisOf(op.getX()), at = axisOf(op.getIndices());
  int64_t axis = op.getAxis();
  if (at)
    return x ? std::nullopt : Axis(axis + *at);
  if (*x == axis)
    return std::nullopt;
  return *x < axis ? *x : *x + rankOf(op.getIndices()) - 1;
}

static Axis reducedAxis(ReduceOp op, int64_t axis) {
  if (llvm::is_contained(op.getAxes(), axis))
    return std::nullopt;
  int64_t before =
      llvm::count_if(op.getAxes(), [&](int64_t other) { return other < axis; });
  return op.getKeepdims() ? axis : axis - before;
}

Axis sinter::getRowAxis(Operation *op, AxisOf axisOf) {
  if (op->getNumResults() != 1 ||
      !isa<RankedTensorType>(op->getResult(0).getType()))
    return std::nullopt;
  if (isa<ElementwiseOpInterface>(op))
    return alignedAxis(op, axisOf);
  Axis first = axisOf(op->getOperand(0));
  return llvm::TypeSwitch<Operation *, Axis>(op)
      .Case([&](MatMulOp o) { return matmulAxis(o, axisOf); })
      .Case([&](GatherOp o) { return gatheredAxis(o, axisOf); })
      .Case([&](GatherNDOp o) -> Axis {
        auto at = axisOf(o.getIndices());
        bool isTuple = at && *at == rankOf(o.getIndices()) - 1;
        return first || isTuple || o.getBatchDims() ? std::nullopt : at;
      })
      .Case([&](BroadcastToOp o) -> Axis {
        return o.getShape() ? std::nullopt : alignedAxis(op, axisOf);
      })
      .Case([&](ConcatOp o) -> Axis {
        bool all = llvm::all_of(o.getXs(), [&](Value x) {
          return axisOf(x).has_value() && axisOf(x) == first;
        });
        return all && *first != int64_t(o.getAxis()) ? first : std::nullopt;
      })
      .Case([&](TransposeOp o) -> Axis {
        return llvm::find(o.getPerm(), *first) - o.getPerm().begin();
      })
      .Case([&](ReshapeOp o) { return reshapedAxis(o, *first); })
      .Case([&](SliceOp o) -> Axis {
        bool whole = o.getOffsets() &&
                     o.getOffsets()->getDim(*first).isConstant(0) &&
                     (*o.getStrides())[*first] == 1 &&
                     dimsOf(o.getX())[*first] == dimsOf(o.getY())[*first];
        return whole ? first : std::nullopt;
      })
      .Case<LayerNormOp, RMSNormOp>([&](auto o) -> Axis {
        bool others = false;
        for (Value operand : op->getOperands().drop_front())
          others |= axisOf(operand).has_value();
        return first && !others && *first < int64_t(o.getAxis()) ? first
                                                                 : std::nullopt;
      })
      .Case<SoftmaxOp, CumSumOp>([&](auto o) -> Axis {
        return first && *first != int64_t(o.getAxis()) ? first : std::nullopt;
      })
      .Case([&](ReduceOp o) { return reducedAxis(o, *first); })
      .Default([](Operation *) { return Axis(); });
}
