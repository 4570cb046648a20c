//===- Shapes.cpp - reshape, broadcast, transpose, concat, shape values ---===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

// ONNX Reshape: 0 copies a size of x (unless allowzero), one -1 takes the rest.
static FailureOr<Shape> reshapeBy(Evaluation &eval, ReshapeOp op,
                                  const Tensor &x, const Tensor &wanted) {
  Shape shape;
  int64_t open = -1, known = 1;
  for (int64_t i = 0; i < wanted.getCount(); ++i) {
    int64_t size = wanted.getInt(i);
    if (size == 0 && !op.getAllowzero()) {
      if (i >= x.getRank())
        return eval.error(op)
               << "copies size " << i << " of a tensor of rank " << x.getRank();
      size = x.getDim(i);
    }
    if (size < -1 || (size == -1 && open >= 0))
      return eval.error(op)
             << "cannot reshape to " << shapeText(wanted.toInts());
    if (size == -1)
      open = i;
    else if (llvm::MulOverflow(known, size, known))
      return eval.error(op) << "reshapes to too many elements";
    shape.push_back(size);
  }
  if (open >= 0) {
    if (known == 0 || x.getCount() % known)
      return eval.error(op) << x.getCount() << " elements do not fill "
                            << shapeText(wanted.toInts());
    shape[open] = x.getCount() / known;
  }
  return shape;
}

LogicalResult ReshapeOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX());
  FailureOr<Shape> shape =
      getShape() ? reshapeBy(eval, *this, x, eval.tensor(getShape()))
                 : eval.resultShape(*this, getType(), x.getCount());
  if (failed(shape))
    return failure();
  if (countOf(*shape) != x.getCount())
    return eval.error(*this)
           << "reshapes " << x.shapeText() << " to " << shapeText(*shape);
  eval.set(getY(), x.reshaped(*shape));
  return success();
}

// Elements of x read along `shape` by `strides` from `start`.
static Tensor gatherStrided(const Tensor &x, ArrayRef<int64_t> shape,
                            ArrayRef<int64_t> strides, int64_t start = 0) {
  Tensor result(x.getElement(), shape);
  int64_t at = 0;
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    result.copy(at++, x, start + positionOf(index, strides));
  });
  return result;
}

LogicalResult BroadcastToOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX());
  Shape wanted;
  if (getShape()) {
    for (int64_t size : eval.tensor(getShape()).toInts())
      wanted.push_back(size);
  } else {
    auto shape = eval.resultShape(*this, getType());
    if (failed(shape))
      return failure();
    wanted = *shape;
  }
  auto shape = broadcastShapes(x.getShape(), wanted);
  if (!shape || (!getShape() && *shape != wanted))
    return eval.error(*this)
           << x.shapeText() << " does not broadcast to " << shapeText(wanted);
  if (failed(eval.checkFits(*this, x.getElement(), *shape)))
    return failure();
  eval.set(getY(),
           gatherStrided(x, *shape, broadcastStrides(x.getShape(), *shape)));
  return success();
}

LogicalResult TransposeOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX());
  Shape own = stridesOf(x.getShape()), shape, strides;
  for (int64_t p : getPerm()) {
    shape.push_back(x.getDim(p));
    strides.push_back(own[p]);
  }
  eval.set(getY(), gatherStrided(x, shape, strides));
  return success();
}

LogicalResult ConcatOp::interpret(Evaluation &eval) {
  SmallVector<Tensor> parts;
  for (Value x : getXs())
    parts.push_back(eval.tensor(x));
  uint64_t axis = getAxis();
  Shape shape(parts[0].getShape());
  shape[axis] = 0;
  for (Tensor &part : parts) {
    for (auto [i, size] : llvm::enumerate(part.getShape()))
      if (i != axis && size != shape[i])
        return eval.error(*this) << "cannot join " << parts[0].shapeText()
                                 << " and " << part.shapeText();
    shape[axis] += part.getDim(axis);
  }
  if (failed(eval.checkFits(*this, parts[0].getElement(), shape)))
    return failure();
  Tensor result(parts[0].getElement(), shape);
  Shape strides = stridesOf(shape);
  int64_t start = 0;
  for (Tensor &part : parts) {
    int64_t from = 0;
    forEachIndex(part.getShape(), [&](ArrayRef<int64_t> index) {
      result.copy(start + positionOf(index, strides), part, from++);
    });
    start += part.getDim(axis) * strides[axis];
  }
  eval.set(getY(), std::move(result));
  return success();
}

