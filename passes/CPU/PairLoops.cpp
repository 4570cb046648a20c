//===- PairLoops.cpp - loops that put two rows together -------------------===//
//
// Values of attention whose products are of pairs lie [positions / 2][columns]
// [2]: two rows of what a model computed, element by element.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/PairLoops.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sinter;

// Does what computes the value use the induction variable?
static bool dependsOn(Value value, Value variable) {
  if (value == variable)
    return true;
  Operation *op = value.getDefiningOp();
  return op && isMemoryEffectFree(op) &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return dependsOn(operand, variable);
         });
}

// linalg's loops have an affine.apply for each index.
static Value stripIdentity(Value index) {
  while (auto apply = index.getDefiningOp<affine::AffineApplyOp>()) {
    if (!apply.getAffineMap().isIdentity())
      break;
    index = apply.getOperand(0);
  }
  return index;
}

// Is it the variable, plus something that does not depend on it?
static bool advancesWith(Value index, Value variable) {
  index = stripIdentity(index);
  if (index == variable)
    return true;
  Operation *op = index.getDefiningOp();
  bool isSum = isa_and_present<arith::AddIOp>(op);
  if (auto apply = dyn_cast_if_present<affine::AffineApplyOp>(op)) {
    auto sum = dyn_cast<AffineBinaryOpExpr>(apply.getAffineMap().getResult(0));
    auto isOperand = [](AffineExpr e) {
      return isa<AffineDimExpr, AffineSymbolExpr>(e);
    };
    isSum = sum && sum.getKind() == AffineExprKind::Add &&
            isOperand(sum.getLHS()) && isOperand(sum.getRHS()) &&
            sum.getLHS() != sum.getRHS() && apply->getNumOperands() == 2;
  }
  if (!isSum)
    return false;
  Value a = op->getOperand(0), b = op->getOperand(1);
  return (advancesWith(a, variable) && !dependsOn(b, variable)) ||
         (advancesWith(b, variable) && !dependsOn(a, variable));
}

static bool hasContiguousEnd(MemRefType type, int64_t dims) {
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return false;
  return strides.back() == 1 &&
         (dims == 1 || strides[strides.size() - 2] == type.getShape().back());
}

namespace {
// What the body of the inner loop does.
struct PairBody {
  memref::LoadOp load;
  memref::StoreOp store;

  static std::optional<PairBody> match(scf::ForOp columns, scf::ForOp pair);
};
} // namespace

std::optional<PairBody> PairBody::match(scf::ForOp columns, scf::ForOp pair) {
  std::optional<APInt> trips = pair.getStaticTripCount();
  if (!trips || *trips != 2 || !matchPattern(pair.getLowerBound(), m_Zero()) ||
      !matchPattern(columns.getStep(), m_One()) || pair.getNumResults() ||
      pair->getBlock() != columns.getBody() ||
      !llvm::all_of(columns.getBody()->without_terminator(),
                    [&](Operation &op) { return &op == pair; }))
    return std::nullopt;
  PairBody body;
  for (Operation &op : pair.getBody()->without_terminator()) {
    if (isa<memref::LoadOp>(op) && op.use_empty()) // of the destination
      continue;
    if (auto load = dyn_cast<memref::LoadOp>(op); load && !body.load)
      body.load = load;
    else if (auto store = dyn_cast<memref::StoreOp>(op); store && !body.store)
      body.store = store;
    else if (!isMemoryEffectFree(&op) || op.getNumRegions())
      return std::nullopt;
  }
  auto [load, store] = body;
  if (!load || !store || store.getValue() != load.getResult() ||
      load.getMemRef() == store.getMemRef() ||
      !columns.isDefinedOutsideOfLoop(load.getMemRef()) ||
      !columns.isDefinedOutsideOfLoop(store.getMemRef()))
    return std::nullopt;
  MemRefType from = load.getMemRefType(), to = store.getMemRefType();
  Type element = from.getElementType();
  if (element != to.getElementType() || !element.isIntOrFloat() ||
      element.getIntOrFloatBitWidth() != 16 || from.getRank() < 1 ||
      to.getRank() < 2 || to.getShape().back() != 2 ||
      !hasContiguousEnd(from, 1) || !hasContiguousEnd(to, 2))
    return std::nullopt;
  Value n = columns.getInductionVar(), i = pair.getInductionVar();
  OperandRange at = load.getIndices(), place = store.getIndices();
  auto isFixed = [&](Value index) { return !dependsOn(index, n); };
  if (!advancesWith(at.back(), n) || dependsOn(at.back(), i) ||
      !llvm::all_of(at.drop_back(), isFixed) ||
      stripIdentity(place.back()) != i ||
      !advancesWith(place[place.size() - 2], n) ||
      !llvm::all_of(place.drop_back(2), isFixed) ||
      llvm::any_of(place.drop_back(), [&](Value v) { return dependsOn(v, i); }))
    return std::nullopt;
  return body;
}

void sinter::vectorizePairs(RewriterBase &rewriter, scf::ForOp columns,
                            scf::ForOp pair, int64_t lanes) {
  auto matched = PairBody::match(columns, pair);
  if (!matched)
    return;
  auto [load, store] = *matched;
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(columns);
  Location loc = columns.getLoc();
  auto index = [&](int64_t v) -> Value {
    return arith::ConstantIndexOp::create(rewriter, loc, v);
  };
  Value first = columns.getLowerBound(), width = index(lanes);
  Value count =
      arith::SubIOp::create(rewriter, loc, columns.getUpperBound(), first);
  count = arith::MaxSIOp::create(rewriter, loc, count, index(0));
  Value left = arith::RemUIOp::create(rewriter, loc, count, width);
  Value end = arith::AddIOp::create(
      rewriter, loc, first, arith::SubIOp::create(rewriter, loc, count, left));
  // Columns and pairs are one dimension of the store.
  MemRefType to = store.getMemRefType();
  SmallVector<ReassociationIndices> together;
  for (int64_t d = 0; d < to.getRank() - 1; ++d)
    together.push_back({d});
  together.back().push_back(to.getRank() - 1);
  Value flat = memref::CollapseShapeOp::create(rewriter, loc, store.getMemRef(),
                                               together);
  auto whole = scf::ForOp::create(rewriter, loc, first, end, width);
  rewriter.setInsertionPointToStart(whole.getBody());
  auto vector = VectorType::get({lanes}, to.getElementType());
  SmallVector<Value> rows, place;
  for (int64_t i = 0; i < 2; ++i) {
    IRMapping map;
    map.map(columns.getInductionVar(), whole.getInductionVar());
    map.map(pair.getInductionVar(), index(i));
    for (Operation &op : pair.getBody()->without_terminator())
      if (isMemoryEffectFree(&op))
        rewriter.clone(op, map);
    auto get = [&](Value v) { return map.lookupOrDefault(v); };
    rows.push_back(
        vector::LoadOp::create(rewriter, loc, vector, load.getMemRef(),
                               llvm::map_to_vector(load.getIndices(), get)));
    place = llvm::map_to_vector(store.getIndices().drop_back(), get);
  }
  place.back() = arith::MulIOp::create(rewriter, loc, place.back(), index(2));
  Value pairs = vector::InterleaveOp::create(rewriter, loc, rows[0], rows[1]);
  vector::StoreOp::create(rewriter, loc, pairs, flat, place);
  rewriter.modifyOpInPlace(columns, [&] { columns.setLowerBound(end); });
}
