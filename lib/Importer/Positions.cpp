//===- Positions.cpp - sizes and places along a dimension, as values ------===//
#include "lib/Importer/Positions.h"

using namespace mlir;
using namespace sinter;

Value sinter::sizeOf(Node &n, Value x, int64_t dim) {
  return n.reshape(n.create<ShapeOfOp>(x, dim, dim + 1), {});
}

Value sinter::iota(Node &n, Value size) {
  Type i64 = n.builder.getI64Type();
  if (n.failed())
    return {};
  return n.createTyped<RangeOp>(getTensorType({DimExpr::unknown()}, i64),
                                n.scalar(0, i64), size, n.scalar(1, i64));
}

Value sinter::addTrailingUnits(Node &n, Value x, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    x = n.expandDims(x, n.rank(x));
  return x;
}

Value sinter::placesAlong(Node &n, Value x, int64_t dim) {
  return addTrailingUnits(n, iota(n, sizeOf(n, x, dim)), n.rank(x) - dim - 1);
}
