//===- LowerWeights.cpp - constants, weights, packed matmul ---------------===//
#include "dialects/Sinter/IR/WeightLayout.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

LogicalResult sinter::lowerConstant(Lowering &l, ConstantOp op) {
  auto value = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!value)
    return op.emitOpError("values that are not dense cannot be lowered");
  RankedTensorType type = Lowering::storage(tensorOf(op.getY()));
  if (value.getElementType().isInteger(1))
    value = value.mapValues(type.getElementType(), [](const APInt &bit) {
      return APInt(8, bit.getBoolValue());
    });
  else
    value = value.bitcast(type.getElementType());
  l.set(op.getY(),
        arith::ConstantOp::create(l.b, op.getLoc(), value.reshape(type)));
  return success();
}

LogicalResult sinter::lowerLoad(Lowering &l, LoadOp op) {
  Location loc = op.getLoc();
  auto table = SymbolTable::lookupNearestSymbolFrom<TableOp>(
      op, op.getTableAttr().getAttr());
  if (!table || !table.getOffset())
    return op.emitOpError("the table has no offset");
  RankedTensorType type = Lowering::storage(tensorOf(op.getY()));
  Value offset = l.index(*table.getOffset());
  if (op.getIndex()) {
    Value step = arith::MulIOp::create(l.b, loc, l.get(op.getIndex()),
                                       l.index(getTableStride(table)));
    offset = arith::AddIOp::create(l.b, loc, offset, step);
  }
  Value view =
      l.viewAt(loc, l.params,
               MemRefType::get(type.getShape(), type.getElementType()), offset);
  l.set(op.getY(), bufferization::ToTensorOp::create(l.b, loc, type, view,
                                                     /*restrict=*/true,
                                                     /*writable=*/false));
  return success();
}

LogicalResult sinter::lowerPackedMatMul(Lowering &l, PackedMatMulOp op) {
  Value out = l.empty(dimsOf(op.getY()), elementOf(op.getY()));
  l.requireEqual(dimsOf(op.getX())[0], dimsOf(op.getY())[0], op.getLoc());
  Value bias = op.getBias() ? l.get(op.getBias()) : Value();
  auto inner = InnerMatMulOp::create(
      l.b, op.getLoc(), TypeRange(out.getType()), l.get(op.getX()),
      l.get(op.getW()), bias, out, op.getInterleave(), op.getDepthBlock(),
      op.getGateAttr(), op.getActivationAttr(), /*accumulate=*/false);
  l.set(op.getY(), inner.getResult(0));
  return success();
}

LogicalResult sinter::lowerPackedExpertMatMul(Lowering &l,
                                              PackedExpertMatMulOp op) {
  Location loc = op.getLoc();
  Dims experts = dimsOf(op.getExperts()), y = dimsOf(op.getY());
  Value out = l.empty(y, elementOf(op.getY()));
  l.requireEqual(dimsOf(op.getX())[0], y[0], loc);
  l.requireEqual(experts[0], y[0], loc);
  int64_t count = tensorOf(op.getW()).getDimSize(0) + op.getSkips();
  Value chosen =
      l.positions(loc, l.get(op.getExperts()), experts, DimExpr(count));
  // The kernel reads them as it finds them in memory.
  chosen =
      l.parallel(loc, experts, l.b.getI64Type(),
                 {l.aligned(chosen, experts, experts, loc)},
                 [](ScalarEmitter &e, ValueRange args) -> Value {
                   return e.make<arith::IndexCastOp>(e.b.getI64Type(), args[0]);
                 });
  auto inner = InnerExpertMatMulOp::create(
      l.b, loc, TypeRange(out.getType()), l.get(op.getX()), l.get(op.getW()),
      chosen, out, op.getInterleave(), op.getSkips());
  l.set(op.getY(), inner.getResult(0));
  return success();
}
