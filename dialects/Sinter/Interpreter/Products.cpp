//===- Products.cpp - matmul, packed_matmul, pack -------------------------===//
#include "dialects/Sinter/Interpreter/Products.h"
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/ScalarMath.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

// y += a [m, k] times b [k, n], k ascending in one accumulator an element.
template <typename T>
static void multiply(const T *a, const T *b, T *y, int64_t m, int64_t k,
                     int64_t n) {
  for (int64_t i = 0; i < m; ++i)
    for (int64_t l = 0; l < k; ++l)
      for (int64_t j = 0; j < n; ++j)
        y[i * n + j] += a[i * k + l] * b[l * n + j];
}

template <typename T>
static std::vector<T>
multiplyBatches(const std::vector<T> &a, const std::vector<T> &b,
                ArrayRef<int64_t> shape, int64_t k, ArrayRef<int64_t> aBatch,
                ArrayRef<int64_t> bBatch) {
  ArrayRef<int64_t> batch = shape.drop_back(2);
  int64_t m = shape[shape.size() - 2], n = shape.back(), at = 0;
  Shape aStrides = broadcastStrides(aBatch, batch);
  Shape bStrides = broadcastStrides(bBatch, batch);
  std::vector<T> y(countOf(shape));
  forEachIndex(batch, [&](ArrayRef<int64_t> index) {
    multiply(a.data() + positionOf(index, aStrides) * m * k,
             b.data() + positionOf(index, bStrides) * k * n,
             y.data() + at++ * m * n, m, k, n);
  });
  return y;
}

LogicalResult MatMulOp::interpret(Evaluation &eval) {
  Tensor a = eval.tensor(getA()), b = eval.tensor(getB());
  ArrayRef<int64_t> aBatch = a.getShape().drop_back(2);
  ArrayRef<int64_t> bBatch = b.getShape().drop_back(2);
  auto shape = broadcastShapes(aBatch, bBatch);
  int64_t k = a.getShape().back();
  if (!shape || b.getDim(b.getRank() - 2) != k)
    return eval.error(*this)
           << "cannot multiply " << a.shapeText() << " and " << b.shapeText();
  shape->push_back(a.getDim(a.getRank() - 2));
  shape->push_back(b.getShape().back());
  if (failed(eval.checkFits(*this, a.getElement(), *shape)))
    return failure();
  if (isFloat(a.getKind())) {
    auto y = multiplyBatches(a.toDoubles(), b.toDoubles(), *shape, k, aBatch,
                             bBatch);
    eval.set(getY(), Tensor::ofDoubles(a.getElement(), *shape, y));
    return success();
  }
  auto bits = [](const Tensor &t) {
    std::vector<uint64_t> values(t.getCount());
    for (int64_t i = 0; i < t.getCount(); ++i)
      values[i] = t.getInt(i);
    return values;
  };
  auto y = multiplyBatches(bits(a), bits(b), *shape, k, aBatch, bBatch);
  Tensor result(a.getElement(), *shape);
  for (int64_t i = 0; i < result.getCount(); ++i)
    result.setInt(i, y[i]);
  eval.set(getY(), std::move(result));
  return success();
}

LogicalResult PackOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX());
  auto type = cast<RankedTensorType>(getType());
  int64_t rank = x.getRank(), k = x.getDim(rank - 2), n = x.getDim(rank - 1);
  int64_t matrices = rank == 3 ? x.getDim(0) : 1;
  if (failed(eval.checkFits(*this, x.getElement(), type.getShape())))
    return failure();
  Tensor result(x.getElement(), type.getShape());
  int64_t size = matrices ? result.getCount() / matrices : 0;
  PackedIndex packed{k, int64_t(getLanes()), int64_t(getInterleave())};
  for (int64_t e = 0; e < matrices; ++e)
    for (int64_t row = 0; row < k; ++row)
      for (int64_t column = 0; column < n; ++column)
        result.copy(e * size + packed(row, column), x,
                    (e * k + row) * n + column);
  eval.set(getY(), std::move(result));
  return success();
}

