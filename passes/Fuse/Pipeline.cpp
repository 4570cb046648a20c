//===- Pipeline.cpp - the Fuse stage --------------------------------------===//
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Fuse/Fuse.h"

using namespace mlir;
using namespace sinter;

void sinter::buildFusePipeline(OpPassManager &passes) {
  // Equal values become one value: patterns compare by identity.
  passes.addPass(createCSEPass());
  passes.addPass(createFuseNorms());
  passes.addPass(createFuseRotary());
  passes.addPass(createFuseActivations());
  passes.addPass(createFuseAttention());
  passes.addPass(createCSEPass());
  passes.addPass(createJoinMatMuls());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void sinter::registerFusePasses() {
  registerFuseStepPasses();
  PassPipelineRegistration<>("sinter-fuse", "raise a graph to Transformer ops",
                             buildFusePipeline);
}
