//===- UpstreamLinalg.cpp - linalg ops, a point at a time -----------------===//
//
// Any structured op is its iteration space in row-major order, its indexing
// maps and its region; named ones included.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/Upstream.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace sinter;

static ArrayRef<int64_t> shapeOf(const Datum &datum) {
  if (auto *tensor = std::get_if<Tensor>(&datum))
    return tensor->getShape();
  if (auto *memory = std::get_if<Memory>(&datum))
    return memory->sizes;
  return {};
}

// Sizes of the loops, from the shapes of all operands.
static FailureOr<Shape> loopSizes(linalg::LinalgOp op, Evaluation &eval) {
  Shape sizes(op.getNumLoops(), -1);
  for (OpOperand &operand : op->getOpOperands()) {
    ArrayRef<int64_t> shape = shapeOf(eval.datum(operand.get()));
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
        int64_t &size = sizes[dim.getPosition()];
        if (size >= 0 && size != shape[i])
          return eval.error(op)
                 << "operand " << operand.getOperandNumber() << " has size "
                 << shape[i] << " where another has " << size;
        size = shape[i];
      }
  }
  for (auto [i, size] : llvm::enumerate(sizes))
    if (size < 0)
      return eval.error(op) << "the size of loop " << i << " is not known";
  return sizes;
}

// Where an operand holds this index: a position of a tensor, a byte of memory.
static std::optional<int64_t> placeOf(const Datum &operand,
                                      ArrayRef<int64_t> index) {
  if (auto *memory = std::get_if<Memory>(&operand))
    return memory->find(index);
  auto *tensor = std::get_if<Tensor>(&operand);
  if (!tensor)
    return 0;
  for (size_t i = 0; i < index.size(); ++i)
    if (index[i] < 0 || index[i] >= tensor->getDim(i))
      return std::nullopt;
  return positionOf(index, stridesOf(tensor->getShape()));
}

static LogicalResult interpretStructured(linalg::LinalgOp op,
                                         Evaluation &eval) {
  auto sizes = loopSizes(op, eval);
  if (failed(sizes))
    return failure();
  SmallVector<Datum> operands;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : op->getOpOperands()) {
    bool isTensorInit = op.isDpsInit(&operand) &&
                        isa<RankedTensorType>(operand.get().getType());
    operands.push_back(isTensorInit ? Datum(eval.take(operand.get(), op))
                                    : eval.datum(operand.get()));
    maps.push_back(op.getMatchingIndexingMap(&operand));
  }
  unsigned firstInit = op.getNumDpsInputs();
  LogicalResult status = success();
  eval.loopIndices.emplace_back();
  forEachIndex(*sizes, [&](ArrayRef<int64_t> point) {
    if (failed(status))
      return;
    eval.loopIndices.back().assign(point.begin(), point.end());
    Data arguments;
    SmallVector<int64_t> positions;
    for (auto [operand, map] : llvm::zip_equal(operands, maps)) {
      auto index = applyMap(map, point);
      auto position = index ? placeOf(operand, *index) : std::nullopt;
      if (!position) {
        status = eval.error(op)
                 << "reads outside an operand at point " << shapeText(point);
        return;
      }
      positions.push_back(*position);
      if (auto *tensor = std::get_if<Tensor>(&operand))
        arguments.push_back(tensor->get(*position));
      else if (auto *memory = std::get_if<Memory>(&operand))
        arguments.push_back(memory->load(*position));
      else
        arguments.push_back(operand);
    }
    auto results = eval.run(op->getRegion(0), arguments);
    if (failed(results)) {
      status = failure();
      return;
    }
    Accessor::current.op = op; // no longer the region's last one
    for (auto [i, result] : llvm::enumerate(*results)) {
      int64_t position = positions[firstInit + i];
      Scalar value = std::get<Scalar>(result);
      if (auto *tensor = std::get_if<Tensor>(&operands[firstInit + i]))
        tensor->set(position, value);
      else
        std::get<Memory>(operands[firstInit + i]).store(position, value);
    }
  });
  eval.loopIndices.pop_back();
  if (failed(status))
    return failure();
  for (auto [i, result] : llvm::enumerate(op->getResults()))
    eval.set(result, std::move(operands[firstInit + i]));
  return success();
}

std::optional<LogicalResult> sinter::interpretLinalg(Operation *op,
                                                     Evaluation &eval) {
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    eval.set(index, Scalar::ofIndex(eval.loopIndices.back()[index.getDim()]));
    return success();
  }
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return interpretStructured(structured, eval);
  return std::nullopt;
}
