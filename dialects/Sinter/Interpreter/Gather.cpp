//===- Gather.cpp - elements by index -------------------------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/Products.h"

using namespace mlir;
using namespace sinter;

// An index that may count from the end; nullopt when it is out of range.
static InFlightDiagnostic outOfRange(Evaluation &eval, Operation *op,
                                     int64_t index, int64_t size) {
  return eval.error(op) << "index " << index << " is outside " << -size
                        << " .. " << size - 1;
}

LogicalResult GatherOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), indices = eval.tensor(getIndices());
  int64_t axis = getAxis(), size = x.getDim(axis);
  ArrayRef<int64_t> in = x.getShape();
  Shape shape(in.take_front(axis));
  shape.append(indices.getShape().begin(), indices.getShape().end());
  shape.append(in.begin() + axis + 1, in.end());
  if (failed(eval.checkFits(*this, x.getElement(), shape)))
    return failure();
  int64_t outer = countOf(in.take_front(axis));
  int64_t inner = countOf(in.drop_front(axis + 1));
  Tensor result(x.getElement(), shape);
  int64_t to = 0;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < indices.getCount(); ++i) {
      auto at = wrapIndex(indices.getInt(i), size);
      if (!at)
        return outOfRange(eval, *this, indices.getInt(i), size);
      for (int64_t e = 0; e < inner; ++e)
        result.copy(to++, x, (o * size + *at) * inner + e);
    }
  eval.set(getY(), std::move(result));
  return success();
}

LogicalResult CompressOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), mask = eval.tensor(getMask());
  int64_t axis = getAxis();
  Shape shape(x.getShape());
  if (mask.getCount() != shape[axis])
    return eval.error(*this)
           << "a mask of " << mask.shapeText() << " for " << x.shapeText();
  SmallVector<int64_t> kept;
  for (int64_t i = 0; i < mask.getCount(); ++i)
    if (mask.getInt(i))
      kept.push_back(i);
  int64_t size = shape[axis];
  shape[axis] = int64_t(kept.size());
  DimExpr count = dimsOf(getY())[axis];
  if (!count.isUnknown() && count.getSymbols().size() == 1)
    eval.bind(count.getSymbols()[0], shape[axis]);
  int64_t outer = countOf(x.getShape().take_front(axis));
  int64_t inner = countOf(x.getShape().drop_front(axis + 1));
  Tensor result(x.getElement(), shape);
  int64_t to = 0;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t at : kept)
      for (int64_t e = 0; e < inner; ++e)
        result.copy(to++, x, (o * size + at) * inner + e);
  eval.set(getY(), std::move(result));
  return success();
}

LogicalResult GatherNDOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), indices = eval.tensor(getIndices());
  int64_t batch = getBatchDims();
  ArrayRef<int64_t> in = x.getShape(), at = indices.getShape();
  int64_t depth = at.back();
  if (in.take_front(batch) != at.take_front(batch))
    return eval.error(*this) << "batch sizes of " << x.shapeText() << " and "
                             << indices.shapeText() << " differ";
  Shape shape(at.drop_back()), strides = stridesOf(in);
  shape.append(in.begin() + batch + depth, in.end());
  if (failed(eval.checkFits(*this, x.getElement(), shape)))
    return failure();
  int64_t batches = countOf(at.take_front(batch));
  int64_t tuples = countOf(at.drop_front(batch).drop_back());
  int64_t batchSize = countOf(in.drop_front(batch));
  int64_t inner = countOf(in.drop_front(batch + depth));
  Tensor result(x.getElement(), shape);
  int64_t to = 0;
  for (int64_t b = 0; b < batches; ++b)
    for (int64_t t = 0; t < tuples; ++t) {
      int64_t from = b * batchSize;
      for (int64_t d = 0; d < depth; ++d) {
        int64_t index = indices.getInt((b * tuples + t) * depth + d);
        auto wrapped = wrapIndex(index, in[batch + d]);
        if (!wrapped)
          return outOfRange(eval, *this, index, in[batch + d]);
        from += *wrapped * strides[batch + d];
      }
      for (int64_t e = 0; e < inner; ++e)
        result.copy(to++, x, from + e);
    }
  eval.set(getY(), std::move(result));
  return success();
}

