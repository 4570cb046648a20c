//===- AxisSlice.h - slices along one dimension -----------------*- C++ -*-===//
#ifndef SINTER_IR_AXISSLICE_H
#define SINTER_IR_AXISSLICE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/IR/Builders.h"

namespace sinter {

/// `value` with elements lo .. lo + size - 1 of one dimension.
mlir::Value sliceOf(mlir::OpBuilder &builder, mlir::Location loc,
                    mlir::Value value, int64_t axis, const DimExpr &lo,
                    const DimExpr &size);

/// The resolved slice's first element and step in one dimension when it takes
/// all of the others.
struct AxisSlice {
  int64_t offset, size, stride;
};
std::optional<AxisSlice> getAxisSlice(SliceOp slice, int64_t axis);

} // namespace sinter
#endif
