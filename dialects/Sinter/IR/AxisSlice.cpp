//===- AxisSlice.cpp - slices along one dimension -------------------------===//
#include "dialects/Sinter/IR/AxisSlice.h"
#include "dialects/Sinter/IR/InferHelpers.h"

using namespace mlir;
using namespace sinter;

Value sinter::sliceOf(OpBuilder &builder, Location loc, Value value,
                      int64_t axis, const DimExpr &lo, const DimExpr &size) {
  Dims sizes = dimsOf(value), offsets(sizes.size(), DimExpr(0));
  sizes[axis] = size;
  offsets[axis] = lo;
  SmallVector<int64_t> strides(sizes.size(), 1);
  return SliceOp::create(builder, loc, getTensorType(sizes, elementOf(value)),
                         value, Value(), Value(), Value(), Value(),
                         DimsAttr::get(builder.getContext(), offsets),
                         builder.getDenseI64ArrayAttr(strides));
}

std::optional<AxisSlice> sinter::getAxisSlice(SliceOp slice, int64_t axis) {
  if (!slice || !slice.getOffsets())
    return std::nullopt;
  Dims in = dimsOf(slice.getX()), out = dimsOf(slice.getY());
  for (int64_t i = 0; i < int64_t(in.size()); ++i)
    if (i != axis &&
        (in[i] != out[i] || !slice.getOffsets()->getDim(i).isConstant(0) ||
         (*slice.getStrides())[i] != 1))
      return std::nullopt;
  auto offset = slice.getOffsets()->getDim(axis).getConstant();
  auto size = out[axis].getConstant();
  if (!offset || !size)
    return std::nullopt;
  return AxisSlice{*offset, *size, (*slice.getStrides())[axis]};
}
