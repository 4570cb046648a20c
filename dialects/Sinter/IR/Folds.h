//===- Folds.h - canonicalization patterns of the dialect, by family ------===//
//
// Patterns here make a graph smaller or equal and keep every bit of the result.
// Rewrites with a direction (sinking reshapes and transposes) are in
// passes/Simplify.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IR_FOLDS_H
#define SINTER_IR_FOLDS_H

#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/PatternMatch.h"

namespace sinter {

void populateElementwiseFolds(mlir::RewritePatternSet &patterns);
void populateShapeFolds(mlir::RewritePatternSet &patterns);
void populateSliceFolds(mlir::RewritePatternSet &patterns);

/// Replaces an op by a value with the same elements. Where the new type says
/// less or more about the sizes, a reshape keeps the old type until the next
/// round of sinter-resolve-shapes.
inline void replaceKeepingType(mlir::PatternRewriter &rewriter,
                               mlir::Operation *op, mlir::Value value) {
  mlir::Type type = op->getResult(0).getType();
  if (value.getType() != type)
    value = ReshapeOp::create(rewriter, op->getLoc(), type, value,
                              mlir::Value(), false);
  rewriter.replaceOp(op, value);
}

/// As above, where the value may be broadcast to the op's result.
inline void replaceBroadcast(mlir::PatternRewriter &rewriter,
                             mlir::Operation *op, mlir::Value value) {
  mlir::Type type = op->getResult(0).getType();
  if (value.getType() != type)
    value = BroadcastToOp::create(rewriter, op->getLoc(), type, value,
                                  mlir::Value());
  rewriter.replaceOp(op, value);
}

/// The one element that every element of a constant equals, else null: also
/// through broadcast_to and reshape.
mlir::Attribute getSplat(mlir::Value value);
/// As a number: floats and integers (bool as 0 / 1).
std::optional<double> getSplatNumber(mlir::Value value);

} // namespace sinter
#endif
