//===- Gates.h - the middle of a gated MLP, in the product's kernel -------===//
//
// One product makes the columns of a gate and of what it lets through. Where
// both halves of each panel belong to the same columns, the kernel has a and b
// of activation(a) * b in registers, and the wide product is never stored.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_LAYOUT_GATES_H
#define SINTER_LAYOUT_GATES_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/IR/PatternMatch.h"

namespace sinter {

/// The gate that alone uses a product [.., 2 N] of f32: of its columns 0 .. N -
/// 1 and N .. 2 N - 1.
struct GatedProduct {
  GatedOp gated; // null: there is none
  SliceOp gate, up;

  static GatedProduct find(mlir::Value product);

  /// The columns of w [K, 2 N] so that of each panel of `lanes` columns the
  /// first half are the gate's. N is a multiple of lanes / 2.
  mlir::Value interleave(mlir::RewriterBase &rewriter, mlir::Value w,
                         int64_t lanes);
};

} // namespace sinter
#endif
