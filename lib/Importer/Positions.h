//===- Positions.h - sizes and places along a dimension, as values --------===//
#ifndef SINTER_IMPORTER_POSITIONS_H
#define SINTER_IMPORTER_POSITIONS_H

#include "lib/Importer/Node.h"

namespace sinter {

/// A size as an i64 scalar.
mlir::Value sizeOf(Node &n, mlir::Value x, int64_t dim);
/// 0, 1, ... size - 1 as i64; `size` is an i64 scalar.
mlir::Value iota(Node &n, mlir::Value size);
/// An expression over sizes as an i64 scalar.
mlir::Value numberOf(Node &n, const DimExpr &value);
/// 0, 1, ... count - 1 as i64.
mlir::Value placesUpTo(Node &n, const DimExpr &count);
/// x's `axis` swapped with its last dimension; the same again undoes it.
mlir::Value axisLast(Node &n, mlir::Value x, int64_t axis);
/// x with `count` dimensions of size 1 behind its own.
mlir::Value addTrailingUnits(Node &n, mlir::Value x, int64_t count);
/// Each element's place along `dim`, in sizes that broadcast to x.
mlir::Value placesAlong(Node &n, mlir::Value x, int64_t dim);

} // namespace sinter
#endif
