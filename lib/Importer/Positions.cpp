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

Value sinter::numberOf(Node &n, const DimExpr &value) {
  Type i64 = n.builder.getI64Type();
  if (n.failed())
    return {};
  if (auto constant = value.getConstant())
    return n.scalar(double(*constant), i64);
  return SymbolicOp::create(n.builder, n.loc, getTensorType({}, i64),
                            DimsAttr::get(n.builder.getContext(), {value}));
}

Value sinter::placesUpTo(Node &n, const DimExpr &count) {
  Type i64 = n.builder.getI64Type();
  Value limit = numberOf(n, count);
  if (n.failed())
    return {};
  return n.createTyped<RangeOp>(getTensorType({count}, i64), n.scalar(0, i64),
                                limit, n.scalar(1, i64));
}

Value sinter::axisLast(Node &n, Value x, int64_t axis) {
  if (n.failed())
    return {};
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, n.rank(x)));
  std::swap(perm[axis], perm.back());
  return axis == n.rank(x) - 1 ? x : n.transpose(x, perm);
}

Value sinter::addTrailingUnits(Node &n, Value x, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    x = n.expandDims(x, n.rank(x));
  return x;
}

Value sinter::placesAlong(Node &n, Value x, int64_t dim) {
  return addTrailingUnits(n, iota(n, sizeOf(n, x, dim)), n.rank(x) - dim - 1);
}