// to[at] becomes what `kind` makes of it and from[source].
static void fold(Scatter kind, Type element, Tensor &to, int64_t at,
                 const Tensor &from, int64_t source) {
  if (kind == Scatter::write)
    return to.copy(at, from, source);
  auto choose = [&](auto a, auto b) {
    switch (kind) {
    case Scatter::add:
      return decltype(a)(a + b);
    case Scatter::mul:
      return decltype(a)(a * b);
    case Scatter::max:
      return a != a || a > b ? a : b;
    default:
      return a != a || a < b ? a : b;
    }
  };
  if (isa<FloatType>(element))
    to.setDouble(at, choose(to.getDouble(at), from.getDouble(source)));
  else if (element.isUnsignedInteger() || kind == Scatter::add ||
           kind == Scatter::mul) // unsigned sums wrap
    to.setInt(at, int64_t(choose(uint64_t(to.getInt(at)),
                                 uint64_t(from.getInt(source)))));
  else
    to.setInt(at, choose(to.getInt(at), from.getInt(source)));
}

LogicalResult ScatterNDOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), indices = eval.tensor(getIndices());
  Tensor updates = eval.tensor(getUpdates());
  ArrayRef<int64_t> in = x.getShape(), at = indices.getShape();
  int64_t depth = at.back(), tuples = countOf(at.drop_back());
  int64_t inner = countOf(in.drop_front(depth));
  Shape shape(at.drop_back()), strides = stridesOf(in);
  shape.append(in.begin() + depth, in.end());
  if (updates.getShape() != ArrayRef(shape))
    return eval.error(*this) << "updates " << updates.shapeText()
                             << " do not fit " << x.shapeText();
  Tensor result(x.getElement(), in);
  for (int64_t i = 0; i < x.getCount(); ++i)
    result.copy(i, x, i);
  for (int64_t t = 0; t < tuples; ++t) {
    int64_t to = 0;
    for (int64_t d = 0; d < depth; ++d) {
      int64_t index = indices.getInt(t * depth + d);
      auto wrapped = wrapIndex(index, in[d]);
      if (!wrapped)
        return outOfRange(eval, *this, index, in[d]);
      to += *wrapped * strides[d];
    }
    for (int64_t e = 0; e < inner; ++e)
      fold(getKind(), x.getElement(), result, to + e, updates, t * inner + e);
  }
  eval.set(getY(), std::move(result));
  return success();
}

// Row `id` of the transpose of what w packs is column `id`.
LogicalResult PackedGatherOp::interpret(Evaluation &eval) {
  Tensor w = eval.tensor(getW()), ids = eval.tensor(getIds());
  auto type = cast<RankedTensorType>(getType());
  int64_t depth = type.getShape().back(), rows = getRows();
  int64_t interleave = getInterleave(), lanes = w.getDim(2) / interleave;
  if (rows < 0 || rows > w.getDim(0) * lanes)
    return eval.error(*this) << rows << " rows do not fit " << w.shapeText();
  Shape shape(ids.getShape());
  shape.push_back(depth);
  if (failed(eval.checkFits(*this, type.getElementType(), shape)))
    return failure();
  Tensor result(type.getElementType(), shape);
  PackedIndex packed{depth, lanes, interleave};
  for (int64_t i = 0; i < ids.getCount(); ++i) {
    auto id = wrapIndex(ids.getInt(i), rows);
    if (!id)
      return outOfRange(eval, *this, ids.getInt(i), rows);
    for (int64_t k = 0; k < depth; ++k)
      result.setDouble(i * depth + k, w.getDouble(packed(k, *id)));
  }
  eval.set(getY(), std::move(result));
  return success();
}
