//===- Pipeline.cpp - the Bufferize stage ---------------------------------===//
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Bufferize/Bufferize.h"

using namespace mlir;
using namespace sinter;

void sinter::buildBufferizePipeline(OpPassManager &passes) {
  passes.addNestedPass<func::FuncOp>(createCarryInPlace());
  // Results are computed in their output instead of copied to it.
  passes.addPass(bufferization::createEmptyTensorEliminationPass());
  passes.addPass(createBufferize());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createPlanArena());
  passes.addPass(createToMembers());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void sinter::registerBufferizePasses() {
  registerBufferizeStepPasses();
  PassPipelineRegistration<>("sinter-bufferize-pipeline",
                             "tensors to one arena, one program for the team",
                             buildBufferizePipeline);
}
