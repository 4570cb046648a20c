//===- PositionTables.cpp - what positions decide is looked up ------------===//
#include "passes/Generate/PositionTables.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Generate/ElementValue.h"
#include "passes/Generate/RowAxes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace sinter;

/// Indices that are the step's positions plus a number: that number.
static std::optional<int64_t> getOffset(Value indices, int64_t axis,
                                        const DimExpr &first) {
  static constexpr llvm::StringLiteral rowIndex = ":r";
  Domain domain;
  domain.addIndex(rowIndex, rowsDim() - DimExpr(1));
  domain.addPositive(rowsSymbol);
  DimExpr r = DimExpr::symbol(rowIndex);
  Dims index(rankOf(indices), DimExpr(0));
  for (auto [i, d] : llvm::enumerate(dimsOf(indices)))
    if (int64_t(i) != axis && !d.isConstant(1))
      return std::nullopt;
  index[axis] = r;
  auto element = ElementEvaluator(domain).evaluate(indices, index);
  if (!element || element->kind != Element::Kind::integer)
    return std::nullopt;
  auto offset = (element->integer - r - first).getConstant();
  return offset && *offset >= 0 ? offset : std::nullopt;
}

static std::string getTableName(Value table) {
  for (Operation *op : getRecipeOps(table))
    if (auto param = dyn_cast<ParamOp>(op))
      return param.getName().str();
  return describeLocation(table.getLoc());
}

SmallVector<PositionBound> sinter::findPositionBounds(func::FuncOp step,
                                                      Value tokens,
                                                      const DimExpr &first) {
  RowAxes rows(step, tokens, first);
  SmallVector<PositionBound> bounds;
  for (auto gather : step.getOps<GatherOp>()) {
    auto row = rows.get(gather.getIndices());
    if (!row || !row->fromPositions || !rows.isRecipe(gather.getX()))
      continue;
    auto size = dimsOf(gather.getX())[gather.getAxis()].getConstant();
    auto offset = getOffset(gather.getIndices(), row->axis, first);
    if (size && offset)
      bounds.push_back(
          {*size - *offset, getTableName(gather.getX()), gather.getLoc()});
  }
  return bounds;
}

static Value createSlice(OpBuilder &b, Location loc, Value x, int64_t axis,
                         const DimExpr &offset, const DimExpr &size) {
  Dims sizes = dimsOf(x), offsets(sizes.size(), DimExpr(0));
  sizes[axis] = size;
  offsets[axis] = offset;
  SmallVector<int64_t> strides(sizes.size(), 1);
  return SliceOp::create(b, loc, getTensorType(sizes, elementOf(x)), x, Value(),
                         Value(), Value(), Value(),
                         DimsAttr::get(b.getContext(), offsets),
                         b.getDenseI64ArrayAttr(strides));
}

/// gather(table, positions) -> a slice of the table.
static void sliceOwnTables(func::FuncOp step, Value tokens) {
  RowAxes rows(step, tokens, pastDim());
  for (auto gather : llvm::make_early_inc_range(step.getOps<GatherOp>())) {
    auto row = rows.get(gather.getIndices());
    if (!row || !row->fromPositions || !rows.isRecipe(gather.getX()))
      continue;
    auto offset = getOffset(gather.getIndices(), row->axis, pastDim());
    if (!offset)
      continue;
    OpBuilder b(gather);
    Location loc = gather.getLoc();
    Value slice = createSlice(b, loc, gather.getX(), gather.getAxis(),
                              pastDim() + DimExpr(*offset), rowsDim());
    if (slice.getType() != gather.getType())
      slice =
          ReshapeOp::create(b, loc, gather.getType(), slice, Value(), false);
    gather.replaceAllUsesWith(slice);
    gather.erase();
  }
}

namespace {
class TableMaker {
public:
  TableMaker(func::FuncOp step, Value tokens, int64_t maxLength)
      : step(step), rows(step, tokens, pastDim()), maxLength(maxLength) {}

  /// Values whose users need them by row and that are worth a table.
  SetVector<Value> findValues() {
    SetVector<Value> values;
    for (Operation &op : step.getBody().front()) {
      if (op.getNumResults() != 1 || !isFromPositions(op.getResult(0)))
        continue;
      bool isLast = llvm::any_of(op.getUsers(), [&](Operation *user) {
        return user->getNumResults() != 1 ||
               !isFromPositions(user->getResult(0));
      });
      Value value = op.getResult(0);
      while (isa<ReshapeOp, TransposeOp, BroadcastToOp>(value.getDefiningOp()))
        value = value.getDefiningOp()->getOperand(0);
      if (isLast && !isSeed(value) && !isCheap(value))
        values.insert(value);
    }
    return values;
  }

