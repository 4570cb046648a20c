//===- InnerTiling.cpp - TilingInterface of the inner ops -----------------===//
//
// inner_matmul and inner_expert_matmul split over panels of the packed
// matrices, inner_norm and inner_softmax over rows, inner_attention over its
// range of pairs. The pairs of a range are no box of `out`: each tile owns all
// of it on paper and writes its own elements only, which is what makes the
// tiles independent.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "passes/Tile/Tile.h"

using namespace mlir;
using namespace sinter;

using Numbers = SmallVector<OpFoldResult>;

static Value toValue(OpBuilder &b, Location loc, OpFoldResult number) {
  return getValueOrCreateConstantIndexOp(b, loc, number);
}

static OpFoldResult dimOf(OpBuilder &b, Location loc, Value value, int64_t i) {
  return tensor::getMixedSize(b, loc, value, i);
}

// Is it dimOf(value, i)?
static bool isDimOf(OpFoldResult size, Value value, int64_t i) {
  if (auto known = getConstantIntValue(size))
    return cast<ShapedType>(value.getType()).getDimSize(i) == *known;
  auto dim = cast<Value>(size).getDefiningOp<tensor::DimOp>();
  return dim && dim.getSource() == value && dim.getConstantIndex() == i;
}

// The slice of `value` with offset and size in one dimension, whole in others.
static Value sliceDim(OpBuilder &b, Location loc, Value value, int64_t dim,
                      OpFoldResult offset, OpFoldResult size,
                      TilingResult &result) {
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  Numbers offsets(rank, b.getIndexAttr(0)), strides(rank, b.getIndexAttr(1));
  Numbers sizes;
  for (int64_t i = 0; i < rank; ++i)
    sizes.push_back(i == dim ? size : dimOf(b, loc, value, i));
  offsets[dim] = offset;
  auto slice =
      tensor::ExtractSliceOp::create(b, loc, value, offsets, sizes, strides);
  result.generatedSlices.push_back(slice);
  return slice;
}

static Operation *cloneWith(OpBuilder &b, Operation *op, ValueRange operands) {
  Operation *copy = mlir::clone(b, op, operands.back().getType(), operands);
  return copy;
}

// One tiled loop of this size.
static SmallVector<Range> oneLoop(OpBuilder &b, OpFoldResult size) {
  return {Range{b.getIndexAttr(0), size, b.getIndexAttr(1)}};
}

namespace {

//===--- Rows: inner_norm, inner_softmax
//------------------------------------===//

template <typename OpTy>
struct RowTiling : TilingInterface::ExternalModel<RowTiling<OpTy>, OpTy> {
  SmallVector<utils::IteratorType> getLoopIteratorTypes(Operation *) const {
    return {utils::IteratorType::parallel};
  }
  SmallVector<Range> getIterationDomain(Operation *op, OpBuilder &b) const {
    return oneLoop(b, dimOf(b, op->getLoc(), cast<OpTy>(op).getOut(), 0));
  }
  FailureOr<TilingResult>
  getTiledImplementation(Operation *op, OpBuilder &b,
                         ArrayRef<OpFoldResult> offsets,
                         ArrayRef<OpFoldResult> sizes) const {
    auto tile = cast<OpTy>(op);
    TilingResult result;
    SmallVector<Value> operands(op->getOperands());
    for (Value &operand : operands)
      if (operand == tile.getX() || operand == tile.getOut())
        operand =
            sliceDim(b, op->getLoc(), operand, 0, offsets[0], sizes[0], result);
    result.tiledOps = {cloneWith(b, op, operands)};
    result.tiledValues = {result.tiledOps[0]->getResult(0)};
    return result;
  }
  LogicalResult getResultTilePosition(Operation *op, OpBuilder &b, unsigned,
                                      ArrayRef<OpFoldResult> offsets,
                                      ArrayRef<OpFoldResult> sizes,
                                      SmallVector<OpFoldResult> &at,
                                      SmallVector<OpFoldResult> &of) const {
    at = {offsets[0], b.getIndexAttr(0)};
    of = {sizes[0], dimOf(b, op->getLoc(), cast<OpTy>(op).getOut(), 1)};
    return success();
  }
};

//===--- Panels: inner_matmul, inner_expert_matmul
//--------------------------===//

Value getBias(InnerMatMulOp op) { return op.getBias(); }
Value getBias(InnerExpertMatMulOp) { return {}; }
int64_t getPanelColumns(InnerMatMulOp op) { return op.getPanelColumns(); }
int64_t getPanelColumns(InnerExpertMatMulOp op) {
  return cast<ShapedType>(op.getW().getType()).getShape().back() /
         int64_t(op.getInterleave());
}

template <typename OpTy>
struct PanelTiling : TilingInterface::ExternalModel<PanelTiling<OpTy>, OpTy> {
  // The dimension of w that counts panels; before it is one of matrices.
  static constexpr int64_t panels =
      std::is_same_v<OpTy, InnerExpertMatMulOp> ? 1 : 0;

