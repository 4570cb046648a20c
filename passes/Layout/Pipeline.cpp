//===- Pipeline.cpp - the Layout stage ------------------------------------===//
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Layout/Layout.h"

using namespace mlir;
using namespace sinter;

void sinter::buildLayoutPipeline(OpPassManager &passes,
                                 const LayoutPipelineOptions &options) {
  PackExpertsOptions experts;
  experts.widen = options.widen;
  passes.addPass(createPackExperts(experts));
  PackMatMulsOptions pack;
  pack.widen = options.widen;
  passes.addPass(createPackMatMuls(pack));
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createStoreWeights());
  passes.addPass(createCSEPass());
}

void sinter::registerLayoutPasses() {
  registerLayoutStepPasses();
  PassPipelineRegistration<LayoutPipelineOptions>(
      "sinter-layout", "lay out weights for the target", buildLayoutPipeline);
}
