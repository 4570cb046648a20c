//===- UpstreamTensors.cpp - the tensor dialect ---------------------------===//
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/Upstream.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace sinter;

Shape sinter::evaluateSizes(Evaluation &eval, ArrayRef<OpFoldResult> sizes) {
  Shape values;
  for (OpFoldResult size : sizes) {
    auto constant = getConstantIntValue(size);
    values.push_back(constant ? *constant : eval.index(cast<Value>(size)));
  }
  return values;
}

// True when a walk along each dimension stays inside `shape`.
static bool liesInside(ArrayRef<int64_t> shape, ArrayRef<int64_t> offsets,
                       ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides) {
  for (size_t i = 0; i < shape.size(); ++i) {
    if (sizes[i] < 0)
      return false;
    if (sizes[i] == 0)
      continue;
    int64_t last = offsets[i] + (sizes[i] - 1) * strides[i];
    if (offsets[i] < 0 || last < 0 || offsets[i] >= shape[i] ||
        last >= shape[i])
      return false;
  }
  return true;
}

static InFlightDiagnostic outside(Evaluation &eval, Operation *op,
                                  ArrayRef<int64_t> offsets,
                                  ArrayRef<int64_t> sizes,
                                  ArrayRef<int64_t> shape) {
  return eval.error(op) << "slice at " << shapeText(offsets) << " of "
                        << shapeText(sizes) << " leaves " << shapeText(shape);
}

// Positions in `shape` of the elements of a slice, in the slice's order.
static void forEachPosition(ArrayRef<int64_t> shape, ArrayRef<int64_t> offsets,
                            ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides,
                            llvm::function_ref<void(int64_t)> visit) {
  Shape scaled = stridesOf(shape);
  int64_t start = positionOf(offsets, scaled);
  for (size_t i = 0; i < scaled.size(); ++i)
    scaled[i] *= strides[i];
  forEachIndex(sizes, [&](ArrayRef<int64_t> index) {
    visit(start + positionOf(index, scaled));
  });
}

LogicalResult sinter::insertSlice(Evaluation &eval, Operation *op,
                                  const Tensor &from, ArrayRef<int64_t> offsets,
                                  ArrayRef<int64_t> sizes,
                                  ArrayRef<int64_t> strides, Tensor &to,
                                  const Tensor *before,
                                  std::vector<int64_t> *written) {
  if (!liesInside(to.getShape(), offsets, sizes, strides))
    return outside(eval, op, offsets, sizes, to.getShape());
  if (countOf(sizes) != from.getCount())
    return eval.error(op) << "inserts " << from.shapeText() << " as "
                          << shapeText(sizes);
  int64_t next = 0, size = getElementSize(from.getKind());
  forEachPosition(to.getShape(), offsets, sizes, strides, [&](int64_t at) {
    int64_t source = next++;
    if (before && !std::memcmp(before->getData() + at * size,
                               from.getData() + source * size, size))
      return;
    to.copy(at, from, source);
    if (written)
      written->push_back(at);
  });
  return success();
}

static LogicalResult extractSlice(tensor::ExtractSliceOp op, Evaluation &eval) {
  Tensor from = eval.tensor(op.getSource());
  Shape offsets = evaluateSizes(eval, op.getMixedOffsets());
  Shape sizes = evaluateSizes(eval, op.getMixedSizes());
  Shape strides = evaluateSizes(eval, op.getMixedStrides());
  if (!liesInside(from.getShape(), offsets, sizes, strides))
    return outside(eval, op, offsets, sizes, from.getShape());
  auto dropped = op.getDroppedDims();
  Shape shape;
  for (size_t i = 0; i < sizes.size(); ++i)
    if (!dropped.test(i))
      shape.push_back(sizes[i]);
  Tensor result(from.getElement(), shape);
  int64_t next = 0;
  forEachPosition(from.getShape(), offsets, sizes, strides,
                  [&](int64_t at) { result.copy(next++, from, at); });
  eval.set(op, std::move(result));
  return success();
}

// What nothing has been written to: NaN, or a number that stands out.
static Tensor uninitialized(Type element, ArrayRef<int64_t> shape) {
  Tensor result(element, shape);
  for (int64_t i = 0; i < result.getCount(); ++i)
    if (isFloat(result.getKind()))
      result.setDouble(i, std::nan(""));
    else
      result.setInt(i, 0x5a5a5a5a5a5a5a5a);
  return result;
}

static FailureOr<int64_t> elementPosition(Evaluation &eval, Operation *op,
                                          const Tensor &tensor,
                                          ValueRange indices) {
  Shape index;
  for (auto [i, value] : llvm::enumerate(indices)) {
    index.push_back(eval.index(value));
    if (index[i] < 0 || index[i] >= tensor.getDim(i))
      return eval.error(op) << "index " << index[i] << " is outside 0 .. "
                            << tensor.getDim(i) - 1;
  }
  return positionOf(index, stridesOf(tensor.getShape()));
}

static LogicalResult reshape(Evaluation &eval, Operation *op, Value source,
                             ArrayRef<int64_t> shape) {
  Tensor from = eval.take(source, op);
  if (countOf(shape) != from.getCount())
    return eval.error(op) << "reshapes " << from.shapeText() << " to "
                          << shapeText(shape);
  eval.set(op->getResult(0), from.reshaped(shape));
  return success();
}

