//===- Pipeline.cpp - the CPU stage ---------------------------------------===//
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/CPU/CPU.h"

using namespace mlir;
using namespace sinter;

void sinter::buildCPUPipeline(OpPassManager &passes,
                              const CPUPipelineOptions &options) {
  passes.addPass(createOutlineInner());
  LowerInnerOptions inner;
  inner.scalar = options.scalar;
  passes.addPass(createLowerInner(inner));
  passes.addPass(createLowerLoops());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addNestedPass<func::FuncOp>(createLowerRequires());
  MakeEntriesOptions entries;
  entries.name = options.name;
  passes.addPass(createMakeEntries(entries));
  passes.addPass(createExpandMath());
  passes.addPass(createExpandViews());
  passes.addPass(memref::createExpandStridedMetadataPass());
  passes.addPass(createLowerAffinePass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createUBToLLVMConversionPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
}

void sinter::registerCPUPasses() {
  registerCPUStepPasses();
  PassPipelineRegistration<CPUPipelineOptions>(
      "sinter-cpu-pipeline", "lower loops to the llvm dialect",
      buildCPUPipeline);
}
