//===- RepeatedHeads.h - kv heads before an exporter repeated them --------===//
#ifndef SINTER_FUSE_REPEATEDHEADS_H
#define SINTER_FUSE_REPEATEDHEADS_H

#include "mlir/IR/Builders.h"

namespace sinter {

/// [batch, kv heads, T, D] when `value`, [batch, heads, T, D], holds each kv
/// head heads / kv heads times in a row; null when it does not.
mlir::Value getUnrepeatedHeads(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::Value value);

} // namespace sinter
#endif
