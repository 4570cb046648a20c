//===- Fuse.h - level 1 to level 1: patterns become Transformer ops -------===//
//
// After passes/Simplify. Finds what exporters spell out with elementwise ops,
// by structure and never by name, and raises it to rms_norm, layer_norm,
// rotary, activation, gated and attention; joins matmuls of one input. Each
// rewrite computes the same function up to the order of floating-point sums.
// Candidates that stay as they are get a reason in `sinter.report`.
//
// Invariants after it: shapes are as good as before; no op is new but the ones
// above and views.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_FUSE_FUSE_H
#define SINTER_FUSE_FUSE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace sinter {

#define GEN_PASS_DECL
#include "passes/Fuse/Passes.h.inc"

/// All passes of this folder in order, and the cleaning between them.
void buildFusePipeline(mlir::OpPassManager &passes);

#define GEN_PASS_REGISTRATION
#include "passes/Fuse/Passes.h.inc"

/// The passes and the pipeline `sinter-fuse`.
void registerFusePasses();

} // namespace sinter
#endif
