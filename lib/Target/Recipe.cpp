//===- Recipe.cpp - a weight's values from its recipe ---------------------===//
#include "lib/Target/Recipe.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "lib/Target/ConvertFloats.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;

namespace {
class RecipeEvaluator {
public:
  explicit RecipeEvaluator(ParamReader &params) : params(params) {}

  FailureOr<StridedView> get(Value value);

private:
  FailureOr<StridedView> compute(Operation *op);
  FailureOr<StridedView> readParam(ParamOp op);
  FailureOr<StridedView> slice(SliceOp op);
  FailureOr<StridedView> concat(ConcatOp op);
  FailureOr<StridedView> cast(CastOp op);
  FailureOr<StridedView> pack(PackOp op);
  FailureOr<StridedView> interpret(Operation *op);

  ParamReader &params;
  llvm::DenseMap<Value, StridedView> known;
};
} // namespace

static StridedView allocate(RankedTensorType type) {
  std::shared_ptr<char[]> buffer(new char[*getTensorBytes(type)]());
  return StridedView::contiguous(buffer.get(),
                                 getElementBytes(type.getElementType()),
                                 type.getShape(), buffer);
}

FailureOr<StridedView> RecipeEvaluator::get(Value value) {
  auto it = known.find(value);
  if (it != known.end())
    return it->second;
  auto view = compute(value.getDefiningOp());
  if (failed(view))
    return failure();
  known[value] = *view;
  return *view;
}

FailureOr<StridedView> RecipeEvaluator::compute(Operation *op) {
  using Result = FailureOr<StridedView>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](ParamOp param) { return readParam(param); })
      .Case([&](TransposeOp transpose) -> Result {
        auto x = get(transpose.getX());
        if (failed(x))
          return failure();
        StridedView y = *x;
        for (auto [i, p] : llvm::enumerate(transpose.getPerm())) {
          y.sizes[i] = x->sizes[p];
          y.strides[i] = x->strides[p];
        }
        return y;
      })
      .Case([&](ReshapeOp reshape) -> Result {
        auto x = get(reshape.getX());
        if (failed(x))
          return failure();
        StridedView dense = makeContiguous(*x);
        return StridedView::contiguous(dense.data, dense.elementBytes,
                                       tensorOf(reshape.getY()).getShape(),
                                       dense.owner);
      })
      .Case([&](SliceOp s) -> Result {
        return s.isResolved() ? slice(s) : interpret(s);
      })
      .Case([&](ConcatOp c) { return concat(c); })
      .Case([&](CastOp c) { return cast(c); })
      .Case([&](PackOp p) { return pack(p); })
      .Default([&](Operation *other) { return interpret(other); });
}

FailureOr<StridedView> RecipeEvaluator::readParam(ParamOp op) {
  auto type = tensorOf(op.getY());
  auto bytes = params.read(op.getFile(), op.getOffset(), op.getBytes(),
                           type.getElementType());
  if (!bytes)
    return op.emitError("weight '")
           << op.getName() << "': " << llvm::toString(bytes.takeError());
  // Mapped bytes may lie at any address; typed loops want aligned elements.
  int64_t size = getElementBytes(type.getElementType());
  if (reinterpret_cast<uintptr_t>(bytes->data.data()) % size) {
    StridedView copy = allocate(type);
    std::memcpy(const_cast<char *>(copy.data), bytes->data.data(),
                bytes->data.size());
    return copy;
  }
  return StridedView::contiguous(bytes->data.data(), size, type.getShape(),
                                 bytes->owner);
}

FailureOr<StridedView> RecipeEvaluator::slice(SliceOp op) {
  auto x = get(op.getX());
  if (failed(x))
    return failure();
  StridedView y = *x;
  int64_t offset = 0;
  for (int64_t i = 0; i < rankOf(op.getX()); ++i) {
    auto first = op.getOffsets()->getDim(i).getConstant();
    if (!first)
      return op.emitError("a recipe's slice must have constant offsets");
    offset += *first * x->strides[i];
    y.sizes[i] = tensorOf(op.getY()).getDimSize(i);
    y.strides[i] = x->strides[i] * (*op.getStrides())[i];
  }
  y.data += offset * y.elementBytes;
  return y;
}