// One f32 fma a step, in the order of the dot instruction.
static double dotNarrow(const float *x, const float *w,
                        const PackedIndex &packed, int64_t column) {
  float sum = 0;
  for (int64_t q = 0; q < packed.depth; q += packed.interleave)
    for (int64_t i = packed.interleave - 1; i >= 0; --i)
      if (q + i < packed.depth)
        sum = std::fma(x[q + i], w[packed(q + i, column)], sum);
  return sum;
}

// The same as TDPBF16PS adds: a chain for each of `interleave` elements, their
// sum to the accumulator once a block.
static double dotBlocks(const float *x, const float *w,
                        const PackedIndex &packed, int64_t block,
                        int64_t column) {
  float sum = 0;
  for (int64_t first = 0; first < packed.depth; first += block) {
    std::vector<float> chains(packed.interleave, 0.0f);
    for (int64_t k = first; k < first + block; ++k) {
      float &chain = chains[k % packed.interleave];
      chain = std::fma(x[k], w[packed(k, column)], chain);
    }
    float all = chains[0];
    for (float chain : ArrayRef(chains).drop_front())
      all += chain;
    sum += all;
  }
  return sum;
}

static double dotWide(const double *x, const double *w,
                      const PackedIndex &packed, int64_t column) {
  double sum = 0;
  for (int64_t k = 0; k < packed.depth; ++k)
    sum += x[k] * w[packed(k, column)];
  return sum;
}

// Sums, and what follows them, are f32 where results are no wider.
static bool isSingle(const Tensor &y) {
  return getElementSize(y.getKind()) <= getElementSize(ElementKind::f32);
}

// Row i of y from row i of x and the packed matrix at which(i) of `sizes`; 0
// where w has none there.
static bool multiplyRows(const PackedProduct &product, const Tensor &x,
                         const Tensor &w, ArrayRef<int64_t> sizes,
                         llvm::function_ref<int64_t(int64_t)> which,
                         const Tensor &bias, Tensor &y) {
  int64_t interleave = product.interleave;
  if (x.getRank() != 2 || y.getRank() != 2 || interleave <= 0 ||
      sizes[2] % interleave)
    return false;
  int64_t m = x.getDim(0), k = x.getDim(1), n = y.getDim(1);
  int64_t panels = sizes[0], lanes = sizes[2] / interleave;
  if (sizes[1] != (k + interleave - 1) / interleave || y.getDim(0) != m ||
      n > panels * lanes || n <= (panels - 1) * lanes ||
      (bias && (bias.getRank() != 1 || bias.getDim(0) != n)))
    return false;
  bool narrow = isSingle(y) &&
                getElementSize(w.getKind()) < getElementSize(ElementKind::f32);
  std::vector<double> a = x.toDoubles(), b = w.toDoubles();
  std::vector<float> aNarrow, bNarrow;
  if (narrow) { // exact: the elements are f32 or narrower
    aNarrow.assign(a.begin(), a.end());
    bNarrow.assign(b.begin(), b.end());
  }
  PackedIndex packed{k, lanes, interleave};
  auto dot = [&](int64_t i, int64_t matrix, int64_t j) {
    if (!narrow)
      return dotWide(a.data() + i * k, b.data() + matrix, packed, j);
    const float *row = aNarrow.data() + i * k;
    const float *columns = bNarrow.data() + matrix;
    return product.depthBlock
               ? dotBlocks(row, columns, packed, product.depthBlock, j)
               : dotNarrow(row, columns, packed, j);
  };
  int64_t size = sizes[0] * sizes[1] * sizes[2];
  for (int64_t i = 0; i < m; ++i) {
    int64_t matrix = which(i) * size;
    bool isNone = (matrix + size) > w.getCount();
    for (int64_t j = 0; j < n; ++j) {
      double value = isNone ? 0 : dot(i, matrix, j);
      if (bias)
        value += bias.getDouble(j);
      if (isSingle(y))
        value = float(value);
      if (product.activation)
        value = activate(*product.activation, value);
      y.setDouble(i * n + j, value);
    }
  }
  return true;
}

