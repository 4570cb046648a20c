//===- Pipeline.cpp - the Quantize stage ----------------------------------===//
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Quantize/Quantize.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace sinter;

FloatType sinter::parseFloatType(MLIRContext *ctx, StringRef name) {
  return llvm::StringSwitch<FloatType>(name)
      .Case("f32", Float32Type::get(ctx))
      .Case("f16", Float16Type::get(ctx))
      .Case("bf16", BFloat16Type::get(ctx))
      .Default(FloatType());
}

void sinter::buildQuantizePipeline(OpPassManager &passes,
                                   const QuantizePipelineOptions &options) {
  RoundMatMulsOptions round;
  round.weights = options.weights;
  round.compute = options.compute;
  passes.addPass(createRoundMatMuls(round));
  if (options.kv != "keep") {
    NarrowCacheOptions cache;
    cache.element = options.kv;
    passes.addPass(createNarrowCache(cache));
  }
  if (options.compute == "bf16")
    passes.addPass(createRoundAttention());
  // With f32 nothing is stored narrower than it was computed.
  if (options.weights != "f32")
    passes.addPass(createMoveCasts());
  passes.addPass(createCSEPass());
}

void sinter::registerQuantizePasses() {
  registerQuantizeStepPasses();
  PassPipelineRegistration<QuantizePipelineOptions>(
      "sinter-quantize", "choose the types of weights, activations and cache",
      buildQuantizePipeline);
}
