//===- Layout.h - level 2 to level 3 (plan): weights as they are stored ---===//
//
// Matmuls read weights packed for the inner tile; everything that is decided by
// weights alone becomes a sinter.table, so constants leave the functions.
//
// Invariants after it: functions have no sinter.param and no constant of 16
// elements or more; a matmul that is no packed_matmul has its reason in the
// report.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_LAYOUT_LAYOUT_H
#define SINTER_LAYOUT_LAYOUT_H

#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace sinter {

#define GEN_PASS_DECL
#include "passes/Layout/Passes.h.inc"

struct LayoutPipelineOptions
    : mlir::PassPipelineOptions<LayoutPipelineOptions> {
  Option<bool> widen{
      *this, "widen",
      llvm::cl::desc("store what is cast to a wider type in that type"),
      llvm::cl::init(false)};
};

/// x under other sizes; itself where it has them.
inline mlir::Value reshapeTo(mlir::OpBuilder &b, mlir::Value x,
                             mlir::ArrayRef<DimExpr> dims) {
  auto type = getTensorType(dims, elementOf(x));
  if (type == x.getType())
    return x;
  return ReshapeOp::create(b, x.getLoc(), type, x, mlir::Value(), false);
}

/// All passes of this folder in order, and the cleaning between them.
void buildLayoutPipeline(mlir::OpPassManager &passes,
                         const LayoutPipelineOptions &options);

#define GEN_PASS_REGISTRATION
#include "passes/Layout/Passes.h.inc"

/// The passes and the pipeline `sinter-layout`.
void registerLayoutPasses();

} // namespace sinter
#endif
