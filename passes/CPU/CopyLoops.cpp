//===- CopyLoops.cpp - loops that lay elements out anew -------------------===//
#include "passes/CPU/CopyLoops.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sinter;

std::optional<CopyLoops> CopyLoops::match(ArrayRef<Operation *> nest,
                                          size_t depth) {
  if (nest.size() < depth)
    return std::nullopt;
  CopyLoops copy;
  for (Operation *op : nest.take_back(depth)) {
    auto loop = dyn_cast<scf::ForOp>(op);
    if (!loop || loop.getNumResults() ||
        !matchPattern(loop.getStep(), m_One()) ||
        (!copy.loops.empty() &&
         !llvm::hasSingleElement(
             copy.loops.back().getBody()->without_terminator())))
      return std::nullopt;
    copy.loops.push_back(loop);
  }
  for (Operation &op : copy.loops.back().getBody()->without_terminator()) {
    if (isa<memref::LoadOp>(op) && op.use_empty()) // of the destination
      continue;
    if (auto load = dyn_cast<memref::LoadOp>(op); load && !copy.load)
      copy.load = load;
    else if (auto store = dyn_cast<memref::StoreOp>(op); store && !copy.store)
      copy.store = store;
    else if (!isMemoryEffectFree(&op) || op.getNumRegions())
      return std::nullopt;
  }
  auto isOutside = [&](Value memref) {
    return copy.loops.front().isDefinedOutsideOfLoop(memref);
  };
  if (!copy.load || !copy.store ||
      copy.store.getValue() != copy.load.getResult() ||
      copy.load.getMemRef() == copy.store.getMemRef() ||
      !isOutside(copy.load.getMemRef()) || !isOutside(copy.store.getMemRef()))
    return std::nullopt;
  return copy;
}

static bool dependsOn(Value value, Value variable) {
  if (value == variable)
    return true;
  Operation *op = value.getDefiningOp();
  return op && isMemoryEffectFree(op) &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return dependsOn(operand, variable);
         });
}

static std::optional<int64_t> growthOf(Value index, Value variable);

static std::optional<int64_t> growthOf(AffineExpr e, affine::AffineApplyOp op,
                                       Value variable) {
  if (isa<AffineConstantExpr>(e))
    return 0;
  if (auto dim = dyn_cast<AffineDimExpr>(e))
    return growthOf(op.getDimOperands()[dim.getPosition()], variable);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
    return growthOf(op.getSymbolOperands()[symbol.getPosition()], variable);
  auto both = cast<AffineBinaryOpExpr>(e);
  auto left = growthOf(both.getLHS(), op, variable);
  auto right = growthOf(both.getRHS(), op, variable);
  if (!left || !right)
    return std::nullopt;
  if (e.getKind() == AffineExprKind::Add)
    return *left + *right;
  if (*left == 0 && *right == 0)
    return 0;
  auto factor = dyn_cast<AffineConstantExpr>(both.getRHS());
  if (e.getKind() == AffineExprKind::Mul && factor)
    return *left * factor.getValue();
  return std::nullopt;
}

static std::optional<int64_t> growthOf(Value index, Value variable) {
  if (index == variable)
    return 1;
  if (!dependsOn(index, variable))
    return 0;
  Operation *op = index.getDefiningOp();
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    return growthOf(apply.getAffineMap().getResult(0), apply, variable);
  if (!isa<arith::AddIOp, arith::MulIOp>(op))
    return std::nullopt;
  auto left = growthOf(op->getOperand(0), variable);
  auto right = growthOf(op->getOperand(1), variable);
  if (!left || !right)
    return std::nullopt;
  if (isa<arith::AddIOp>(op))
    return *left + *right;
  APInt factor;
  if (!matchPattern(op->getOperand(1), m_ConstantInt(&factor)))
    return std::nullopt;
  return *left * factor.getSExtValue();
}

std::optional<int64_t> CopyLoops::growth(Value index, size_t i) const {
  return growthOf(index, scf::ForOp(loops[i]).getInductionVar());
}

bool CopyLoops::areFixed(ValueRange indices, size_t i) const {
  return llvm::none_of(indices, [&, loop = loops[i]](Value index) mutable {
    return dependsOn(index, loop.getInductionVar());
  });
}

static SmallVector<Value> cloneIndices(OpBuilder &b, const CopyLoops &copy,
                                       ArrayRef<Value> variables,
                                       ValueRange indices) {
  IRMapping map;
  for (auto [loop, value] : llvm::zip_equal(copy.loops, variables))
    map.map(scf::ForOp(loop).getInductionVar(), value);
  scf::ForOp innermost = copy.loops.back();
  for (Operation &op : innermost.getBody()->without_terminator())
    if (isMemoryEffectFree(&op))
      b.clone(op, map);
  return llvm::map_to_vector(indices,
                             [&](Value v) { return map.lookupOrDefault(v); });
}

SmallVector<Value> CopyLoops::loadAt(OpBuilder &b,
                                     ArrayRef<Value> variables) const {
  return cloneIndices(b, *this, variables, memref::LoadOp(load).getIndices());
}

SmallVector<Value> CopyLoops::storeAt(OpBuilder &b,
                                      ArrayRef<Value> variables) const {
  return cloneIndices(b, *this, variables, memref::StoreOp(store).getIndices());
}

Value CopyLoops::flattenStore(OpBuilder &b) const {
  Value to = memref::StoreOp(store).getMemRef();
  int64_t rank = cast<MemRefType>(to.getType()).getRank();
  SmallVector<ReassociationIndices> together;
  for (int64_t d = 0; d < rank - 1; ++d)
    together.push_back({d});
  together.back().push_back(rank - 1);
  return memref::CollapseShapeOp::create(b, to.getLoc(), to, together);
}

Value sinter::endOfWholeSteps(OpBuilder &b, scf::ForOp loop, int64_t lanes) {
  Location loc = loop.getLoc();
  auto index = [&](int64_t v) -> Value {
    return arith::ConstantIndexOp::create(b, loc, v);
  };
  Value first = loop.getLowerBound();
  Value count = arith::SubIOp::create(b, loc, loop.getUpperBound(), first);
  count = arith::MaxSIOp::create(b, loc, count, index(0));
  Value left = arith::RemUIOp::create(b, loc, count, index(lanes));
  Value whole = arith::SubIOp::create(b, loc, count, left);
  return arith::AddIOp::create(b, loc, first, whole);
}
