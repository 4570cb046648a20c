//===- CPU.h - level 4 to the llvm dialect --------------------------------===//
//
// Inner tiles become vector code (Inner/), linalg becomes loops, math functions
// arithmetic, entries C functions; then MLIR's own conversions.
//
// Invariants after it: only llvm dialect ops and sinter.table; the functions
// NAME_step or NAME_forward of artifact.h's sinter_entry_fn exist; the only
// call that leaves the module is the barrier's, through a pointer.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_CPU_CPU_H
#define SINTER_CPU_CPU_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace sinter {

#define GEN_PASS_DECL
#include "passes/CPU/Passes.h.inc"

struct CPUPipelineOptions
    : public mlir::PassPipelineOptions<CPUPipelineOptions> {
  Option<std::string> name{*this, "name",
                           llvm::cl::desc("prefix of exported functions"),
                           llvm::cl::init("model")};
  Option<bool> scalar{*this, "scalar",
                      llvm::cl::desc("scalar form of every kernel"),
                      llvm::cl::init(false)};
};

/// All passes of this folder in order, and MLIR's conversions to llvm.
void buildCPUPipeline(mlir::OpPassManager &passes,
                      const CPUPipelineOptions &options);

#define GEN_PASS_REGISTRATION
#include "passes/CPU/Passes.h.inc"

/// The passes and the pipeline `sinter-cpu-pipeline`.
void registerCPUPasses();

} // namespace sinter
#endif