  // Panels, then rows.
  SmallVector<utils::IteratorType> getLoopIteratorTypes(Operation *) const {
    return {utils::IteratorType::parallel, utils::IteratorType::parallel};
  }
  SmallVector<Range> getIterationDomain(Operation *op, OpBuilder &b) const {
    auto tile = cast<OpTy>(op);
    auto domain = oneLoop(b, dimOf(b, op->getLoc(), tile.getW(), panels));
    domain.append(oneLoop(b, dimOf(b, op->getLoc(), tile.getX(), 0)));
    return domain;
  }

  // Columns of these panels: the last panel may be wider than the matrix.
  static std::pair<Value, Value>
  columns(OpTy op, OpBuilder &b, OpFoldResult offset, OpFoldResult size) {
    Location loc = op.getLoc();
    Value lanes = arith::ConstantIndexOp::create(b, loc, getPanelColumns(op));
    Value width = toValue(b, loc, dimOf(b, loc, op.getOut(), 1));
    Value first = arith::MulIOp::create(b, loc, toValue(b, loc, offset), lanes);
    first = arith::MinUIOp::create(b, loc, first, width);
    Value count = arith::MulIOp::create(b, loc, toValue(b, loc, size), lanes);
    Value left = arith::SubIOp::create(b, loc, width, first);
    return {first, arith::MinUIOp::create(b, loc, count, left)};
  }

  static bool takesAllRows(OpTy op, OpFoldResult offset, OpFoldResult size) {
    return isConstantIntValue(offset, 0) && isDimOf(size, op.getX(), 0);
  }

  // Where rows from `offset` on lie in the result, all of them as it has them:
  // a part and the place that it goes to must agree as values.
  static std::pair<OpFoldResult, OpFoldResult>
  rows(OpTy op, OpBuilder &b, OpFoldResult offset, OpFoldResult size) {
    if (takesAllRows(op, offset, size))
      size = dimOf(b, op.getLoc(), op.getOut(), 0);
    return {offset, size};
  }