FailureOr<StridedView> RecipeEvaluator::concat(ConcatOp op) {
  StridedView y = allocate(tensorOf(op.getY()));
  int64_t at = 0;
  for (Value part : op.getXs()) {
    auto x = get(part);
    if (failed(x))
      return failure();
    char *to = const_cast<char *>(y.data) +
               at * y.strides[op.getAxis()] * y.elementBytes;
    copyStrided(*x, to, y.strides);
    at += x->sizes[op.getAxis()];
  }
  return y;
}

FailureOr<StridedView> RecipeEvaluator::cast(CastOp op) {
  auto x = get(op.getX());
  if (failed(x))
    return failure();
  if (auto y = convertFloats(*x, elementOf(op.getX()), elementOf(op.getY())))
    return *y;
  return interpret(op);
}

// y[p, q, j * I + i] = x[q * I + i, p * lanes + j]: whole panels of whole
// groups as one strided copy, then what is left of the columns, the rows and
// both; the rest stays 0.
static void packMatrix(const StridedView &x, const StridedView &y,
                       int64_t lanes, int64_t interleave) {
  int64_t depth = x.sizes[0], width = x.sizes[1];
  SmallVector<int64_t, 4> to{y.strides[0], y.strides[1], interleave, 1};
  // `panels` x `groups` from element (row, column) on, each of them `columns` x
  // `rows` elements.
  auto copy = [&](int64_t row, int64_t column, int64_t panels, int64_t groups,
                  int64_t columns, int64_t rows) {
    StridedView part = x;
    part.data += (row * x.strides[0] + column * x.strides[1]) * x.elementBytes;
    part.sizes = {panels, groups, columns, rows};
    part.strides = {x.strides[1] * lanes, x.strides[0] * interleave,
                    x.strides[1], x.strides[0]};
    int64_t at = column / lanes * to[0] + row / interleave * to[1];
    copyStrided(part, const_cast<char *>(y.data) + at * y.elementBytes, to);
  };
  int64_t panels = width / lanes, groups = depth / interleave;
  int64_t columns = width % lanes, rows = depth % interleave;
  copy(0, 0, panels, groups, lanes, interleave);
  if (columns)
    copy(0, width - columns, 1, groups, columns, interleave);
  if (rows)
    copy(depth - rows, 0, panels, 1, lanes, rows);
  if (columns && rows)
    copy(depth - rows, width - columns, 1, 1, columns, rows);
}

FailureOr<StridedView> RecipeEvaluator::pack(PackOp op) {
  auto x = get(op.getX());
  if (failed(x))
    return failure();
  StridedView y = allocate(tensorOf(op.getY()));
  int64_t lanes = op.getLanes(), interleave = op.getInterleave();
  if (x->sizes.size() == 2) {
    packMatrix(*x, y, lanes, interleave);
    return y;
  }
  auto matrix = [](const StridedView &all, int64_t i) {
    StridedView one = all;
    one.data += i * all.strides[0] * all.elementBytes;
    one.sizes.erase(one.sizes.begin());
    one.strides.erase(one.strides.begin());
    return one;
  };
  for (int64_t i = 0; i < x->sizes[0]; ++i)
    packMatrix(matrix(*x, i), matrix(y, i), lanes, interleave);
  return y;
}

FailureOr<StridedView> RecipeEvaluator::interpret(Operation *op) {
  SmallVector<Tensor> operands;
  for (Value operand : op->getOperands()) {
    auto x = get(operand);
    if (failed(x))
      return failure();
    StridedView dense = makeContiguous(*x);
    operands.push_back(
        Tensor(elementOf(operand), dense.sizes, dense.data, dense.owner));
  }
  EvaluationOptions options;
  options.params = &params;
  auto results = evaluateOp(op, operands, options);
  if (failed(results))
    return failure();
  const Tensor &tensor = results->front();
  return StridedView::contiguous(tensor.getData(),
                                 getElementBytes(tensor.getElement()),
                                 tensor.getShape(), tensor.getOwner());
}

FailureOr<StridedView> sinter::evaluateRecipe(Region &entry,
                                              ParamReader &params) {
  RecipeEvaluator evaluator(params);
  return evaluator.get(
      cast<YieldOp>(entry.front().getTerminator()).getValues()[0]);
}
