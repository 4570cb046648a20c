//===- KnownValues.h - small tensors that constants decide ------*- C++ -*-===//
#ifndef SINTER_IMPORTER_KNOWNVALUES_H
#define SINTER_IMPORTER_KNOWNVALUES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"

namespace sinter {

/// The elements of a value that constants alone decide, through ops of at most
/// 64 KiB each; null for other values.
mlir::DenseElementsAttr getKnownElements(mlir::Value value);

} // namespace sinter
#endif