  FailureOr<TilingResult>
  getTiledImplementation(Operation *op, OpBuilder &b,
                         ArrayRef<OpFoldResult> offsets,
                         ArrayRef<OpFoldResult> sizes) const {
    auto tile = cast<OpTy>(op);
    Location loc = op->getLoc();
    TilingResult result;
    auto [first, count] = columns(tile, b, offsets[0], sizes[0]);
    auto [row, rowCount] = rows(tile, b, offsets[1], sizes[1]);
    SmallVector<Value> operands(op->getOperands());
    for (Value &operand : operands) {
      if (operand == tile.getW()) {
        operand =
            sliceDim(b, loc, operand, panels, offsets[0], sizes[0], result);
      } else if (operand == getBias(tile)) {
        operand = sliceDim(b, loc, operand, 0, first, count, result);
      } else if (operand == tile.getOut()) {
        auto slice = tensor::ExtractSliceOp::create(
            b, loc, operand, Numbers{row, first}, Numbers{rowCount, count},
            Numbers(2, b.getIndexAttr(1)));
        result.generatedSlices.push_back(slice);
        operand = slice;
      } else if (!takesAllRows(tile, offsets[1], sizes[1])) {
        operand = sliceDim(b, loc, operand, 0, row, rowCount, result);
      }
    }
    result.tiledOps = {cloneWith(b, op, operands)};
    result.tiledValues = {result.tiledOps[0]->getResult(0)};
    return result;
  }
  LogicalResult getResultTilePosition(Operation *op, OpBuilder &b, unsigned,
                                      ArrayRef<OpFoldResult> offsets,
                                      ArrayRef<OpFoldResult> sizes,
                                      SmallVector<OpFoldResult> &at,
                                      SmallVector<OpFoldResult> &of) const {
    auto tile = cast<OpTy>(op);
    auto [first, count] = columns(tile, b, offsets[0], sizes[0]);
    auto [row, rowCount] = rows(tile, b, offsets[1], sizes[1]);
    at = {row, first};
    of = {rowCount, count};
    return success();
  }
};

//===--- Pairs: inner_attention
//---------------------------------------------===//

struct PairTiling
    : TilingInterface::ExternalModel<PairTiling, InnerAttentionOp> {
  SmallVector<utils::IteratorType> getLoopIteratorTypes(Operation *) const {
    return {utils::IteratorType::parallel};
  }
  SmallVector<Range> getIterationDomain(Operation *op, OpBuilder &b) const {
    auto tile = cast<InnerAttentionOp>(op);
    Value size =
        arith::SubIOp::create(b, op->getLoc(), tile.getLast(), tile.getFirst());
    return oneLoop(b, size);
  }
  FailureOr<TilingResult>
  getTiledImplementation(Operation *op, OpBuilder &b,
                         ArrayRef<OpFoldResult> offsets,
                         ArrayRef<OpFoldResult> sizes) const {
    auto tile = cast<InnerAttentionOp>(op);
    Location loc = op->getLoc();
    TilingResult result;
    Value first = arith::AddIOp::create(b, loc, tile.getFirst(),
                                        toValue(b, loc, offsets[0]));
    Value last =
        arith::AddIOp::create(b, loc, first, toValue(b, loc, sizes[0]));
    Value out = sliceDim(b, loc, tile.getOut(), 0, b.getIndexAttr(0),
                         dimOf(b, loc, tile.getOut(), 0), result);
    auto copy = cast<InnerAttentionOp>(
        mlir::clone(b, op, out.getType(), op->getOperands()));
    copy.getFirstMutable().assign(first);
    copy.getLastMutable().assign(last);
    copy.getOutMutable().assign(out);
    result.tiledOps = {copy};
    result.tiledValues = {copy->getResult(0)};
    return result;
  }
  LogicalResult getResultTilePosition(Operation *op, OpBuilder &b, unsigned,
                                      ArrayRef<OpFoldResult>,
                                      ArrayRef<OpFoldResult>,
                                      SmallVector<OpFoldResult> &at,
                                      SmallVector<OpFoldResult> &of) const {
    Value out = cast<InnerAttentionOp>(op).getOut();
    int64_t rank = cast<ShapedType>(out.getType()).getRank();
    at.assign(rank, b.getIndexAttr(0));
    of.clear();
    for (int64_t i = 0; i < rank; ++i)
      of.push_back(dimOf(b, op->getLoc(), out, i));
    return success();
  }
};

} // namespace

void sinter::registerTileInterfaces(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *ctx, SinterDialect *) {
    InnerNormOp::attachInterface<RowTiling<InnerNormOp>>(*ctx);
    InnerSoftmaxOp::attachInterface<RowTiling<InnerSoftmaxOp>>(*ctx);
    InnerMatMulOp::attachInterface<PanelTiling<InnerMatMulOp>>(*ctx);
    InnerExpertMatMulOp::attachInterface<PanelTiling<InnerExpertMatMulOp>>(
        *ctx);
    InnerAttentionOp::attachInterface<PairTiling>(*ctx);
  });
}
