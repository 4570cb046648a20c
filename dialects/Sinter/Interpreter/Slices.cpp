//===- Slices.cpp - sinter.slice ------------------------------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace mlir;
using namespace sinter;

namespace {
// First element, step and count along each dimension.
struct Box {
  Shape starts, steps, sizes;
};
} // namespace

// ONNX Slice: negative starts and ends count from the end, then both are
// clamped to what a walk in the step's direction can reach.
static FailureOr<Box> boxOfOperands(Evaluation &eval, SliceOp op,
                                    const Tensor &x) {
  int64_t rank = x.getRank();
  Box box{Shape(rank, 0), Shape(rank, 1), Shape(x.getShape())};
  std::vector<int64_t> starts = eval.tensor(op.getStarts()).toInts();
  std::vector<int64_t> ends = eval.tensor(op.getEnds()).toInts(), axes, steps;
  int64_t n = starts.size();
  if (op.getAxes())
    axes = eval.tensor(op.getAxes()).toInts();
  else
    for (int64_t i = 0; i < n; ++i)
      axes.push_back(i);
  steps = op.getSteps() ? eval.tensor(op.getSteps()).toInts()
                        : std::vector<int64_t>(n, 1);
  if (int64_t(ends.size()) != n || int64_t(axes.size()) != n ||
      int64_t(steps.size()) != n)
    return eval.error(op) << "starts, ends, axes and steps have different "
                             "lengths";
  std::vector<bool> seen(rank, false);
  for (int64_t i = 0; i < n; ++i) {
    int64_t axis = axes[i] < 0 ? axes[i] + rank : axes[i], step = steps[i];
    if (axis < 0 || axis >= rank || seen[axis] || step == 0)
      return eval.error(op) << "axis " << axes[i] << " with step " << step
                            << " does not fit rank " << rank;
    seen[axis] = true;
    int64_t size = x.getDim(axis);
    bool forward = step > 0;
    auto place = [&](int64_t at) {
      if (at < 0)
        at = at < -size ? -1 : at + size;
      return forward ? std::clamp<int64_t>(at, 0, size)
                     : std::clamp<int64_t>(at, -1, size - 1);
    };
    int64_t start = place(starts[i]), end = place(ends[i]);
    int64_t distance = forward ? end - start : start - end;
    uint64_t by = forward ? step : 0 - uint64_t(step);
    box.starts[axis] = start;
    box.steps[axis] = step;
    box.sizes[axis] = distance > 0 ? (uint64_t(distance) - 1) / by + 1 : 0;
  }
  return box;
}

static FailureOr<Box> boxOfAttributes(Evaluation &eval, SliceOp op,
                                      const Tensor &x) {
  Box box;
  auto sizes = eval.resultShape(op, op.getType());
  if (failed(sizes))
    return failure();
  box.sizes = *sizes;
  for (int64_t i = 0; i < x.getRank(); ++i) {
    auto start = eval.evaluate(op.getOffsets()->getDim(i));
    if (!start)
      return eval.error(op)
             << "the offset of dimension " << i << " is not known";
    int64_t step = (*op.getStrides())[i], size = box.sizes[i];
    int64_t last;
    if (size > 0 && (llvm::MulOverflow(size - 1, step, last) ||
                     llvm::AddOverflow(*start, last, last) || *start < 0 ||
                     *start >= x.getDim(i) || last < 0 || last >= x.getDim(i)))
      return eval.error(op)
             << "takes " << size << " elements from " << *start << " by "
             << step << " of " << x.getDim(i) << " in dimension " << i;
    box.starts.push_back(*start);
    box.steps.push_back(step);
  }
  return box;
}

LogicalResult SliceOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX());
  FailureOr<Box> box = getOffsets() ? boxOfAttributes(eval, *this, x)
                                    : boxOfOperands(eval, *this, x);
  if (failed(box))
    return failure();
  Shape strides = stridesOf(x.getShape());
  Tensor result(x.getElement(), box->sizes);
  int64_t to = 0;
  forEachIndex(box->sizes, [&](ArrayRef<int64_t> index) {
    int64_t from = 0;
    for (size_t i = 0; i < index.size(); ++i)
      from += (box->starts[i] + index[i] * box->steps[i]) * strides[i];
    result.copy(to++, x, from);
  });
  eval.set(getY(), std::move(result));
  return success();
}
