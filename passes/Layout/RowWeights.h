//===- RowWeights.h - rows that count nothing where a weight is 0 ---------===//
//
// A mixture of experts that computes all of them multiplies the rows of each by
// the router's weight, which is 0 for an expert that was not chosen. Such rows
// need not be computed: what is made of them is multiplied by 0 (numbers that
// are not finite apart, which 0 would make NaN).
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_LAYOUT_ROWWEIGHTS_H
#define SINTER_LAYOUT_ROWWEIGHTS_H

#include "dialects/Sinter/IR/Recipe.h"

namespace sinter {

/// A number of each row of the product, in the sizes of its leading dimensions
/// or such that broadcast to them, with a last dimension of 1: all that is made
/// of the row is multiplied by it, and it is computed before `matmul`. Null
/// where there is none, or where nothing says that it may be 0.
mlir::Value findRowWeights(MatMulOp matmul, Recipes &recipes);

} // namespace sinter
#endif
