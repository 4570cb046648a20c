//===- Inner.h - vector code for inner tiles ------------------------------===//
//
// One pattern an inner op: f32 tiles on memrefs whose last dimension is
// contiguous become scf loops over 1-D vectors of exactly the native width,
// each accumulator a loop value (codegen-facts.md, section 6). What does not
// fit (other element types, layouts) is left to the scalar forms.
//
// Row invariance: an output's accumulation order depends on its own row and
// column only; register tiles of different heights give the same bits.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_PASSES_CPU_INNER_H
#define SINTER_PASSES_CPU_INNER_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/IR/PatternMatch.h"

namespace sinter {
/// One of the inner ops: they are what this dialect has in destination style.
inline bool isInnerTile(mlir::Operation *op) {
  return llvm::isa_and_present<SinterDialect>(op->getDialect()) &&
         llvm::isa<mlir::DestinationStyleOpInterface>(op);
}

/// inner_expert_matmul; with `scalar`, and where there is no vector code for
/// it, in terms of inner_matmul.
void populateInnerExpertsPatterns(mlir::RewritePatternSet &, TargetAttr,
                                  bool scalar);
/// Plain loops for every float type and layout, of lower benefit.
void populateInnerScalarPatterns(mlir::RewritePatternSet &);
void populateInnerMatMulPatterns(mlir::RewritePatternSet &, TargetAttr);
/// inner_matmul of a depth_block, where the target has tiles of that depth.
void populateInnerTilePatterns(mlir::RewritePatternSet &, TargetAttr);
void populateInnerNormPatterns(mlir::RewritePatternSet &, TargetAttr);
void populateInnerSoftmaxPatterns(mlir::RewritePatternSet &, TargetAttr);
void populateInnerAttentionPatterns(mlir::RewritePatternSet &, TargetAttr);
} // namespace sinter
#endif
