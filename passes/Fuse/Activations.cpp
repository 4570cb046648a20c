//===- Activations.cpp - silu, gelu, relu, gated --------------------------===//
//
// A candidate is a sigmoid, erf or tanh t of a polynomial in some x whose
// product with x is taken: silu is x t, gelu x/2 + x/2 t. x may be any value
// inside t's argument; the first that fits is it. Then activation(g) * u
// becomes gated.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/ReportEntries.h"
#include "passes/Fuse/Fuse.h"
#include "passes/Fuse/Match.h"
#include "passes/Fuse/Polynomial.h"
#include "llvm/ADT/SetVector.h"
#include <cmath>
#include <numbers>

namespace sinter {
#define GEN_PASS_DEF_FUSEACTIVATIONS
#include "passes/Fuse/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// The values that `value` is computed from by plain arithmetic, nearest
/// first, itself included.
static SetVector<Value> getArithmeticInputs(Value value) {
  SetVector<Value> values;
  values.insert(value);
  for (unsigned i = 0; i < values.size() && values.size() < 32; ++i)
    if (Operation *op = values[i].getDefiningOp();
        isa_and_nonnull<AddOp, SubOp, MulOp, DivOp, PowOp>(op))
      for (Value operand : op->getOperands())
        if (!getScalar(operand))
          values.insert(operand);
  return values;
}

/// The values that are computed from `value` by plain arithmetic, nearest
/// first.
static SetVector<Value> getArithmeticUsers(Value value) {
  SetVector<Value> values;
  values.insert(value);
  for (unsigned i = 0; i < values.size() && values.size() < 32; ++i)
    for (Operation *user : values[i].getUsers())
      if (isa<AddOp, SubOp, MulOp, DivOp>(user))
        values.insert(user->getResult(0));
  return values;
}

/// 1 / (1 + exp(-x)) is a sigmoid.
static void raiseSigmoid(DivOp div) {
  auto add = div.getB().getDefiningOp<AddOp>();
  if (!add || !isScalar(div.getA(), 1) || div.getType() != div.getB().getType())
    return;
  for (Value operand : add->getOperands()) {
    auto exp = operand.getDefiningOp<ExpOp>();
    auto neg = exp ? exp.getX().getDefiningOp<NegOp>() : NegOp();
    if (!neg || !isScalar(otherOperand(add, operand), 1) ||
        neg.getType() != add.getType())
      continue;
    OpBuilder b(div);
    Value y = SigmoidOp::create(b, div.getLoc(), neg.getX());
    replaceWith(b, div.getY(), y);
    return;
  }
}

namespace {
struct Form {
  Activation kind;
  Polynomial argument, result;
};
} // namespace

/// The forms whose inner function is `op`'s.
static SmallVector<Form, 1> getForms(Operation *op) {
  Polynomial half{{{1, 0}, 0.5}, {{1, 1}, 0.5}};
  double c = std::sqrt(2 * std::numbers::inv_pi);
  if (isa<SigmoidOp>(op))
    return {{Activation::silu, {{{1, 0}, 1.0}}, {{{1, 1}, 1.0}}}};
  if (isa<ErfOp>(op))
    return {{Activation::gelu, {{{1, 0}, std::sqrt(0.5)}}, half}};
  return {{Activation::gelu_tanh, {{{1, 0}, c}, {{3, 0}, c * 0.044715}}, half}};
}

/// True when the op is raised; `reason` is set when it is a candidate and is
/// not.
static bool raise(Operation *op, const char *&reason) {
  Value argument = op->getOperand(0), t = op->getResult(0);
  Type element = elementOf(t);
  reason = nullptr;
  for (Value x : getArithmeticInputs(argument)) {
    if (x.getType() != t.getType())
      continue;
    auto inner = getPolynomial(argument, x, {});
    for (Value y : getArithmeticUsers(t)) {
      auto outer = getPolynomial(y, x, t);
      if (!inner || !outer || y.getType() != t.getType())
        continue;
      for (Form &form : getForms(op)) {
        if (!isClose(*inner, form.argument, element) ||
            !isClose(*outer, form.result, element))
          continue;
        Operation *last = y.getDefiningOp();
        OpBuilder b(last);
        replaceWith(b, y,
                    ActivationOp::create(b, last->getLoc(), form.kind, x));
        return true;
      }
      // x t + ...: an activation, but none of ours.
      if (outer->count({1, 1}))
        reason = "its constants are those of no known activation";
    }
  }
  return false;
}

/// act * u becomes gated when nothing else needs act.
static bool raiseGated(ActivationOp act, const char *&reason) {
  reason = nullptr;
  for (Operation *user : act->getUsers()) {
    auto mul = dyn_cast<MulOp>(user);
    if (!mul || mul.getA() == mul.getB())
      continue;
    Value up = otherOperand(mul, act.getY());
    if (up.getType() != act.getType() || getScalar(up))
      continue;
    if (!act->hasOneUse()) {
      reason = "the activation is used elsewhere, too";
      continue;
    }
    OpBuilder b(mul);
    Value y = GatedOp::create(b, mul.getLoc(), act.getKind(), act.getX(), up);
    replaceWith(b, mul.getY(), y);
    return true;
  }
  return false;
}

namespace {
struct FuseActivations : sinter::impl::FuseActivationsBase<FuseActivations> {
  void runOnOperation() override {
    ReportEntries report(getOperation(), {"activation", "gated_mlp"});
    SmallVector<DivOp> quotients;
    getOperation()->walk([&](DivOp div) { quotients.push_back(div); });
    for (DivOp div : quotients)
      raiseSigmoid(div);

    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      bool isFloat = op->getNumResults() == 1 &&
                     isa<RankedTensorType>(op->getResult(0).getType()) &&
                     isa<FloatType>(elementOf(op->getResult(0)));
      if (isFloat && isa<SigmoidOp, ErfOp, TanhOp, ReluOp>(op))
        ops.push_back(op);
    });
    const char *reason;
    for (Operation *op : ops) {
      if (op->use_empty())
        continue;
      if (auto relu = dyn_cast<ReluOp>(op)) {
        OpBuilder b(op);
        relu.getY().replaceAllUsesWith(ActivationOp::create(
            b, op->getLoc(), Activation::relu, relu.getX()));
      } else if (!raise(op, reason) && reason) {
        report.missed("activation", op->getLoc(), reason);
      }
    }
    SmallVector<ActivationOp> activations;
    getOperation()->walk([&](Operation *op) {
      if (auto act = dyn_cast<ActivationOp>(op); act && !act->use_empty())
        activations.push_back(act);
      else if (isa<GatedOp>(op))
        report.fused("gated_mlp", op->getLoc());
    });
    for (ActivationOp act : activations) {
      Location where = act.getLoc();
      bool gated = raiseGated(act, reason);
      if (gated)
        report.fused("gated_mlp", where);
      else
        report.fused("activation", where);
      if (reason && !gated)
        report.missed("gated_mlp", where, reason);
    }
    eraseDeadOps(getOperation());
  }
};
} // namespace
