//===- KnownValues.cpp - small tensors that constants decide --------------===//
#include "lib/Importer/KnownValues.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace sinter;

namespace {
class KnownValues {
public:
  std::optional<Tensor> find(Value value, unsigned depth = 0);

private:
  std::optional<Tensor> evaluate(Operation *op, unsigned depth);
  static bool isSmall(Operation *op, ArrayRef<Tensor> operands);

  llvm::DenseMap<Value, std::optional<Tensor>> found;
};
} // namespace

static constexpr int64_t maxElements = 8 << 10; // of 64 bits: 64 KiB
static constexpr unsigned maxDepth = 32;
static constexpr size_t maxOps = 256;

// Before it is evaluated: sizes in a model's file may be any.
bool KnownValues::isSmall(Operation *op, ArrayRef<Tensor> operands) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type)
    return false;
  if (type.hasStaticShape()) {
    auto bytes = getTensorBytes(type);
    return bytes && *bytes <= maxElements * 8;
  }
  if (isa<RangeOp>(op)) {
    double start = operands[0].getDouble(0), limit = operands[1].getDouble(0),
           step = operands[2].getDouble(0);
    return std::abs(limit - start) <= std::abs(step) * double(maxElements);
  }
  if (isa<ReshapeOp, TransposeOp, SliceOp, ConcatOp>(op))
    return op->getNumOperands() <= maxOps; // elements of the operands
  if (!isa<ElementwiseOpInterface>(op))
    return false;
  Shape shape;
  for (const Tensor &operand : operands) {
    auto both = broadcastShapes(shape, operand.getShape());
    if (!both)
      return false;
    shape = *both;
  }
  double elements = 1;
  for (int64_t size : shape)
    elements *= double(size);
  return elements <= double(maxElements);
}

std::optional<Tensor> KnownValues::evaluate(Operation *op, unsigned depth) {
  if (auto constant = dyn_cast<ConstantOp>(op))
    return Tensor::ofAttr(constant.getValue());
  if (!isComputation(op))
    return std::nullopt;
  SmallVector<Tensor> operands;
  for (Value operand : op->getOperands()) {
    auto known = find(operand, depth + 1);
    if (!known)
      return std::nullopt;
    operands.push_back(*known);
  }
  return isSmall(op, operands) ? tryEvaluate(op, operands) : std::nullopt;
}

std::optional<Tensor> KnownValues::find(Value value, unsigned depth) {
  Operation *op = value.getDefiningOp();
  if (!op || depth > maxDepth || found.size() >= maxOps)
    return std::nullopt;
  if (auto known = found.find(value); known != found.end())
    return known->second;
  auto tensor = evaluate(op, depth);
  found[value] = tensor;
  return tensor;
}

DenseElementsAttr sinter::getKnownElements(Value value) {
  auto tensor = value ? KnownValues().find(value) : std::nullopt;
  if (!tensor)
    return {};
  return tensor->toAttr(
      RankedTensorType::get(tensor->getShape(), tensor->getElement()));
}
