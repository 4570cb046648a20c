//===- Epilogue.h - what follows a product, in its kernel -------*- C++ -*-===//
//
// A kernel has sums in registers or L1: what is left to do for each element is
// done there, and the wide result never goes through memory.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_LAYOUT_EPILOGUE_H
#define SINTER_LAYOUT_EPILOGUE_H

#include "dialects/Sinter/IR/Recipe.h"
#include "passes/Layout/Gates.h"

namespace sinter {

/// The ops that follow a product of stored weights, each the only use of what
/// is before it, as far as sinter.packed_matmul has them: a bias; a gate or an
/// activation; the rounding to bf16.
class Epilogue {
  using Value = mlir::Value;

public:
  /// For panels of `lanes` columns; `rounds`: would a product read bf16 as it
  /// is? Makes the bias a vector.
  static Epilogue find(mlir::RewriterBase &rewriter, MatMulOp matmul,
                       Recipes &recipes, int64_t lanes, bool rounds);

  /// The last op, whose result is the kernel's.
  mlir::Operation *last() const { return steps.back(); }
  Value result() const { return last()->getResult(0); }
  /// The last op's result becomes `value`; all ops go.
  void replace(mlir::RewriterBase &rewriter, Value value);

  Value getBias() const { return bias; }
  GatedProduct &getGate() { return gate; }
  ActivationAttr getGateKind() { return kindOf(gate.gated); }
  ActivationAttr getActivationKind() { return kindOf(activation); }
  /// Why a gate that there is stays apart; or nothing.
  llvm::StringRef whyNoGate() const { return noGate; }
  /// Such as ", bias, gelu".
  std::string describe();

private:
  template <typename OpTy> static ActivationAttr kindOf(OpTy op) {
    return op ? op.getKindAttr() : ActivationAttr();
  }
  void takeBias(mlir::RewriterBase &rewriter, Recipes &recipes);
  void takeGate(int64_t lanes);
  void takeActivation();
  void takeRounding();

  mlir::SmallVector<mlir::Operation *> steps; // from the product on
  Value bias;
  GatedProduct gate;
  ActivationOp activation;
  CastOp rounding;
  std::string noGate;
};

} // namespace sinter
#endif
