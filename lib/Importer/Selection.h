//===- Selection.h - the largest elements of rows -------------------------===//
#ifndef SINTER_IMPORTER_SELECTION_H
#define SINTER_IMPORTER_SELECTION_H

#include "lib/Importer/Node.h"

namespace sinter {

struct Selection {
  mlir::Value values, indices; ///< sorted, along the last dimension; i64
};
/// The `count` (an i64 scalar) largest or smallest elements along the last
/// dimension, which must be known; of equal ones those that come first.
Selection select(Node &n, mlir::Value x, mlir::Value count, bool largest);

/// ONNX GatherElements: `indices` along `axis` of x, at their own places of the
/// other dimensions.
mlir::Value gatherAlong(Node &n, mlir::Value x, mlir::Value indices,
                        int64_t axis);

} // namespace sinter
#endif
