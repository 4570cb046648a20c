//===- Quantized.cpp - unpack_bits, dequantize ----------------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"

using namespace mlir;
using namespace sinter;

LogicalResult UnpackBitsOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX());
  int64_t bits = getBits(), numbers = 8 / bits;
  Shape shape(x.getShape());
  shape.back() *= numbers;
  if (failed(eval.checkFits(*this, x.getElement(), shape)))
    return failure();
  Tensor y(x.getElement(), shape);
  for (int64_t i = 0; i < y.getCount(); ++i)
    y.setInt(i, x.getInt(i / numbers) >> (bits * (i % numbers)) &
                    ((1 << bits) - 1));
  eval.set(getY(), std::move(y));
  return success();
}

LogicalResult DequantizeOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), scale = eval.tensor(getScale()), zero;
  if (getZero())
    zero = eval.tensor(getZero());
  int64_t axis = getAxis(), block = getBlock();
  Shape blocks(x.getShape());
  blocks[axis] = (blocks[axis] + block - 1) / block;
  if (scale.getShape() != ArrayRef(blocks) ||
      (zero && zero.getShape() != ArrayRef(blocks)))
    return eval.error(*this) << "scales " << scale.shapeText()
                             << " are not those of " << x.shapeText();
  Tensor y(scale.getElement(), x.getShape());
  Shape strides = stridesOf(blocks);
  int64_t at = 0;
  forEachIndex(x.getShape(), [&](ArrayRef<int64_t> index) {
    Shape in(index);
    in[axis] /= block;
    int64_t from = positionOf(in, strides);
    double number = double(x.getInt(at));
    if (zero)
      number -= zero.get(from).isFloat() ? zero.getDouble(from)
                                         : double(zero.getInt(from));
    number = Scalar::ofFloat(y.getKind(), number).real;
    y.setDouble(at++, number * scale.getDouble(from));
  });
  eval.set(getY(), std::move(y));
  return success();
}
