//===- LiftSums.cpp - rows that count are added up ------------------------===//
#include "dialects/Sinter/IR/Folds.h"
#include "passes/Simplify/Lifter.h"

using namespace mlir;
using namespace sinter;

bool Lifter::endSum(ReduceOp op) {
  auto it = lifted.find(op.getX());
  if (it == lifted.end() || op.getKind() != Reduction::sum ||
      !llvm::is_contained(op.getAxes(), it->second.axis))
    return false;
  Lifted l = it->second;
  l.value = l.factor ? materialize(l) : toDomain(l, allPairs);
  Value picked = keepPicked(l.value, l.axis, 0);
  Value sum = ReduceOp::create(b, loc(), op.getKindAttr(), picked,
                               op.getAxesAttr(), op.getKeepdimsAttr());
  op.getY().replaceAllUsesWith(sum);
  return true;
}

/// Rows that are added to, or written over, the rows of x at all places along
/// one dimension of the mask, for each place along the other in order.
Value Lifter::placeRows(ScatterNDOp op, const Lifted &at,
                        const Lifted &updates) {
  int64_t domain = at.domain;
  int64_t choices =
      sizes.size() == 2 ? sizes[1 - domain].getConstant().value_or(0) : 1;
  if (choices < 1 || choices > 64)
    return {};
  Value x = op.getX(), rows = updates.value;
  bool adds = op.getKind() == Scatter::add;
  bool isFactored = updates.factor && updates.factorDomain == domain;
  // What is not added to x is 0 there, or the product would not be x's.
  if (!adds && getSplatNumber(x) != 0.0)
    isFactored = false;
  if (updates.factor && !isFactored)
    rows = materialize(updates);
  Type element = elementOf(rows);
  Dims each = dimsOf(rows);
  each[0] = sizes[domain];
  Value sum = isFactored || adds ? broadcast(scalar(0, element), each) : x;
  for (int64_t i = 0; i < choices; ++i) {
    Value row = rows;
    if (sizes.size() == 2 && updates.domain == allPairs) {
      Dims spread = each;
      spread.erase(spread.begin());
      spread.insert(spread.begin(), sizes.begin(), sizes.end());
      row = sliceAt(reshape(rows, spread), 1 - domain, i);
    }
    Value picked = pickedOf(domain, i, int64_t(each.size()));
    if (adds)
      sum = AddOp::create(
          b, loc(), sum,
          SelectOp::create(b, loc(), picked, row, scalar(0, element)));
    else
      sum = SelectOp::create(b, loc(), picked, row, sum);
  }
  if (isFactored)
    sum = MulOp::create(b, loc(), updates.factor, sum);
  return adds ? AddOp::create(b, loc(), x, sum).getY() : sum;
}

bool Lifter::endScatter(ScatterNDOp op) {
  auto at = lifted.find(op.getIndices()),
       updates = lifted.find(op.getUpdates());
  if (at == lifted.end() || updates == lifted.end() ||
      lifted.contains(op.getX()) || at->second.axis != 0 ||
      updates->second.axis != 0)
    return false;
  const Lifted &indices = at->second, &rows = updates->second;
  bool adds = op.getKind() == Scatter::add;
  Value y;
  if (indices.counts && rankOf(indices.value) == 2 &&
      dimsOf(op.getX())[0] == sizeOf(indices.domain) &&
      (adds || op.getKind() == Scatter::write) &&
      (rows.domain == allPairs || rows.domain == indices.domain))
    y = placeRows(op, indices, rows);
  if (!y && adds) {
    Value all = rows.factor ? materialize(rows) : toDomain(rows, allPairs);
    Value places = toDomain(indices, allPairs);
    if (!indices.isPlace)
      places = keepPicked(places, 0, 0);
    y = ScatterNDOp::create(b, loc(), op.getKind(), op.getX(), places,
                            keepPicked(all, 0, 0));
  }
  if (!y)
    return false;
  op.getY().replaceAllUsesWith(reshape(y, dimsOf(op.getY())));
  return true;
}
