//===- ChosenMatrix.h - a matmul with one of several stored matrices ------===//
//
// A mixture of experts keeps the matrices of all experts as one weight [E, ..]
// and multiplies each row with the one that it chose: a matmul of which one
// side is gathered from the weight, a matrix a row.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IR_CHOSENMATRIX_H
#define SINTER_IR_CHOSENMATRIX_H

#include "dialects/Sinter/IR/Recipe.h"
#include <string>

namespace sinter {

struct ChosenMatrix {
  mlir::Operation *gather = nullptr;
  mlir::OpOperand *table = nullptr; // [E, K, N], or [E, N, K] if transposed
  mlir::Value experts;              // [batch..], or [batch.., 1] of gather_nd
  mlir::Value rows;                 // [batch.., 1, K] or [batch.., K, 1]
  bool isTransposed = false;
};

/// The form where `matmul` has it: each matrix gathered whole from a recipe of
/// rank 3, for one row. Nullopt for other matmuls, with a reason where a side
/// is gathered so but the rest does not fit.
std::optional<ChosenMatrix> getChosenMatrix(MatMulOp matmul, Recipes &recipes,
                                            std::string *reason = nullptr);

} // namespace sinter
#endif
