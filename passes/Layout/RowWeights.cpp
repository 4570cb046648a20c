//===- RowWeights.cpp - rows that count nothing where a weight is 0 -------===//
#include "passes/Layout/RowWeights.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "passes/Layout/Layout.h"

using namespace mlir;
using namespace sinter;

namespace {
class Finder {
public:
  Finder(MatMulOp matmul, Recipes &recipes)
      : matmul(matmul), recipes(recipes) {}
  Value find();

private:
  bool follow(Value rows);
  bool followUser(Operation *user, Value rows);
  bool takeWeights(Value weights);
  bool mayBeZero();
  bool makeBefore();
  Value alignWeights();

  MatMulOp matmul;
  Recipes &recipes;
  Value weights;
  llvm::DenseSet<Operation *> seen;
};
} // namespace

static Value stripViews(Value x) {
  while (auto view = x.getDefiningOp<ReshapeOp>())
    x = view.getX();
  return x;
}

/// Finite for 0, whatever the other operands are.
static bool keepsZeroFinite(Operation *op) {
  return isa<AddOp, SubOp, MulOp, ActivationOp, GatedOp, SigmoidOp, TanhOp,
             CastOp, NegOp, MinOp, MaxOp, ReluOp>(op);
}

bool Finder::takeWeights(Value found) {
  if (weights && stripViews(weights) != stripViews(found))
    return false;
  weights = found;
  return true;
}

/// `rows` keeps a row of the product in each row of its last dimension.
bool Finder::followUser(Operation *user, Value rows) {
  if (user->getNumResults() != 1 ||
      !isa<RankedTensorType>(user->getResult(0).getType()))
    return false;
  Value y = user->getResult(0);
  Dims in = dimsOf(rows), out = dimsOf(y);
  if (auto mul = dyn_cast<MulOp>(user)) {
    Value other = mul.getA() == rows ? mul.getB() : mul.getA();
    Dims by = dimsOf(other);
    if (!by.empty() && by.back().isConstant(1) && by.size() > 1 &&
        !in.back().isConstant(1) && out == in && !recipes.contains(other))
      return takeWeights(other);
  }
  if (keepsZeroFinite(user))
    return out == in && follow(y);
  if (auto view = dyn_cast<ReshapeOp>(user))
    return !view.getShape() && !out.empty() && out.back() == in.back() &&
           follow(y);
  if (auto slice = dyn_cast<SliceOp>(user))
    return slice.getX() == rows &&
           ArrayRef(out).drop_back() == ArrayRef(in).drop_back() && follow(y);
  auto product = dyn_cast<MatMulOp>(user);
  return product && product.getA() == rows && product.getB() != rows &&
         recipes.contains(product.getB()) && rankOf(product.getB()) <= 3 &&
         ArrayRef(out).drop_back() == ArrayRef(in).drop_back() && follow(y);
}

bool Finder::follow(Value rows) {
  if (rows.use_empty())
    return false;
  for (Operation *user : rows.getUsers())
    if (seen.insert(user).second && !followUser(user, rows))
      return false;
  return true;
}

/// A router compares, chooses or scatters; a gate never is 0.
bool Finder::mayBeZero() {
  SmallVector<Value> open{weights};
  llvm::DenseSet<Operation *> visited;
  while (!open.empty() && visited.size() < 64) {
    Operation *op = open.pop_back_val().getDefiningOp();
    if (!op || isa<MatMulOp>(op) || !visited.insert(op).second)
      continue;
    if (isa<SelectOp, CompareOp, ScatterNDOp>(op))
      return true;
    llvm::append_range(open, op->getOperands());
  }
  return false;
}

/// Moves what the weights are made of before the product.
bool Finder::makeBefore() {
  SmallVector<Value> open{weights};
  llvm::DenseSet<Operation *> late;
  while (!open.empty()) {
    Operation *op = open.pop_back_val().getDefiningOp();
    if (!op || op->getBlock() != matmul->getBlock() ||
        (op != matmul && op->isBeforeInBlock(matmul)))
      continue;
    if (op == matmul || !isPure(op) || op->getNumRegions())
      return false;
    if (late.insert(op).second)
      llvm::append_range(open, op->getOperands());
  }
  SmallVector<Operation *> ops(late.begin(), late.end());
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *op : ops)
    op->moveBefore(matmul);
  return true;
}

/// The weights in sizes that broadcast to those of the product's rows, which
/// views behind it may have merged or split.
Value Finder::alignWeights() {
  Dims own = dimsOf(weights), rows = dimsOf(matmul.getY());
  own.pop_back();
  rows.pop_back();
  auto joined = broadcastDims(own, rows);
  if (joined && llvm::equal(*joined, rows))
    return weights;
  if (product(ArrayRef(own)) != product(ArrayRef(rows)))
    return {};
  OpBuilder b(matmul);
  rows.push_back(DimExpr(1));
  return reshapeTo(b, weights, rows);
}

Value Finder::find() {
  if (!follow(matmul.getY()) || !weights || !mayBeZero() || !makeBefore())
    return {};
  return alignWeights();
}

Value sinter::findRowWeights(MatMulOp matmul, Recipes &recipes) {
  return Finder(matmul, recipes).find();
}
