//===- ConvertMatMul.cpp - MatMul, Gemm -----------------------------------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/Products.h"

using namespace mlir;
using namespace sinter;

Value sinter::multiplyMatrices(Node &n, Value a, Value b) {
  if (!n.failed() && (n.rank(a) == 0 || n.rank(b) == 0))
    n.refuse("an operand is a scalar", "ranks from 1");
  if (n.failed())
    return {};
  bool row = n.rank(a) == 1, column = n.rank(b) == 1;
  if (row)
    a = n.expandDims(a, 0);
  if (column)
    b = n.expandDims(b, 1);
  Value y = n.create<MatMulOp>(a, b);
  SmallVector<DimSource> sizes;
  int64_t rank = n.rank(y);
  for (int64_t i = 0; i < rank; ++i)
    if (!(row && i == rank - 2) && !(column && i == rank - 1))
      sizes.push_back(DimSource::dim(i));
  return row || column ? n.reshape(y, sizes) : y;
}

static void matMul(Node &n) {
  Value a = n.in(0), b = n.in(1);
  n.set(0, multiplyMatrices(n, a, b));
}

static Value scaled(Node &n, Value x, double factor) {
  if (factor == 1 || n.failed())
    return x;
  if (!isa<FloatType>(n.element(x)) && factor != double(int64_t(factor)))
    n.refuse("a fractional factor of integers", "integer alpha and beta");
  return n.create<MulOp>(x, n.scalar(factor, n.element(x)));
}

Value sinter::multiplyGemm(Node &n) {
  Value a = n.in(0), b = n.in(1), c = n.optionalIn(2);
  double alpha = n.floatAttr("alpha", 1), beta = n.floatAttr("beta", 1);
  bool transA = n.intAttr("transA", 0), transB = n.intAttr("transB", 0);
  if (!n.failed() && (n.rank(a) != 2 || n.rank(b) != 2))
    n.refuse("operands are no matrices", "rank 2");
  if (n.failed())
    return {};
  if (transA)
    a = n.transpose(a, {1, 0});
  if (transB)
    b = n.transpose(b, {1, 0});
  Value y = scaled(n, n.create<MatMulOp>(a, b), alpha);
  if (c && beta != 0)
    y = n.create<AddOp>(y, scaled(n, c, beta));
  return y;
}

void sinter::addMatMulConverters(std::vector<Converter> &table) {
  table.push_back({"MatMul", {13}, matMul});
  table.push_back({"Gemm", {13}, [](Node &n) { n.set(0, multiplyGemm(n)); }});
}