static LogicalResult collapse(tensor::CollapseShapeOp op, Evaluation &eval) {
  Tensor from = eval.tensor(op.getSrc());
  Shape shape;
  for (auto &group : op.getReassociationIndices()) {
    shape.push_back(1);
    for (int64_t i : group)
      shape.back() *= from.getDim(i);
  }
  return reshape(eval, op, op.getSrc(), shape);
}

// The region gives the value of elements outside the source.
static LogicalResult pad(tensor::PadOp op, Evaluation &eval) {
  Tensor from = eval.tensor(op.getSource());
  Shape low = evaluateSizes(eval, op.getMixedLowPad());
  Shape high = evaluateSizes(eval, op.getMixedHighPad()), shape;
  for (int64_t i = 0; i < from.getRank(); ++i)
    shape.push_back(low[i] + from.getDim(i) + high[i]);
  if (failed(eval.checkFits(op, from.getElement(), shape)))
    return failure();
  Tensor result(from.getElement(), shape);
  Shape strides = stridesOf(from.getShape());
  LogicalResult status = success();
  int64_t at = 0;
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    if (failed(status))
      return;
    Shape source;
    bool inside = true;
    for (size_t i = 0; i < index.size(); ++i) {
      source.push_back(index[i] - low[i]);
      inside &= source[i] >= 0 && source[i] < from.getDim(i);
    }
    if (inside) {
      result.copy(at++, from, positionOf(source, strides));
      return;
    }
    Data arguments;
    for (int64_t i : index)
      arguments.push_back(Scalar::ofIndex(i));
    auto value = eval.run(op.getRegion(), arguments);
    if (failed(value))
      status = failure();
    else
      result.set(at++, std::get<Scalar>(value->front()));
  });
  if (succeeded(status))
    eval.set(op, std::move(result));
  return status;
}

std::optional<LogicalResult> sinter::interpretTensors(Operation *op,
                                                      Evaluation &eval) {
  using Result = std::optional<LogicalResult>;
  auto allocate = [&](Operation *op, ArrayRef<int64_t> shape) {
    return eval.checkFits(op, getElementTypeOrSelf(op->getResult(0).getType()),
                          shape);
  };
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](tensor::EmptyOp empty) -> Result {
        Shape shape = evaluateSizes(eval, empty.getMixedSizes());
        if (failed(allocate(op, shape)))
          return failure();
        eval.set(empty, uninitialized(empty.getType().getElementType(), shape));
        return success();
      })
      .Case([&](tensor::DimOp dim) -> Result {
        Tensor source = eval.tensor(dim.getSource());
        int64_t i = eval.index(dim.getIndex());
        if (i < 0 || i >= source.getRank())
          return eval.error(op) << "there is no dimension " << i;
        eval.set(dim, Scalar::ofIndex(source.getDim(i)));
        return success();
      })
      .Case([&](tensor::ExtractOp extract) -> Result {
        Tensor from = eval.tensor(extract.getTensor());
        auto at = elementPosition(eval, op, from, extract.getIndices());
        if (failed(at))
          return failure();
        eval.set(extract, from.get(*at));
        return success();
      })
      .Case([&](tensor::InsertOp insert) -> Result {
        Tensor to = eval.take(insert.getDest(), op);
        auto at = elementPosition(eval, op, to, insert.getIndices());
        if (failed(at))
          return failure();
        to.set(*at, eval.scalar(insert.getScalar()));
        eval.set(insert, std::move(to));
        return success();
      })
      .Case([&](tensor::FromElementsOp from) -> Result {
        auto type = cast<RankedTensorType>(from.getType());
        Tensor result(type.getElementType(), type.getShape());
        for (auto [i, element] : llvm::enumerate(from.getElements()))
          result.set(i, eval.scalar(element));
        eval.set(from, std::move(result));
        return success();
      })
      .Case([&](tensor::SplatOp splat) -> Result {
        Shape shape(splat.getType().getShape());
        unsigned next = 0;
        for (int64_t &size : shape)
          if (ShapedType::isDynamic(size))
            size = eval.index(splat.getDynamicSizes()[next++]);
        if (failed(allocate(op, shape)))
          return failure();
        Tensor result(splat.getType().getElementType(), shape);
        for (int64_t i = 0; i < result.getCount(); ++i)
          result.set(i, eval.scalar(splat.getInput()));
        eval.set(splat, std::move(result));
        return success();
      })
      .Case([&](tensor::ExtractSliceOp slice) -> Result {
        return extractSlice(slice, eval);
      })
      .Case([&](tensor::InsertSliceOp insert) -> Result {
        Tensor to = eval.take(insert.getDest(), op);
        if (failed(insertSlice(eval, op, eval.tensor(insert.getSource()),
                               evaluateSizes(eval, insert.getMixedOffsets()),
                               evaluateSizes(eval, insert.getMixedSizes()),
                               evaluateSizes(eval, insert.getMixedStrides()),
                               to)))
          return failure();
        eval.set(insert, std::move(to));
        return success();
      })
      .Case([&](tensor::CollapseShapeOp shape) -> Result {
        return collapse(shape, eval);
      })
      .Case([&](tensor::ExpandShapeOp expand) -> Result {
        return reshape(eval, op, expand.getSrc(),
                       evaluateSizes(eval, expand.getMixedOutputShape()));
      })
      .Case([&](tensor::CastOp cast) -> Result {
        eval.set(cast, eval.take(cast.getSource(), op));
        return success();
      })
      .Case([&](tensor::PadOp padding) -> Result { return pad(padding, eval); })
      .Default([](Operation *) { return Result(); });
}
