//===- Bufferize.h - tiles on tensors to level 4 (loops) ------------------===//
//
// One-shot bufferization, one arena, and one program for all members of the
// team (SPMD).
//
// Invariants after it: no tensors and no memref.alloc; entry functions have an
// argument of role "arena"; members run the same control flow and meet at
// sinter.barrier between a write and whatever another member may do with it.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_BUFFERIZE_BUFFERIZE_H
#define SINTER_BUFFERIZE_BUFFERIZE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace sinter {

#define GEN_PASS_DECL
#include "passes/Bufferize/Passes.h.inc"

/// All passes of this folder in order, and the cleaning between them.
void buildBufferizePipeline(mlir::OpPassManager &passes);

#define GEN_PASS_REGISTRATION
#include "passes/Bufferize/Passes.h.inc"

/// The passes and the pipeline `sinter-bufferize-pipeline`.
void registerBufferizePasses();

/// BufferizableOpInterface of the inner ops.
void registerBufferizeInterfaces(mlir::DialectRegistry &registry);

/// On the module: bytes of a step's arena.
inline constexpr llvm::StringLiteral arenaBytesAttrName = "sinter.arena_bytes";
/// On the module: an ArrayAttr of ArenaBufferAttr, what lies where in the arena
/// of a step whose work has trace points.
inline constexpr llvm::StringLiteral arenaPlanAttrName = "sinter.arena_plan";

} // namespace sinter
#endif