  void make(Value value);
  /// Products over one k that no table has taken are elementwise: they
  /// broadcast. Only the sign of a zero differs.
  void multiplyByElement();

private:
  bool isFromPositions(Value value) {
    auto row = rows.get(value);
    return row && row->fromPositions && row->each == 1;
  }
  bool isSeed(Value value) {
    auto slice = value.getDefiningOp<SliceOp>();
    return isa<RangeOp>(value.getDefiningOp()) ||
           (slice && rows.getTableAxis(slice));
  }
  bool isCheap(Value value);
  void collect(Value value, llvm::DenseSet<Operation *> &ops) {
    Operation *op = value.getDefiningOp();
    if (!op || !ops.insert(op).second || rows.getPositionOffset(value))
      return; // a range of positions becomes the region's argument
    for (Value operand : op->getOperands())
      collect(operand, ops);
  }
  Value clonePositions(OpBuilder &b, Value argument, RangeOp range);

  func::FuncOp step;
  RowAxes rows;
  int64_t maxLength;
};
} // namespace

/// A product over one k, as exporters multiply frequencies by positions.
static bool isOuterProduct(Operation *op) {
  auto product = dyn_cast<MatMulOp>(op);
  return product && dimsOf(product.getA()).back().isConstant(1);
}

/// A few f32 operations for each of a few elements: less than reading rows of a
/// table, which is also as long as the longest context.
bool TableMaker::isCheap(Value value) {
  constexpr int64_t mostElements = 4096;
  Dims dims = dimsOf(value);
  dims[rows.get(value)->axis] = 1;
  auto count = product(dims).getConstant();
  if (!count || *count > mostElements || !isa<FloatType>(elementOf(value)))
    return false;
  llvm::DenseSet<Operation *> ops;
  collect(value, ops);
  return llvm::all_of(ops, [&](Operation *op) {
    Value y = op->getResult(0);
    if (rows.isRecipe(y) || rows.getPositionOffset(y))
      return true;
    return (isa<ElementwiseOpInterface, ReshapeOp, TransposeOp, BroadcastToOp,
                ConcatOp>(op) ||
            isOuterProduct(op)) &&
           !elementOf(y).isF64();
  });
}

Value TableMaker::clonePositions(OpBuilder &b, Value argument, RangeOp range) {
  Location loc = range.getLoc();
  int64_t offset = *rows.getPositionOffset(range.getY());
  Value positions = argument;
  if (offset) {
    auto type = RankedTensorType::get({}, b.getI64Type());
    Value number =
        ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, offset));
    positions = AddOp::create(b, loc, positions, number);
  }
  if (elementOf(range.getY()) != b.getI64Type())
    positions = CastOp::create(b, loc, positions, elementOf(range.getY()));
  return positions;
}

void TableMaker::make(Value value) {
  Operation *last = value.getDefiningOp();
  OpBuilder b(last);
  Location loc = value.getLoc();
  int64_t axis = rows.get(value)->axis;
  std::map<std::string, DimExpr> symbols{{rowsSymbol.str(), maxLength},
                                         {pastSymbol.str(), 0}};

  llvm::DenseSet<Operation *> ops;
  collect(value, ops);
  Region region;
  Block *block = new Block();
  region.push_back(block);
  Value argument = block->addArgument(
      RankedTensorType::get({maxLength}, b.getI64Type()), loc);
  IRMapping mapping;
  OpBuilder inner(b.getContext()); // the region is nowhere yet
  inner.setInsertionPointToEnd(block);
  for (Operation &op : step.getBody().front()) {
    if (!ops.contains(&op))
      continue;
    if (rows.getPositionOffset(op.getResult(0))) {
      mapping.map(op.getResult(0),
                  clonePositions(inner, argument, cast<RangeOp>(op)));
      continue;
    }
    substituteSymbols(inner.clone(op, mapping), symbols);
  }
  // Rows first.
  Value y = mapping.lookup(value);
  Dims dims = dimsOf(value);
  SmallVector<int64_t> perm{axis}, inverse(dims.size(), 0);
  for (int64_t i = 0; i < int64_t(dims.size()); ++i)
    if (i != axis)
      perm.push_back(i);
  for (auto [i, p] : llvm::enumerate(perm))
    inverse[p] = i;
  if (axis != 0)
    y = TransposeOp::create(inner, loc, y, perm);
  YieldOp::create(inner, loc, y);

  auto table = TabulateOp::create(b, loc, y.getType());
  table.getBody().takeBody(region);
  Value result = createSlice(b, loc, table.getY(), 0, pastDim(), rowsDim());
  if (axis != 0)
    result = TransposeOp::create(b, loc, result, inverse);
  value.replaceAllUsesWith(result);
}

void TableMaker::multiplyByElement() {
  for (auto product : llvm::make_early_inc_range(step.getOps<MatMulOp>())) {
    if (!isOuterProduct(product) || !isFromPositions(product.getY()))
      continue;
    OpBuilder b(product);
    product.replaceAllUsesWith(MulOp::create(b, product.getLoc(),
                                             product.getType(), product.getA(),
                                             product.getB())
                                   .getResult());
    product.erase();
  }
}

void sinter::makePositionTables(func::FuncOp step, Value tokens,
                                int64_t maxLength) {
  sliceOwnTables(step, tokens);
  TableMaker maker(step, tokens, maxLength);
  for (Value value : maker.findValues())
    maker.make(value);
  maker.multiplyByElement();
}