LogicalResult ShapeOfOp::interpret(Evaluation &eval) {
  auto sizes = eval.tensor(getX());
  eval.set(getY(),
           Tensor::ofInts(
               cast<RankedTensorType>(getType()).getElementType(),
               {int64_t(getEnd() - getStart())},
               sizes.getShape().slice(getStart(), getEnd() - getStart())));
  return success();
}

LogicalResult SymbolicOp::interpret(Evaluation &eval) {
  auto type = cast<RankedTensorType>(getType());
  SmallVector<int64_t> values;
  for (unsigned i = 0; i < getExprs().getExprs().size(); ++i) {
    auto value = eval.evaluate(getExprs().getDim(i));
    if (!value)
      return eval.error(*this)
             << "the value of '" << getExprs().getExprs()[i].getValue()
             << "' is not known";
    values.push_back(*value);
  }
  eval.set(getY(),
           Tensor::ofInts(type.getElementType(), type.getShape(), values));
  return success();
}

// ONNX Range: max(ceil((limit - start) / delta), 0) elements.
LogicalResult RangeOp::interpret(Evaluation &eval) {
  Type element = cast<RankedTensorType>(getType()).getElementType();
  Scalar start = eval.tensor(getStart()).get(0);
  Scalar limit = eval.tensor(getLimit()).get(0);
  Scalar delta = eval.tensor(getDelta()).get(0);
  if (start.isFloat() ? delta.real == 0 : delta.integer == 0)
    return eval.error(*this) << "steps by 0";
  int64_t count = 0;
  if (start.isFloat()) {
    double exact = std::ceil((limit.real - start.real) / delta.real);
    if (!(exact <= 1e12))
      return eval.error(*this) << "has too many elements";
    count = std::max(exact, 0.0);
  } else if (isUnsigned(start.kind)) {
    uint64_t from = start.integer, to = limit.integer, by = delta.integer;
    count = to > from ? (to - from - 1) / by + 1 : 0;
  } else {
    bool up = delta.integer > 0;
    int64_t from = up ? start.integer : limit.integer;
    int64_t to = up ? limit.integer : start.integer;
    uint64_t by = up ? delta.integer : 0 - uint64_t(delta.integer);
    count = to > from ? (uint64_t(to) - uint64_t(from) - 1) / by + 1 : 0;
  }
  if (failed(eval.checkFits(*this, element, {count})))
    return failure();
  Tensor result(element, {count});
  for (int64_t i = 0; i < count; ++i) {
    if (start.isFloat())
      result.setDouble(i, start.real + double(i) * delta.real);
    else
      result.setInt(i, uint64_t(start.integer) +
                           uint64_t(i) * uint64_t(delta.integer));
  }
  eval.set(getY(), std::move(result));
  return success();
}

LogicalResult TriluOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), result = x.detached();
  int64_t k = getK() ? eval.tensor(getK()).getInt(0) : 0;
  int64_t at = 0, rank = x.getRank();
  Tensor zero(x.getElement(), {1});
  forEachIndex(x.getShape(), [&](ArrayRef<int64_t> index) {
    int64_t diagonal = index[rank - 1] - index[rank - 2];
    if (getUpper() ? diagonal < k : diagonal > k)
      result.copy(at, zero, 0);
    ++at;
  });
  eval.set(getY(), std::move(result));
  return success();
}
