//===- BuildLoop.h - the loop that stands for aligned layers --------------===//
#ifndef SINTER_ROLL_BUILDLOOP_H
#define SINTER_ROLL_BUILDLOOP_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/SymbolTable.h"
#include "passes/Roll/Alignment.h"

namespace sinter {

/// Replaces the layers by one loop; their tables become tables with an entry a
/// layer.
mlir::scf::ForOp buildLoop(const Alignment &alignment,
                           mlir::SymbolTable &symbols);

} // namespace sinter
#endif
