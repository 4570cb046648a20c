//===- UpstreamLinalg.cpp - linalg ops, a point at a time ------------------===//
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

// Sizes of the loops, from the shapes of all operands.
static FailureOr<Shape> loopSizes(linalg::LinalgOp op, Evaluation &eval) {
  Shape sizes(op.getNumLoops(), -1);
  for (OpOperand &operand : op->getOpOperands()) {
    auto *tensor = std::get_if<Tensor>(&eval.datum(operand.get()));
    if (!tensor)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [i, expr] : llvm::enumerate(map.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
        int64_t &size = sizes[dim.getPosition()];
        if (size >= 0 && size != tensor->getDim(i))
          return eval.error(op)
                 << "operand " << operand.getOperandNumber() << " has size "
                 << tensor->getDim(i) << " where another has " << size;
        size = tensor->getDim(i);
      }
  }
  for (auto [i, size] : llvm::enumerate(sizes))
    if (size < 0)
      return eval.error(op) << "the size of loop " << i << " is not known";
  return sizes;
}

static LogicalResult interpretStructured(linalg::LinalgOp op,
                                         Evaluation &eval) {
  auto sizes = loopSizes(op, eval);
  if (failed(sizes))
    return failure();
  SmallVector<Datum> operands;
  SmallVector<AffineMap> maps;
  for (OpOperand &operand : op->getOpOperands()) {
    if (isa<MemRefType>(operand.get().getType()))
      return eval.error(op) << "is interpreted on tensors only";
    operands.push_back(op.isDpsInit(&operand)
                           ? Datum(eval.take(operand.get(), op))
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
      auto *tensor = std::get_if<Tensor>(&operand);
      if (!tensor) {
        arguments.push_back(operand);
        positions.push_back(0);
        continue;
      }
      auto index = applyMap(map, point);
      bool inside = index.has_value();
      for (size_t i = 0; inside && i < index->size(); ++i)
        inside = (*index)[i] >= 0 && (*index)[i] < tensor->getDim(i);
      if (!inside) {
        status = eval.error(op) << "reads outside an operand at point "
                                << shapeText(point);
        return;
      }
      positions.push_back(
          positionOf(*index, stridesOf(tensor->getShape())));
      arguments.push_back(tensor->get(positions.back()));
    }
    auto results = eval.run(op->getRegion(0), arguments);
    if (failed(results)) {
      status = failure();
      return;
    }
    for (auto [i, result] : llvm::enumerate(*results))
      std::get<Tensor>(operands[firstInit + i])
          .set(positions[firstInit + i], std::get<Scalar>(result));
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
