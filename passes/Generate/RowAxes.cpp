//===- RowAxes.cpp - which dimension of a value counts the step's rows ----===//
#include "passes/Generate/RowAxes.h"
#include "dialects/Sinter/IR/Folds.h"
#include "dialects/Sinter/IR/ShapeValues.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;
using Result = std::optional<RowAxis>;

RowAxes::RowAxes(func::FuncOp step, Value tokens, DimExpr firstPosition)
    : first(std::move(firstPosition)) {
  known[tokens] = RowAxis{0, false};
  for (Operation &op : step.getBody().front()) {
    if (op.getNumResults() != 1 ||
        !isa<RankedTensorType>(op.getResult(0).getType()) ||
        recipes.contains(&op))
      continue;
    if (isOfTotal(&op)) {
      fixed.insert(op.getResult(0));
      continue;
    }
    auto axis = infer(&op);
    // One size must be the rows', or rows are not what it says.
    if (axis && dimsOf(op.getResult(0))[axis->axis] == axis->size())
      known[op.getResult(0)] = *axis;
  }
}

bool RowAxes::isOfTotal(Operation *op) {
  if (auto sizes = dyn_cast<SymbolicOp>(op)) {
    for (unsigned i = 0; i < sizes.getExprs().getExprs().size(); ++i)
      for (const std::string &symbol : sizes.getExprs().getDim(i).getSymbols())
        if (symbol != totalSymbol)
          return false;
    return true;
  }
  return op->getNumOperands() > 0 && isa<InterpretOpInterface>(op) &&
         isPure(op) && tensorOf(op->getResult(0)).hasStaticShape() &&
         llvm::all_of(op->getOperands(), [&](Value v) { return isFixed(v); });
}

Result RowAxes::get(Value value) const {
  auto it = known.find(value);
  return it == known.end() ? Result() : it->second;
}

std::optional<int64_t> RowAxes::getPositionOffset(Value value) const {
  auto range = value.getDefiningOp<RangeOp>();
  ShapeValues values;
  if (range && range->hasAttr(countsRowsAttrName))
    return std::nullopt;
  auto start = range ? values.getScalar(range.getStart()) : std::nullopt;
  if (!start || getSplatNumber(range.getDelta()) != 1.0 ||
      dimsOf(value)[0] != rowsDim())
    return std::nullopt;
  return (*start - first).getConstant();
}

std::optional<int64_t> RowAxes::getTableAxis(SliceOp slice) {
  if (!slice.getOffsets() || !recipes.contains(slice.getX()))
    return std::nullopt;
  for (auto [i, size] : llvm::enumerate(dimsOf(slice.getY())))
    if (size == rowsDim() && (*slice.getStrides())[i] == 1 &&
        (slice.getOffsets()->getDim(i) - first).getConstant())
      return int64_t(i);
  return std::nullopt;
}

/// Operands aligned at the last dimension: rows stand at one place of all.
Result RowAxes::inferAligned(Operation *op) {
  std::optional<int64_t> fromEnd;
  bool fromPositions = true;
  int64_t each = 1;
  for (Value operand : op->getOperands())
    if (auto row = get(operand)) {
      int64_t e = rankOf(operand) - row->axis;
      if (fromEnd && (*fromEnd != e || each != row->each))
        return std::nullopt;
      fromEnd = e;
      each = row->each;
      fromPositions &= row->fromPositions;
    }
  if (!fromEnd)
    return std::nullopt;
  for (Value operand : op->getOperands())
    if (!get(operand)) {
      int64_t at = rankOf(operand) - *fromEnd;
      fromPositions &= recipes.contains(operand);
      if (!isFixed(operand) || (at >= 0 && !dimsOf(operand)[at].isConstant(1)))
        return std::nullopt;
    }
  return RowAxis{rankOf(op->getResult(0)) - *fromEnd, fromPositions, each};
}

