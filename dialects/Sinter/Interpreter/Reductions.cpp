//===- Reductions.cpp - reduce, softmax, cumsum ---------------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/Rows.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace sinter;

static double reduceReals(Reduction kind, ArrayRef<double> values) {
  double sum = 0, product = 1, squares = 0;
  double largest = -HUGE_VAL, smallest = HUGE_VAL;
  for (double v : values) {
    sum += v;
    product *= v;
    squares += v * v;
    largest = std::isnan(v) || v > largest ? v : largest;
    smallest = std::isnan(v) || v < smallest ? v : smallest;
  }
  switch (kind) {
  case Reduction::sum:
    return sum;
  case Reduction::mean:
    return sum / double(values.size());
  case Reduction::max:
    return largest;
  case Reduction::min:
    return smallest;
  case Reduction::prod:
    return product;
  case Reduction::sum_square:
    return squares;
  }
  llvm_unreachable("no such reduction");
}

// T is int64_t or uint64_t, whose order counts; sums wrap in the element type.
template <typename T>
static int64_t reduceInts(Reduction kind, ElementKind element,
                          ArrayRef<int64_t> values) {
  unsigned bits = getElementSize(element) * 8;
  bool isSigned = std::is_signed_v<T>;
  T last = T(~uint64_t(0) >> (64 - bits + isSigned));
  T largest = isSigned ? T(-last - 1) : T(0), smallest = last;
  uint64_t sum = 0, product = 1, squares = 0;
  for (int64_t v : values) {
    sum += v;
    product *= v;
    squares += uint64_t(v) * uint64_t(v);
    largest = std::max(largest, T(v));
    smallest = std::min(smallest, T(v));
  }
  switch (kind) {
  case Reduction::sum:
    return sum;
  case Reduction::mean:
    return T(sum) / T(values.size());
  case Reduction::max:
    return largest;
  case Reduction::min:
    return smallest;
  case Reduction::prod:
    return product;
  case Reduction::sum_square:
    return squares;
  }
  llvm_unreachable("no such reduction");
}

LogicalResult ReduceOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX());
  Shape strides = stridesOf(x.getShape());
  Shape kept, keptStrides, folded, foldedStrides, shape;
  for (int64_t i = 0; i < x.getRank(); ++i) {
    bool isFolded = llvm::is_contained(getAxes(), i);
    (isFolded ? folded : kept).push_back(x.getDim(i));
    (isFolded ? foldedStrides : keptStrides).push_back(strides[i]);
    if (!isFolded || getKeepdims())
      shape.push_back(isFolded ? 1 : x.getDim(i));
  }
  bool isReal = isFloat(x.getKind());
  if (!isReal && getKind() == Reduction::mean && countOf(folded) == 0)
    return eval.error(*this) << "takes the mean of no integers";
  if (failed(eval.checkFits(*this, x.getElement(), shape)))
    return failure();
  Tensor result(x.getElement(), shape);
  int64_t at = 0;
  forEachIndex(kept, [&](ArrayRef<int64_t> outer) {
    int64_t start = positionOf(outer, keptStrides);
    SmallVector<double> reals;
    SmallVector<int64_t> ints;
    forEachIndex(folded, [&](ArrayRef<int64_t> inner) {
      int64_t i = start + positionOf(inner, foldedStrides);
      if (isReal)
        reals.push_back(x.getDouble(i));
      else
        ints.push_back(x.getInt(i));
    });
    if (isReal)
      result.setDouble(at, reduceReals(getKind(), reals));
    else
      result.setInt(at,
                    isUnsigned(x.getKind())
                        ? reduceInts<uint64_t>(getKind(), x.getKind(), ints)
                        : reduceInts<int64_t>(getKind(), x.getKind(), ints));
    ++at;
  });
  eval.set(getY(), std::move(result));
  return success();
}

void sinter::softmaxRow(MutableArrayRef<double> row, bool log) {
  double largest = -HUGE_VAL, sum = 0;
  for (double v : row)
    largest = std::isnan(v) || v > largest ? v : largest;
  for (double v : row)
    sum += std::exp(v - largest);
  for (double &v : row)
    v = log ? v - largest - std::log(sum) : std::exp(v - largest) / sum;
}

// Calls visit(positions) with the positions of every line along an axis.
static void forEachLine(const Tensor &x, int64_t axis,
                        llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  int64_t size = x.getDim(axis);
  int64_t inner = countOf(x.getShape().drop_front(axis + 1));
  int64_t outer = countOf(x.getShape().take_front(axis));
  SmallVector<int64_t> line(size);
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) {
      for (int64_t a = 0; a < size; ++a)
        line[a] = (o * size + a) * inner + i;
      visit(line);
    }
}

LogicalResult SoftmaxOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), result(x.getElement(), x.getShape());
  forEachLine(x, getAxis(), [&](ArrayRef<int64_t> line) {
    SmallVector<double> row;
    for (int64_t i : line)
      row.push_back(x.getDouble(i));
    softmaxRow(row, getLog());
    for (auto [i, value] : llvm::zip_equal(line, row))
      result.setDouble(i, value);
  });
  eval.set(getY(), std::move(result));
  return success();
}

LogicalResult CumSumOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), result(x.getElement(), x.getShape());
  forEachLine(x, getAxis(), [&](ArrayRef<int64_t> line) {
    double real = 0;
    uint64_t integer = 0;
    for (size_t n = 0; n < line.size(); ++n) {
      int64_t i = line[getReverse() ? line.size() - 1 - n : n];
      auto store = [&] {
        if (isFloat(x.getKind()))
          result.setDouble(i, real);
        else
          result.setInt(i, integer);
      };
      if (getExclusive())
        store();
      if (isFloat(x.getKind()))
        real += x.getDouble(i);
      else
        integer += x.getInt(i);
      if (!getExclusive())
        store();
    }
  });
  eval.set(getY(), std::move(result));
  return success();
}
