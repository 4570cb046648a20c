//===- UpstreamControl.cpp - scf, and who interprets what -----------------===//
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/Upstream.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace sinter;

static void setResults(Operation *op, Data &values, Evaluation &eval) {
  for (auto [result, value] : llvm::zip_equal(op->getResults(), values))
    eval.set(result, std::move(value));
}

static LogicalResult interpretFor(scf::ForOp op, Evaluation &eval) {
  int64_t from = eval.index(op.getLowerBound());
  int64_t to = eval.index(op.getUpperBound()), by = eval.index(op.getStep());
  ElementKind kind = eval.scalar(op.getLowerBound()).kind;
  if (by <= 0)
    return eval.error(op) << "steps by " << by;
  Data carried;
  for (Value init : op.getInitArgs())
    carried.push_back(isa<RankedTensorType>(init.getType())
                          ? Datum(eval.take(init, op))
                          : eval.datum(init));
  for (int64_t i = from; i < to; i += by) {
    Data arguments{Scalar::ofInt(kind, i)};
    llvm::append_range(arguments, carried);
    carried.clear(); // so that bytes have one owner
    auto next = eval.run(op.getRegion(), std::move(arguments));
    if (failed(next))
      return failure();
    carried = std::move(*next);
  }
  setResults(op, carried, eval);
  return success();
}

static LogicalResult interpretWhile(scf::WhileOp op, Evaluation &eval) {
  Data carried;
  for (Value init : op.getInits())
    carried.push_back(eval.datum(init));
  while (true) {
    auto condition = eval.run(op.getBefore(), std::move(carried));
    if (failed(condition))
      return failure();
    bool more = std::get<Scalar>(condition->front()).integer;
    condition->erase(condition->begin());
    if (!more) {
      setResults(op, *condition, eval);
      return success();
    }
    auto next = eval.run(op.getAfter(), std::move(*condition));
    if (failed(next))
      return failure();
    carried = std::move(*next);
  }
}

static LogicalResult interpretIf(scf::IfOp op, Evaluation &eval) {
  Region &region = eval.scalar(op.getCondition()).integer ? op.getThenRegion()
                                                          : op.getElseRegion();
  Data values;
  if (!region.empty()) {
    auto results = eval.run(region, {});
    if (failed(results))
      return failure();
    values = std::move(*results);
  }
  setResults(op, values, eval);
  return success();
}

// Members run one after the other. Each sees the destinations as they were
// before; an element that two members change is an error.
static LogicalResult interpretForall(scf::ForallOp op, Evaluation &eval) {
  Shape lower = evaluateSizes(eval, op.getMixedLowerBound());
  Shape upper = evaluateSizes(eval, op.getMixedUpperBound());
  Shape steps = evaluateSizes(eval, op.getMixedStep()), counts;
  for (auto [from, to, by] : llvm::zip_equal(lower, upper, steps)) {
    if (by <= 0)
      return eval.error(op) << "steps by " << by;
    counts.push_back(to > from ? (to - from - 1) / by + 1 : 0);
  }
  Data before;
  SmallVector<Tensor> after;
  std::vector<std::vector<bool>> touched;
  for (Value output : op.getOutputs()) {
    before.push_back(eval.datum(output));
    after.push_back(eval.tensor(output));
    touched.emplace_back(after.back().getCount(), false);
  }
  LogicalResult result = success();
  forEachIndex(counts, [&](ArrayRef<int64_t> member) {
    if (failed(result))
      return;
    Data arguments;
    for (auto [i, m] : llvm::enumerate(member))
      arguments.push_back(Scalar::ofIndex(lower[i] + m * steps[i]));
    llvm::append_range(arguments, before);
    if (failed(eval.run(op.getRegion(), arguments))) {
      result = failure();
      return;
    }
    for (Operation &yield : op.getTerminator().getYieldingOps()) {
      auto insert = dyn_cast<tensor::ParallelInsertSliceOp>(yield);
      if (!insert) {
        result = eval.error(&yield) << "has no meaning in the interpreter";
        return;
      }
      unsigned output =
          cast<BlockArgument>(insert.getDest()).getArgNumber() - counts.size();
      std::vector<int64_t> written;
      result = insertSlice(eval, &yield, eval.tensor(insert.getSource()),
                           evaluateSizes(eval, insert.getMixedOffsets()),
                           evaluateSizes(eval, insert.getMixedSizes()),
                           evaluateSizes(eval, insert.getMixedStrides()),
                           after[output], &std::get<Tensor>(before[output]),
                           &written);
      if (failed(result))
        return;
      for (int64_t at : written) {
        if (touched[output][at]) {
          result = eval.error(&yield)
                   << "changes element " << at << " a second time";
          return;
        }
        touched[output][at] = true;
      }
    }
  });
  if (failed(result))
    return failure();
  for (auto [value, output] : llvm::zip_equal(op.getResults(), after))
    eval.set(value, std::move(output));
  return success();
}

std::optional<LogicalResult> sinter::interpretControl(Operation *op,
                                                      Evaluation &eval) {
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return interpretFor(loop, eval);
  if (auto loop = dyn_cast<scf::WhileOp>(op))
    return interpretWhile(loop, eval);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return interpretIf(branch, eval);
  if (auto loop = dyn_cast<scf::ForallOp>(op))
    return interpretForall(loop, eval);
  return std::nullopt;
}

LogicalResult sinter::interpretUpstream(Operation *op, Evaluation &eval) {
  for (auto interpret : {interpretScalars, interpretTensors, interpretLinalg,
                         interpretControl, interpretMemory})
    if (auto result = interpret(op, eval))
      return *result;
  return eval.error(op) << "has no meaning in the interpreter";
}
