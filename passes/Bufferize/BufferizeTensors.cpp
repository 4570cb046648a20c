//===- BufferizeTensors.cpp - one-shot bufferization of entries -----------===//
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/Bufferize/Bufferize.h"

namespace sinter {
#define GEN_PASS_DEF_BUFFERIZE
#include "passes/Bufferize/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
struct Bufferize : sinter::impl::BufferizeBase<Bufferize> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      bufferization::OneShotBufferizationOptions options;
      // Functions take memrefs already. Buffers have identity layouts where
      // they are made; views say theirs.
      options.bufferizeFunctionBoundaries = false;
      options.allowUnknownOps = true;
      options.bufferAlignment = 64;
      bufferization::BufferizationState state;
      if (failed(bufferization::runOneShotBufferize(function, options, state)))
        return signalPassFailure();
    }
  }
};
} // namespace
