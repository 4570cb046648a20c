//===- JoinMatMuls.cpp - one matmul for q, k, v and one for gate and up ---===//
//
// From the operands of an attention (or gated) back to the matmuls with stored
// weights that they come from. Those with one left side become
// x * concat(wq, wk, wv) and slices of it.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/Recipe.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "passes/Fuse/Fuse.h"
#include "passes/Fuse/Match.h"
#include "llvm/ADT/MapVector.h"

namespace sinter {
#define GEN_PASS_DEF_JOINMATMULS
#include "passes/Fuse/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {

struct JoinMatMuls : sinter::impl::JoinMatMulsBase<JoinMatMuls> {
  void runOnOperation() override;

private:
  MatMulOp findMatMul(Value value, unsigned depth = 0);
  AddOp getBias(MatMulOp matmul);
  bool join(ArrayRef<MatMulOp> group, std::string &reason);
  void joinOperands(Operation *user, ValueRange operands, StringRef kind,
                    ReportEntries &report);

  Recipes recipes;
  DenseSet<Operation *> joined; // products that are joined already
};

} // namespace

static bool isStoredMatrix(Recipes &recipes, MatMulOp matmul) {
  return rankOf(matmul.getB()) == 2 && recipes.contains(matmul.getB()) &&
         !recipes.contains(matmul.getA());
}

/// The matmul with a stored matrix that `value` is a view, rotation or norm of.
MatMulOp JoinMatMuls::findMatMul(Value value, unsigned depth) {
  Operation *op = value.getDefiningOp();
  if (!op || depth > 16)
    return {};
  if (auto matmul = dyn_cast<MatMulOp>(op))
    return isStoredMatrix(recipes, matmul) ? matmul : MatMulOp();
  auto next = [&](Value v) { return findMatMul(v, depth + 1); };
  if (isa<ReshapeOp, TransposeOp, SliceOp, BroadcastToOp, RotaryOp, RMSNormOp,
          LayerNormOp, CastOp>(op))
    return next(op->getOperand(0));
  if (isa<AddOp, MulOp>(op)) { // a bias, a scale
    bool first = recipes.contains(op->getOperand(0));
    if (first || recipes.contains(op->getOperand(1)))
      return next(op->getOperand(first));
  }
  if (auto concat = dyn_cast<ConcatOp>(op)) { // past, new
    MatMulOp found;
    for (Value x : concat.getXs())
      if (MatMulOp matmul = next(x)) {
        if (found && found != matmul)
          return {};
        found = matmul;
      }
    return found;
  }
  return {};
}

/// The add of a stored vector that alone uses the product.
AddOp JoinMatMuls::getBias(MatMulOp matmul) {
  if (!matmul->hasOneUse())
    return {};
  auto add = dyn_cast<AddOp>(*matmul->getUsers().begin());
  if (!add || add.getType() != matmul.getType())
    return {};
  Value bias = otherOperand(add, matmul.getY());
  bool fits = recipes.contains(bias) && rankOf(bias) == 1 &&
              dimsOf(bias)[0] == dimsOf(matmul.getB())[1];
  return fits ? add : AddOp();
}

bool JoinMatMuls::join(ArrayRef<MatMulOp> group, std::string &reason) {
  MatMulOp first = group.front();
  for (MatMulOp m : group) {
    if (m->getBlock() != first->getBlock() ||
        elementOf(m.getB()) != elementOf(first.getB())) {
      reason = "the matrices have different types";
      return false;
    }
    if (m->isBeforeInBlock(first))
      first = m;
  }
  SmallVector<Value> matrices, biases, parts;
  SmallVector<Location> where;
  SmallVector<AddOp> adds;
  for (MatMulOp m : group) {
    hoistRecipe(m.getB(), first);
    matrices.push_back(m.getB());
    where.push_back(m.getLoc());
    if (AddOp add = getBias(m)) {
      Value bias = otherOperand(add, m.getY());
      hoistRecipe(bias, first);
      adds.push_back(add);
      biases.push_back(bias);
    }
  }
  OpBuilder b(first);
  Location loc = FusedLoc::get(b.getContext(), where);
  Value matrix = ConcatOp::create(b, loc, matrices, 1);
  Value y = MatMulOp::create(b, loc, first.getA(), matrix);
  recipes.contains(matrix);
  joined.insert(y.getDefiningOp());
  bool biased = adds.size() == group.size(); // some: each keeps its own
  if (biased)
    y = AddOp::create(b, loc, y, ConcatOp::create(b, loc, biases, 0));
  int64_t at = 0;
  for (auto [i, m] : llvm::enumerate(group)) {
    MatMulOp product = m;
    int64_t size = *dimsOf(product.getB())[1].getConstant();
    Value old = biased ? adds[i].getY() : product.getY();
    Value part = sliceOf(b, old.getLoc(), y, rankOf(y) - 1, at, size);
    replaceWith(b, old, part);
    at += size;
  }
  return true;
}

void JoinMatMuls::joinOperands(Operation *user, ValueRange operands,
                               StringRef kind, ReportEntries &report) {
  // Groups of one left side, in the order of use.
  llvm::MapVector<Value, SmallVector<MatMulOp>> groups;
  unsigned found = 0;
  for (Value operand : operands) {
    MatMulOp matmul = findMatMul(operand);
    if (!matmul)
      continue;
    ++found;
    auto &group = groups[matmul.getA()];
    if (!llvm::is_contained(group, matmul))
      group.push_back(matmul);
  }
  if (found < 2)
    return; // no candidate: one side is not computed from weights here
  for (auto &[lhs, group] : groups) {
    std::string reason;
    if (group.size() > 1) {
      if (join(group, reason))
        report.fused(kind, user->getLoc());
      else
        report.missed(kind, user->getLoc(), reason);
    } else if (groups.size() == 1) {
      report.fused(kind, user->getLoc(),
                   joined.contains(group.front()) ? "shared with another user"
                                                  : "one matrix in the model");
    }
  }
  if (groups.size() == operands.size())
    report.missed(kind, user->getLoc(),
                  "the matmuls have different left sides");
}

void JoinMatMuls::runOnOperation() {
  recipes = Recipes();
  joined.clear();
  ReportEntries report(getOperation(), {"qkv", "gate_up"});
  SmallVector<Operation *> users;
  getOperation()->walk([&](Operation *op) {
    if (isa<AttentionOp, GatedOp>(op))
      users.push_back(op);
  });
  for (Operation *op : users) {
    bool gated = isa<GatedOp>(op);
    joinOperands(op, op->getOperands().take_front(gated ? 2 : 3),
                 gated ? "gate_up" : "qkv", report);
  }
  eraseDeadOps(getOperation());
}
