//===- Quantize.h - level 2: types of weights, activations and cache ------===//
//
// What is computed narrower than the model says, by the user's choice
// (--compute, --weights, --kv). The result is the same ops with casts: the IR
// itself says where is rounded. passes/Layout turns the casts into narrow
// storage and kernels.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_QUANTIZE_QUANTIZE_H
#define SINTER_QUANTIZE_QUANTIZE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace sinter {

#define GEN_PASS_DECL
#include "passes/Quantize/Passes.h.inc"

struct QuantizePipelineOptions
    : mlir::PassPipelineOptions<QuantizePipelineOptions> {
  Option<std::string> compute{*this, "compute",
                              llvm::cl::desc("f32, f16 or bf16"),
                              llvm::cl::init("f32")};
  Option<std::string> weights{*this, "weights",
                              llvm::cl::desc("keep, f32, f16 or bf16"),
                              llvm::cl::init("keep")};
  Option<std::string> kv{*this, "kv", llvm::cl::desc("keep, f32, f16 or bf16"),
                         llvm::cl::init("keep")};
};

/// f32, f16 or bf16; null for another name.
mlir::FloatType parseFloatType(mlir::MLIRContext *ctx, llvm::StringRef name);

/// All passes of this folder in order, and the cleaning between them.
void buildQuantizePipeline(mlir::OpPassManager &passes,
                           const QuantizePipelineOptions &options);

#define GEN_PASS_REGISTRATION
#include "passes/Quantize/Passes.h.inc"

/// The passes and the pipeline `sinter-quantize`.
void registerQuantizePasses();

} // namespace sinter
#endif
