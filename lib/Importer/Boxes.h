//===- Boxes.h - parts and borders of a tensor ----------------------------===//
//
// Sizes and offsets are expressions. A size that is not known refuses the node.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_BOXES_H
#define SINTER_IMPORTER_BOXES_H

#include "lib/Importer/Node.h"

namespace sinter {

/// Elements offset, offset + stride .. of a dimension, `size` of them; they
/// must lie inside.
mlir::Value sliceBox(Node &n, mlir::Value x, int64_t axis,
                     const DimExpr &offset, const DimExpr &size,
                     int64_t stride = 1);
/// `value` (which broadcasts) repeated to these sizes.
mlir::Value repeat(Node &n, mlir::Value value, llvm::ArrayRef<DimExpr> dims);
/// `before` and `after` more elements along a dimension, each the scalar
/// `value`. Negative counts take elements away.
mlir::Value padAxis(Node &n, mlir::Value x, int64_t axis, const DimExpr &before,
                    const DimExpr &after, mlir::Value value);
/// The same elements under other sizes.
mlir::Value reshapeDims(Node &n, mlir::Value x, llvm::ArrayRef<DimExpr> dims);

} // namespace sinter
#endif