Result RowAxes::inferMatMul(Operation *op) {
  auto matmul = cast<MatMulOp>(op);
  auto a = get(matmul.getA()), b = get(matmul.getB());
  int64_t rank = rankOf(matmul.getY());
  if (a && b) // rows of a batch
    return rankOf(matmul.getA()) - a->axis > 2 &&
                   rankOf(matmul.getB()) - b->axis > 2
               ? inferAligned(op)
               : Result();
  Value rows = a ? matmul.getA() : matmul.getB();
  Value other = a ? matmul.getB() : matmul.getA();
  RowAxis axis = a ? *a : *b;
  int64_t fromEnd = rankOf(rows) - axis.axis;
  if (fromEnd > 2)
    return inferAligned(op);
  if (!recipes.contains(other) || fromEnd != (a ? 2 : 1))
    return std::nullopt; // summed over rows, or not by weights
  return RowAxis{rank - fromEnd, axis.fromPositions, axis.each};
}

/// What is the same for all rows, repeated for each.
Result RowAxes::inferRepeated(BroadcastToOp op) {
  if (!isFixed(op.getX()))
    return std::nullopt;
  Result found;
  for (auto [i, size] : llvm::enumerate(dimsOf(op.getY())))
    if (size == rowsDim()) {
      if (found)
        return std::nullopt;
      found = RowAxis{int64_t(i), false};
    }
  return found;
}

ValueRange sinter::getTupleParts(Value indices) {
  // Dimensions of size 1 may stand between the rows and the tuple.
  while (auto view = indices.getDefiningOp<ReshapeOp>()) {
    Dims from = dimsOf(view.getX()), to = dimsOf(indices);
    if (view.getShape() || from.empty() || to.empty() || from[0] != to[0] ||
        from.back() != to.back())
      break;
    indices = view.getX();
  }
  auto parts = indices.getDefiningOp<ConcatOp>();
  return parts && int64_t(parts.getAxis()) == rankOf(indices) - 1
             ? ValueRange(parts.getXs())
             : ValueRange();
}

/// The numbers 0 .. rows - 1 along the first dimension. Not those that are
/// taken for positions, which may begin elsewhere.
bool RowAxes::countsRows(Value x) {
  while (dimsOf(x).size() > 0 && dimsOf(x)[0] == rowsDim()) {
    Operation *op = x.getDefiningOp();
    if (auto range = dyn_cast_or_null<RangeOp>(op))
      return getSplatNumber(range.getStart()) == 0.0 &&
             getSplatNumber(range.getDelta()) == 1.0 && !getPositionOffset(x);
    if (!isa_and_nonnull<ReshapeOp, BroadcastToOp, CastOp>(op))
      return false;
    x = op->getOperand(0);
  }
  return false;
}

bool RowAxes::isRows(Value x) const {
  auto row = get(x);
  return row && row->axis == 0 && row->each == 1;
}

/// Places in a table with a row for each row: of row r those in its row r.
bool RowAxes::staysInRow(Value tuples) {
  auto parts = getTupleParts(tuples);
  return !parts.empty() && countsRows(parts[0]) &&
         llvm::all_of(parts.drop_front(), [&](Value x) { return isRows(x); });
}

/// Where each row writes into itself alone.
Result RowAxes::inferScatter(ScatterNDOp scatter) {
  bool isOwn = staysInRow(scatter.getIndices()) &&
               isRows(scatter.getUpdates()) &&
               (isRows(scatter.getX()) || getSplatNumber(scatter.getX()));
  return isOwn ? Result(RowAxis{0, false}) : std::nullopt;
}

