//===- LowerInner.cpp - inner tiles become loops over vectors -------------===//
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "passes/CPU/CPU.h"
#include "passes/CPU/Inner/Inner.h"

namespace sinter {
#define GEN_PASS_DEF_LOWERINNER
#include "passes/CPU/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
struct LowerInner : sinter::impl::LowerInnerBase<LowerInner> {
  using LowerInnerBase::LowerInnerBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto target = module->getAttrOfType<TargetAttr>(targetAttrName);
    if (!target) {
      module.emitError("no module attribute ")
          << targetAttrName << ": which CPU is the code for?";
      return signalPassFailure();
    }
    // A walk does not come to what patterns make: these first.
    RewritePatternSet experts(&getContext());
    populateInnerExpertsPatterns(experts, target, scalar);
    walkAndApplyPatterns(module, std::move(experts));
    RewritePatternSet patterns(&getContext());
    populateInnerScalarPatterns(patterns);
    if (!scalar) {
      populateInnerMatMulPatterns(patterns, target);
      populateInnerTilePatterns(patterns, target);
      populateInnerNormPatterns(patterns, target);
      populateInnerSoftmaxPatterns(patterns, target);
      populateInnerAttentionPatterns(patterns, target);
    }
    walkAndApplyPatterns(module, std::move(patterns));
    module.walk([&](Operation *op) {
      if (isInnerTile(op)) {
        op->emitOpError("has no form in loops for these operands");
        signalPassFailure();
      }
    });
  }
};
} // namespace
