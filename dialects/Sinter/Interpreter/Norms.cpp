//===- Norms.cpp - layer_norm, rms_norm -----------------------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/Rows.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

void sinter::normalizeRow(MutableArrayRef<double> row, double epsilon,
                          bool centered) {
  double n = row.size(), mean = 0, square = 0;
  if (centered)
    for (double v : row)
      mean += v / n;
  for (double v : row)
    square += (v - mean) * (v - mean) / n;
  for (double &v : row)
    v = (v - mean) / std::sqrt(square + epsilon);
}

// scale and bias broadcast to x's whole shape.
static LogicalResult normalize(Evaluation &eval, Operation *op, Value xValue,
                               Value scaleValue, Value biasValue, int64_t axis,
                               double epsilon, bool centered) {
  Tensor x = eval.tensor(xValue), scale = eval.tensor(scaleValue);
  Tensor bias = biasValue ? eval.tensor(biasValue) : Tensor();
  for (const Tensor *p : {&scale, &bias})
    if (*p &&
        broadcastShapes(x.getShape(), p->getShape()) != Shape(x.getShape()))
      return eval.error(op)
             << p->shapeText() << " does not broadcast to " << x.shapeText();
  std::vector<double> y = x.toDoubles();
  int64_t width = countOf(x.getShape().drop_front(axis));
  for (int64_t start = 0; start < x.getCount(); start += width)
    normalizeRow(MutableArrayRef(y).slice(start, width), epsilon, centered);
  Shape scaleStrides = broadcastStrides(scale.getShape(), x.getShape());
  Shape biasStrides;
  if (bias)
    biasStrides = broadcastStrides(bias.getShape(), x.getShape());
  int64_t at = 0;
  forEachIndex(x.getShape(), [&](ArrayRef<int64_t> index) {
    y[at] *= scale.getDouble(positionOf(index, scaleStrides));
    if (bias)
      y[at] += bias.getDouble(positionOf(index, biasStrides));
    ++at;
  });
  eval.set(op->getResult(0),
           Tensor::ofDoubles(x.getElement(), x.getShape(), y));
  return success();
}

LogicalResult LayerNormOp::interpret(Evaluation &eval) {
  return normalize(eval, *this, getX(), getScale(), getBias(), getAxis(),
                   getEpsilon().convertToDouble(), /*centered=*/true);
}

LogicalResult RMSNormOp::interpret(Evaluation &eval) {
  return normalize(eval, *this, getX(), getScale(), Value(), getAxis(),
                   getEpsilon().convertToDouble(), /*centered=*/false);
}
