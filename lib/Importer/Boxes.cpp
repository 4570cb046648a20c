//===- Boxes.cpp - parts and borders of a tensor --------------------------===//
#include "lib/Importer/Boxes.h"

using namespace mlir;
using namespace sinter;

static bool checkKnown(Node &n, ArrayRef<DimExpr> dims) {
  if (!n.failed() &&
      llvm::any_of(dims, [](const DimExpr &d) { return d.isUnknown(); }))
    n.refuse("a size that it needs is not known",
             "sizes that follow from the inputs' shapes");
  return !n.failed();
}

Value sinter::sliceBox(Node &n, Value x, int64_t axis, const DimExpr &offset,
                       const DimExpr &size, int64_t stride) {
  if (n.failed())
    return {};
  Dims offsets(n.rank(x), DimExpr(0)), dims = n.dims(x);
  SmallVector<int64_t> strides(dims.size(), 1);
  offsets[axis] = offset;
  strides[axis] = stride;
  dims[axis] = size;
  if (!checkKnown(n, {offset, size}))
    return {};
  return n.createTyped<SliceOp>(getTensorType(dims, n.element(x)), x, Value(),
                                Value(), Value(), Value(),
                                DimsAttr::get(n.builder.getContext(), offsets),
                                n.builder.getDenseI64ArrayAttr(strides));
}

Value sinter::repeat(Node &n, Value value, ArrayRef<DimExpr> dims) {
  if (!checkKnown(n, dims))
    return {};
  return n.createTyped<BroadcastToOp>(getTensorType(dims, n.element(value)),
                                      value, Value());
}

Value sinter::padAxis(Node &n, Value x, int64_t axis, const DimExpr &before,
                      const DimExpr &after, Value value) {
  if (n.failed())
    return {};
  auto isPositive = [&](const DimExpr &count) {
    auto known = count.getConstant();
    return !known || *known > 0;
  };
  auto negative = [&](const DimExpr &count) {
    return std::max<int64_t>(-count.getConstant().value_or(0), 0);
  };
  int64_t lessBefore = negative(before), lessAfter = negative(after);
  if (lessBefore || lessAfter)
    x = sliceBox(n, x, axis, lessBefore,
                 n.dim(x, axis) - DimExpr(lessBefore + lessAfter));
  auto border = [&](const DimExpr &size) {
    Dims dims = n.dims(x);
    dims[axis] = size;
    return repeat(n, value, dims);
  };
  std::vector<Value> parts;
  if (isPositive(before))
    parts.push_back(border(before));
  parts.push_back(x);
  if (isPositive(after))
    parts.push_back(border(after));
  return parts.size() == 1 ? x : n.create<ConcatOp>(parts, axis);
}

Value sinter::reshapeDims(Node &n, Value x, ArrayRef<DimExpr> dims) {
  if (!checkKnown(n, dims))
    return {};
  return n.createTyped<ReshapeOp>(getTensorType(dims, n.element(x)), x, Value(),
                                  false);
}