static bool multiplyMatrix(const PackedProduct &product, const Tensor &x,
                           const Tensor &w, const Tensor &bias, Tensor &y) {
  return w.getRank() == 3 &&
         multiplyRows(
             product, x, w, w.getShape(), [](int64_t) { return 0; }, bias, y);
}

bool sinter::multiplyPacked(const PackedProduct &product, const Tensor &x,
                            const Tensor &w, const Tensor &bias, Tensor &y) {
  if (!product.gate)
    return multiplyMatrix(product, x, w, bias, y);
  int64_t interleave = product.interleave;
  if (w.getRank() != 3 || interleave <= 0 || w.getDim(2) % (2 * interleave) ||
      x.getRank() != 2 || y.getRank() != 2)
    return false;
  int64_t lanes = w.getDim(2) / interleave, half = lanes / 2;
  Type element = isSingle(y) ? Float32Type::get(y.getElement().getContext())
                             : y.getElement();
  Tensor all(element, {x.getDim(0), w.getDim(0) * lanes});
  if (y.getDim(1) != w.getDim(0) * half || y.getDim(0) != x.getDim(0) ||
      !multiplyMatrix(product, x, w, bias, all))
    return false;
  for (int64_t i = 0; i < y.getCount(); ++i) {
    int64_t at = i / half * lanes + i % half; // rows are whole panels
    y.setDouble(i, activate(*product.gate, all.getDouble(at)) *
                       all.getDouble(at + half));
  }
  return true;
}

bool sinter::multiplyExperts(const Tensor &x, const Tensor &w,
                             const Tensor &experts, int64_t interleave,
                             bool skips, Tensor &y) {
  if (w.getRank() != 4 || experts.getRank() != 1 || x.getRank() != 2 ||
      experts.getDim(0) != x.getDim(0))
    return false;
  for (int64_t i = 0; i < experts.getCount(); ++i)
    if (experts.getInt(i) < 0 || experts.getInt(i) >= w.getDim(0) + skips)
      return false;
  return multiplyRows(
      PackedProduct{.interleave = interleave}, x, w,
      ArrayRef(w.getShape()).drop_front(),
      [&](int64_t i) { return experts.getInt(i); }, Tensor(), y);
}

LogicalResult PackedExpertMatMulOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), w = eval.tensor(getW());
  Tensor chosen = eval.tensor(getExperts());
  auto type = cast<RankedTensorType>(getType());
  Shape shape{x.getDim(0), type.getDimSize(1)};
  if (failed(eval.checkFits(*this, type.getElementType(), shape)))
    return failure();
  Tensor experts(IntegerType::get(getContext(), 64), chosen.getShape());
  for (int64_t i = 0; i < chosen.getCount(); ++i) {
    auto expert = wrapIndex(chosen.getInt(i), w.getDim(0));
    if (getSkips() && chosen.getInt(i) == w.getDim(0))
      expert = chosen.getInt(i);
    if (!expert)
      return eval.error(*this)
             << "expert " << chosen.getInt(i) << " is none of " << w.getDim(0);
    experts.setInt(i, *expert);
  }
  Tensor y(type.getElementType(), shape);
  if (!multiplyExperts(x, w, experts, getInterleave(), getSkips(), y))
    return eval.error(*this) << "cannot multiply " << x.shapeText() << " and "
                             << w.shapeText() << " to " << y.shapeText();
  eval.set(getY(), std::move(y));
  return success();
}

LogicalResult PackedMatMulOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), w = eval.tensor(getW());
  Tensor bias = getBias() ? eval.tensor(getBias()) : Tensor();
  auto type = cast<RankedTensorType>(getType());
  Shape shape{x.getDim(0), type.getDimSize(1)};
  if (failed(eval.checkFits(*this, type.getElementType(), shape)))
    return failure();
  Tensor y(type.getElementType(), shape);
  if (!multiplyPacked(PackedProduct::of(*this), x, w, bias, y))
    return eval.error(*this) << "cannot multiply " << x.shapeText() << " and "
                             << w.shapeText() << " to " << y.shapeText();
  eval.set(getY(), std::move(y));
  return success();
}
