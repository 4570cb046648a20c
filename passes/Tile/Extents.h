//===- Extents.h - sizes of level 4 values as expressions -----------------===//
//
// Levels 1 to 3 have symbolic sizes in their types; after LowerToLinalg they
// are index arithmetic on the entry's symbols, which this reads back. For
// reports: what it does not understand is unknown, never wrong.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TILE_EXTENTS_H
#define SINTER_TILE_EXTENTS_H

#include "dialects/Sinter/IR/Sinter.h"

namespace sinter {

/// The number that an index value has, or unknown.
DimExpr getNumber(mlir::Value index);

/// The size of one dimension of a tensor.
DimExpr getExtent(mlir::Value tensor, int64_t dim);

/// Product of all of them.
DimExpr getElementCount(mlir::Value tensor);

} // namespace sinter
#endif
