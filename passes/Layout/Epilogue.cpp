//===- Epilogue.cpp - what follows a product, in its kernel ---------------===//
#include "passes/Layout/Epilogue.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "passes/Layout/Layout.h"

using namespace mlir;
using namespace sinter;

// The op that alone uses a result of f32.
template <typename OpTy> static OpTy onlyUser(Value y) {
  if (!elementOf(y).isF32() || !y.hasOneUse())
    return {};
  return dyn_cast<OpTy>(*y.user_begin());
}

// A stored vector over the last dimension.
void Epilogue::takeBias(RewriterBase &rewriter, Recipes &recipes) {
  Value y = result();
  auto add = y.hasOneUse() ? dyn_cast<AddOp>(*y.user_begin()) : AddOp();
  if (!add || add.getY().getType() != y.getType())
    return;
  Value other = add.getA() == y ? add.getB() : add.getA();
  auto type = tensorOf(other);
  if (!recipes.contains(other) || !type.hasStaticShape() ||
      type.getRank() == 0 || type.getRank() > rankOf(y) ||
      type.getNumElements() != type.getShape().back() ||
      !dimsOf(y).back().isConstant(type.getShape().back()))
    return;
  rewriter.setInsertionPoint(add);
  bias = reshapeTo(rewriter, other, {type.getShape().back()});
  steps.push_back(add);
}

void Epilogue::takeGate(int64_t lanes) {
  GatedProduct found = GatedProduct::find(result());
  if (!found.gated)
    return;
  std::string reason;
  if (bias)
    reason = "behind a bias";
  else if (tensorOf(found.gated.getY()).getShape().back() % (lanes / 2))
    reason = "its columns fill no panels of " + std::to_string(lanes);
  if (!reason.empty()) {
    noGate = "the gate is a loop of its own: " + reason;
    return;
  }
  gate = found;
  steps.append({gate.gate, gate.up, gate.gated});
}

void Epilogue::takeActivation() {
  if ((activation = onlyUser<ActivationOp>(result())))
    steps.push_back(activation);
}

void Epilogue::takeRounding() {
  auto cast = onlyUser<CastOp>(result());
  if (!cast || !elementOf(cast.getY()).isBF16())
    return;
  rounding = cast;
  steps.push_back(cast);
}

Epilogue Epilogue::find(RewriterBase &rewriter, MatMulOp matmul,
                        Recipes &recipes, int64_t lanes, bool rounds) {
  Epilogue epilogue;
  epilogue.steps.push_back(matmul);
  epilogue.takeBias(rewriter, recipes);
  epilogue.takeGate(lanes);
  if (!epilogue.gate.gated)
    epilogue.takeActivation();
  if (rounds)
    epilogue.takeRounding();
  return epilogue;
}

void Epilogue::replace(RewriterBase &rewriter, Value value) {
  rewriter.replaceOp(steps.pop_back_val(), value);
  for (Operation *step : llvm::reverse(steps))
    rewriter.eraseOp(step);
}

std::string Epilogue::describe() {
  std::string text = bias ? ", bias" : "";
  if (gate.gated)
    text += (", gate " + stringifyActivation(gate.gated.getKind())).str();
  if (activation)
    text += (", " + stringifyActivation(activation.getKind())).str();
  return rounding ? text + ", rounded to bf16" : text;
}
