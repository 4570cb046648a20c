//===- Rotary.cpp - rotate pairs of a head's elements by position ---------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"

using namespace mlir;
using namespace sinter;

LogicalResult RotaryOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX());
  Tensor cos = eval.tensor(getCos()), sin = eval.tensor(getSin());
  bool first = getSequenceFirst();
  int64_t batch = x.getDim(0), width = x.getDim(3), half = cos.getDim(2);
  int64_t sequence = x.getDim(first ? 1 : 2), heads = x.getDim(first ? 2 : 1);
  if ((cos.getDim(0) != 1 && cos.getDim(0) != batch) ||
      cos.getDim(1) != sequence || cos.getShape() != sin.getShape() ||
      2 * half > width)
    return eval.error(*this)
           << "cannot rotate " << x.shapeText() << " by " << cos.shapeText();
  Tensor y = x.detached();
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t s = 0; s < sequence; ++s) {
        int64_t head = first ? ((b * sequence + s) * heads + h) * width
                             : ((b * heads + h) * sequence + s) * width;
        int64_t angles = ((cos.getDim(0) == 1 ? 0 : b) * sequence + s) * half;
        for (int64_t i = 0; i < half; ++i) {
          int64_t left = head + (getInterleaved() ? 2 * i : i);
          int64_t right = head + (getInterleaved() ? 2 * i + 1 : i + half);
          double c = cos.getDouble(angles + i), d = sin.getDouble(angles + i);
          double l = x.getDouble(left), r = x.getDouble(right);
          y.setDouble(left, l * c - r * d);
          y.setDouble(right, r * c + l * d);
        }
      }
  eval.set(getY(), std::move(y));
  return success();
}
