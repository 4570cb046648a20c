//===- Roll.h - level 3: repeated layers become one loop ------------------===//
//
// Layers that differ in their weights only become one scf.for over tables with
// an entry a layer. The IR's size, and the time to compile it, then do not
// depend on the number of layers.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_ROLL_ROLL_H
#define SINTER_ROLL_ROLL_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/Pass.h"

namespace sinter {
#define GEN_PASS_DECL
#include "passes/Roll/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/Roll/Passes.h.inc"
} // namespace sinter
#endif
