//===- Pipeline.cpp - the Tile stage --------------------------------------===//
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/Tile/Tile.h"

using namespace mlir;
using namespace sinter;

void sinter::buildTilePipeline(OpPassManager &passes) {
  passes.addPass(createLowerToLinalg());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  OpPassManager &function = passes.nest<func::FuncOp>();
  function.addPass(createFlattenElementwise());
  function.addPass(createOwnFills());
  function.addPass(createFuseElementwise());
  function.addPass(createRoundResults());
  function.addPass(createReuseOperands());
  function.addPass(createAccumulateProducts());
  function.addPass(createPadRows());
  function.addPass(createTracePoints());
  function.addPass(createTileToTeam());
}

void sinter::registerTilePasses() {
  registerTileStepPasses();
  PassPipelineRegistration<>("sinter-tile-pipeline",
                             "split a plan over the thread team",
                             buildTilePipeline);
}
