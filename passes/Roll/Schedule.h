//===- Schedule.h - the order of ops in which layers follow each other ----===//
#ifndef SINTER_ROLL_SCHEDULE_H
#define SINTER_ROLL_SCHEDULE_H

#include "mlir/IR/Block.h"
#include "llvm/ADT/Hashing.h"

namespace sinter {

/// Puts a block's ops in the order in which its terminator needs them, depth
/// first along the operands: all of one layer then stands together, whatever
/// order an exporter wrote. Pure ops without users go.
void orderByNeed(mlir::Block &block);

/// Constants and loads: layers may have others.
bool isLeaf(mlir::Operation *op);

/// What must be equal for two ops to be the same op of two layers: name,
/// attributes, types.
llvm::hash_code getLabel(mlir::Operation *op);

} // namespace sinter
#endif
