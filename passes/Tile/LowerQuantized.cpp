//===- LowerQuantized.cpp - unpack_bits, dequantize -----------------------===//
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

// The loops' indices, with the one of `dim` divided.
static SmallVector<Value> dividedIndex(ScalarEmitter &e, int64_t rank,
                                       int64_t dim, int64_t by) {
  SmallVector<Value> index;
  for (int64_t i = 0; i < rank; ++i)
    index.push_back(e.make<linalg::IndexOp>(i));
  index[dim] =
      e.make<arith::DivUIOp>(index[dim], e.make<arith::ConstantIndexOp>(by));
  return index;
}

LogicalResult sinter::lowerUnpackBits(Lowering &l, UnpackBitsOp op) {
  Dims dims = dimsOf(op.getY());
  int64_t last = dims.size() - 1, bits = op.getBits(), numbers = 8 / bits;
  Value x = l.get(op.getX());
  Value y = l.parallel(
      op.getLoc(), dims, elementOf(op.getY()), {},
      [&](ScalarEmitter &e, ValueRange) -> Value {
        Value byte = e.make<tensor::ExtractOp>(
            x, dividedIndex(e, last + 1, last, numbers));
        Value place =
            e.make<arith::RemUIOp>(e.make<linalg::IndexOp>(last),
                                   e.make<arith::ConstantIndexOp>(numbers));
        Type i8 = e.b.getI8Type();
        Value shift = e.mul(e.make<arith::IndexCastOp>(i8, place),
                            e.constant(i8, double(bits)));
        return e.make<arith::AndIOp>(e.make<arith::ShRUIOp>(byte, shift),
                                     e.constant(i8, double((1 << bits) - 1)));
      });
  l.set(op.getY(), y);
  return success();
}

LogicalResult sinter::lowerDequantize(Lowering &l, DequantizeOp op) {
  Location loc = op.getLoc();
  Dims dims = dimsOf(op.getX()), blocks = dims;
  int64_t axis = op.getAxis(), block = op.getBlock(), rank = dims.size();
  blocks[axis] =
      DimExpr::floorDiv(dims[axis] + DimExpr(block - 1), DimExpr(block));
  for (Value part : {op.getScale(), op.getZero()})
    for (int64_t i = 0; part && i < rank; ++i)
      l.requireEqual(dimsOf(part)[i], blocks[i], loc);
  Value scales = l.get(op.getScale());
  Value zeros = op.getZero() ? l.get(op.getZero()) : Value();
  Type element = elementOf(op.getY());
  Value y = l.parallel(
      loc, dims, element, {l.aligned(l.get(op.getX()), dims, dims, loc)},
      [&](ScalarEmitter &e, ValueRange args) -> Value {
        auto index = dividedIndex(e, rank, axis, block);
        Value scale = e.make<tensor::ExtractOp>(scales, index);
        Type from = elementOf(op.getX()), i32 = e.b.getI32Type();
        Value number = args[0];
        if (zeros) {
          Value zero = e.make<tensor::ExtractOp>(zeros, index);
          if (elementOf(op.getZero()) == from) {
            number = e.sub(e.cast(number, from, i32), e.cast(zero, from, i32));
            from = i32;
          } else {
            number = e.cast(number, from, element);
            number = e.narrow(e.sub(e.widen(number), e.widen(zero)), element);
            from = element;
          }
        }
        number = e.cast(number, from, element);
        return e.narrow(e.mul(e.widen(number), e.widen(scale)), element);
      });
  l.set(op.getY(), y);
  return success();
}