Result RowAxes::infer(Operation *op) {
  if (getPositionOffset(op->getResult(0)))
    return RowAxis{0, true};
  if (isa<MatMulOp>(op) && llvm::any_of(op->getOperands(), [&](Value v) {
        return get(v).has_value();
      }))
    return inferMatMul(op);
  if (auto broadcast = dyn_cast<BroadcastToOp>(op))
    if (Result axis = inferRepeated(broadcast))
      return axis;
  if (isa<ElementwiseOpInterface, BroadcastToOp>(op))
    return inferAligned(op);
  Value x = op->getNumOperands() ? op->getOperand(0) : Value();
  Result row = x ? get(x) : Result();
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<GatherOp>([&](GatherOp g) -> Result {
        auto indices = get(g.getIndices());
        if (!indices || !recipes.contains(g.getX()))
          return std::nullopt;
        return RowAxis{int64_t(g.getAxis()) + indices->axis,
                       indices->fromPositions, indices->each};
      })
      .Case<ScatterNDOp>([&](auto s) { return inferScatter(s); })
      .Case<GatherNDOp>([&](GatherNDOp g) -> Result {
        if (isRows(g.getX()) && g.getBatchDims() == 0 &&
            staysInRow(g.getIndices()))
          return RowAxis{0, false};
        auto indices = get(g.getIndices());
        bool isTuple = indices && indices->axis == rankOf(g.getIndices()) - 1;
        if (!indices || isTuple || g.getBatchDims() != 0 ||
            !recipes.contains(g.getX()))
          return std::nullopt;
        return indices;
      })
      .Case<ConcatOp>([&](ConcatOp c) -> Result {
        auto aligned = inferAligned(op);
        return aligned && aligned->axis != int64_t(c.getAxis()) ? aligned
                                                                : Result();
      })
      .Case<RotaryOp>([&](RotaryOp r) -> Result {
        auto cos = get(r.getCos()), sin = get(r.getSin());
        int64_t sequence = r.getSequenceFirst() ? 1 : 2;
        if (!row || !cos || !sin || row->axis != sequence || cos->axis != 1 ||
            sin->axis != 1 || row->each * cos->each * sin->each != 1)
          return std::nullopt;
        return RowAxis{sequence, row->fromPositions && cos->fromPositions &&
                                     sin->fromPositions};
      })
      .Case<CachedAttentionOp>([&](auto) -> Result {
        return row && row->axis == 0 && row->each == 1 ? RowAxis{0, false}
                                                       : Result();
      })
      .Case<TransposeOp>([&](TransposeOp t) -> Result {
        if (!row)
          return std::nullopt;
        for (auto [i, p] : llvm::enumerate(t.getPerm()))
          if (p == row->axis)
            return RowAxis{int64_t(i), row->fromPositions, row->each};
        return std::nullopt;
      })
      .Case<ReshapeOp>([&](ReshapeOp r) -> Result {
        if (!row || r.getShape())
          return std::nullopt;
        DimExpr before = product(ArrayRef(dimsOf(x)).take_front(row->axis));
        Dims out = dimsOf(r.getY());
        DimExpr passed = 1;
        for (auto [i, d] : llvm::enumerate(out)) {
          auto each = passed == before ? d.exactDiv(rowsDim()) : std::nullopt;
          if (each && each->getConstant().value_or(0) > 0)
            return RowAxis{int64_t(i), row->fromPositions,
                           *each->getConstant()};
          passed = passed * d;
        }
        return std::nullopt;
      })
      .Case<SliceOp>([&](SliceOp s) -> Result {
        if (auto axis = getTableAxis(s))
          return RowAxis{*axis, true};
        if (!row || !s.getOffsets() ||
            !s.getOffsets()->getDim(row->axis).isConstant(0) ||
            (*s.getStrides())[row->axis] != 1)
          return std::nullopt;
        return row; // all rows: the caller compares the sizes
      })
      .Case<LayerNormOp, RMSNormOp>([&](auto n) -> Result {
        if (!row || row->axis >= int64_t(n.getAxis()))
          return std::nullopt;
        return inferAligned(op);
      })
      .Case<SoftmaxOp, CumSumOp>([&](auto s) -> Result {
        return row && row->axis != int64_t(s.getAxis()) ? row : Result();
      })
      .Case<ReduceOp>([&](ReduceOp r) -> Result {
        if (!row || llvm::is_contained(r.getAxes(), row->axis))
          return std::nullopt;
        RowAxis out = *row;
        if (!r.getKeepdims())
          for (int64_t axis : r.getAxes())
            out.axis -= axis < row->axis;
        return out;
      })
      .Default([](Operation *) { return Result(); });
}
