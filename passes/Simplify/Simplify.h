//===- Simplify.h - level 1 in, level 1 out, without shape arithmetic -----===//
//
// After sinter-simplify: every op whose shape depended on values is resolved
// where its values are expressions over the inputs' sizes; types carry the best
// known sizes; no integer tensor of known values is computed; dead and repeated
// ops are gone; reshapes that only add unit dimensions and transposes stand as
// late as they can.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_PASSES_SIMPLIFY_H
#define SINTER_PASSES_SIMPLIFY_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"

namespace sinter {
#define GEN_PASS_DECL
#include "passes/Simplify/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/Simplify/Passes.h.inc"

/// The three passes as functions, for passes that change shapes themselves.
/// `changed` is set when something changed, else left alone.
mlir::LogicalResult resolveShapes(mlir::func::FuncOp func, bool &changed);
void foldConstants(mlir::func::FuncOp func, bool &changed);
mlir::LogicalResult simplify(mlir::func::FuncOp func);

/// Replaces the sizes in all types and attributes of `op` and of what is inside
/// by others that are equal.
void replaceDims(mlir::Operation *op,
                 llvm::function_ref<DimExpr(const DimExpr &)> map);

void populateSinkUnitDims(mlir::RewritePatternSet &patterns);
void populateSinkTransposes(mlir::RewritePatternSet &patterns);
void populateShiftRanges(mlir::RewritePatternSet &patterns);
void populateSinkSelects(mlir::RewritePatternSet &patterns);
void populateSplitMerged(mlir::RewritePatternSet &patterns);
} // namespace sinter
#endif
