//===- LiftRows.cpp - values of all rows, one op at a time ----------------===//
#include "dialects/Sinter/IR/AxisSlice.h"
#include "dialects/Sinter/IR/Folds.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Simplify/Lifter.h"
#include "passes/Simplify/RowRules.h"

using namespace mlir;
using namespace sinter;

/// The dimensions that are not 1.
static Dims dropUnits(Dims dims) {
  llvm::erase_if(dims, [](const DimExpr &size) { return size.isConstant(1); });
  return dims;
}

Lifter::Lifter(CompressOp first)
    : b(first), block(first->getBlock()), mask(first.getMask()) {
  symbol = dimsOf(first.getY())[first.getAxis()].str();
  sizes = dimsOf(mask);
  if (auto view = mask.getDefiningOp<ReshapeOp>())
    if (Dims pair = dropUnits(dimsOf(view.getX())); pair.size() == 2)
      sizes = pair;
}

//===--- Small builders ---------------------------------------------------===//

Value Lifter::reshape(Value x, ArrayRef<DimExpr> dims) {
  auto type = getTensorType(dims, elementOf(x));
  return type == x.getType()
             ? x
             : ReshapeOp::create(b, loc(), type, x, Value(), false).getY();
}

Value Lifter::broadcast(Value x, ArrayRef<DimExpr> dims) {
  auto type = getTensorType(dims, elementOf(x));
  return type == x.getType()
             ? x
             : BroadcastToOp::create(b, loc(), type, x, Value()).getY();
}

Value Lifter::scalar(double value, Type element) {
  auto type = RankedTensorType::get({}, element);
  Attribute number = isa<FloatType>(element)
                         ? Attribute(b.getFloatAttr(element, value))
                         : b.getIntegerAttr(element, int64_t(value));
  return ConstantOp::create(b, loc(), type,
                            DenseElementsAttr::get(type, number));
}

Value Lifter::sliceAt(Value x, int64_t axis, int64_t place) {
  Dims dims = dimsOf(x);
  dims.erase(dims.begin() + axis);
  return reshape(sliceOf(b, loc(), x, axis, place, 1), dims);
}

/// Rows of a domain repeated for each pair.
Value Lifter::toDomain(const Lifted &l, int64_t domain) {
  if (l.domain == domain)
    return l.value;
  Dims dims = dimsOf(l.value), spread = dims, wide;
  spread.erase(spread.begin() + l.axis);
  for (int64_t i = sizes.size() - 1; i >= 0; --i)
    spread.insert(spread.begin() + l.axis,
                  i == l.domain ? sizes[i] : DimExpr(1));
  wide = spread;
  for (auto [i, size] : llvm::enumerate(sizes))
    wide[l.axis + i] = size;
  dims[l.axis] = sizeOf(allPairs);
  return reshape(broadcast(reshape(l.value, spread), wide), dims);
}

Value Lifter::materialize(const Lifted &l) {
  if (!l.factor)
    return l.value;
  Lifted factor{l.factor, l.axis, l.factorDomain};
  return MulOp::create(b, loc(), toDomain(factor, allPairs), l.value);
}

/// Rows of all pairs, with a number in place of those that are not picked.
Value Lifter::keepPicked(Value rows, int64_t axis, double other) {
  Dims dims(rankOf(rows) - axis, DimExpr(1));
  dims[0] = sizeOf(allPairs);
  return SelectOp::create(b, loc(), reshape(mask, dims), rows,
                          scalar(other, elementOf(rows)));
}

/// Of the pairs with `place` in the other dimension, which are picked: a column
/// [size of the domain, 1 ..].
Value Lifter::pickedOf(int64_t domain, int64_t place, int64_t rank) {
  Value picked = mask;
  if (sizes.size() == 2)
    picked = sliceAt(reshape(mask, sizes), 1 - domain, place);
  Dims dims(rank, DimExpr(1));
  dims[0] = sizes[domain];
  return reshape(picked, dims);
}

//===--- Ops that give rows -----------------------------------------------===//

bool Lifter::hasCount(Value value) const {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && llvm::any_of(getDims(type), [&](const DimExpr &size) {
           return llvm::is_contained(size.getSymbols(), symbol);
         });
}

/// 0, 1, .. up to the size of its one dimension that is not 1.
static bool countsUp(Value x) {
  while (auto view = x.getDefiningOp<ReshapeOp>())
    x = view.getX();
  if (auto range = x.getDefiningOp<RangeOp>())
    return getSplatNumber(range.getStart()) == 0.0 &&
           getSplatNumber(range.getDelta()) == 1.0;
  auto constant = x.getDefiningOp<ConstantOp>();
  auto elements = constant ? dyn_cast<DenseIntElementsAttr>(constant.getValue())
                           : DenseIntElementsAttr();
  if (!elements)
    return false;
  for (auto [i, value] : llvm::enumerate(elements.getValues<APInt>()))
    if (value.getSExtValue() != int64_t(i))
      return false;
  return true;
}

/// Rows that are the same along all dimensions of the mask but one.
bool Lifter::liftSource(CompressOp op) {
  Lifted l{op.getX(), int64_t(op.getAxis())};
  auto flat = op.getX().getDefiningOp<ReshapeOp>();
  auto repeated =
      flat ? flat.getX().getDefiningOp<BroadcastToOp>() : BroadcastToOp();
  if (rankOf(op.getX()) == 1 && sizes.size() == 1) {
    l.domain = 0;
    l.isPlace = l.counts = countsUp(op.getX());
  } else if (rankOf(op.getX()) == 1 && repeated &&
             dropUnits(dimsOf(repeated.getY())) == sizes) {
    Dims own = dropUnits(dimsOf(repeated.getX()));
    for (auto [i, size] : llvm::enumerate(sizes))
      if (own.size() == 1 && own[0] == size && sizes[0] != sizes[1]) {
        l.value = reshape(repeated.getX(), {size});
        l.domain = int64_t(i);
        l.isPlace = l.counts = countsUp(repeated.getX());
        break;
      }
  }
  lifted[op.getY()] = l;
  return true;
}

/// x[.., place, ..] for all places of x is x.
bool Lifter::liftWhole(GatherOp op) {
  auto at = lifted.find(op.getIndices());
  if (at == lifted.end() || lifted.contains(op.getX()) || !at->second.counts ||
      rankOf(op.getIndices()) != 1)
    return false;
  int64_t axis = op.getAxis();
  if (dimsOf(op.getX())[axis] != sizeOf(at->second.domain))
    return false;
  lifted[op.getY()] = Lifted(op.getX(), axis, at->second.domain);
  return true;
}

/// The place along a dimension of the mask that a value counts.
static const Lifted *getPlace(const llvm::DenseMap<Value, Lifted> &lifted,
                              Value value) {
  auto it = lifted.find(value);
  return it != lifted.end() && it->second.counts ? &it->second : nullptr;
}

/// w [A, B] flattened at p * B + q, where p and q are the two places of a pair:
/// all of w, its first dimension that of the mask.
bool Lifter::liftPairs(GatherOp op) {
  auto flat = op.getX().getDefiningOp<ReshapeOp>();
  auto sum = op.getIndices().getDefiningOp<AddOp>();
  if (!flat || !sum || op.getAxis() != 0 || sizes.size() != 2 ||
      rankOf(flat.getX()) < 2 || rankOf(op.getIndices()) != 1)
    return false;
  for (bool first : {true, false}) {
    auto scaled = (first ? sum.getA() : sum.getB()).getDefiningOp<MulOp>();
    const Lifted *q = getPlace(lifted, first ? sum.getB() : sum.getA());
    if (!scaled || !q)
      continue;
    const Lifted *p = getPlace(lifted, scaled.getA());
    auto by = getSplatNumber(scaled.getB());
    Dims given = dimsOf(flat.getX());
    Dims w = {product(ArrayRef(given).drop_back()), given.back()};
    if (!p || p->domain == q->domain || !by || !w[1].isConstant(int64_t(*by)) ||
        w[0] != sizes[p->domain] || w[1] != sizes[q->domain])
      continue;
    Value pairs = reshape(flat.getX(), w);
    if (p->domain == 1)
      pairs = TransposeOp::create(b, loc(), pairs, ArrayRef<int64_t>{1, 0});
    Dims dims = dimsOf(op.getY());
    dims[0] = sizeOf(allPairs);
    if (product(dims) != product(w))
      continue;
    lifted[op.getY()] = Lifted(reshape(pairs, dims), 0);
    return true;
  }
  return false;
}

/// Places of different dimensions side by side: their parts may yet be taken.
bool Lifter::liftConcat(ConcatOp op) {
  Lifted all;
  for (Value x : op.getXs()) {
    auto part = lifted.find(x);
    if (part == lifted.end() || part->second.factor ||
        part->second.axis == int64_t(op.getAxis()))
      return false;
    all.parts.push_back(part->second);
  }
  if (llvm::all_of(all.parts, [&](const Lifted &part) {
        return part.domain == all.parts[0].domain;
      }))
    return false;
  all.join = int64_t(op.getAxis());
  all.axis = all.parts[0].axis;
  lifted[op.getY()] = all;
  return true;
}

/// Takes a value of parts apart, or turns them.
bool Lifter::liftParts(Operation *op) {
  auto &all = lifted[op->getOperand(0)];
  if (auto turn = dyn_cast<TransposeOp>(op)) {
    Lifted turned = all;
    for (Lifted &part : turned.parts) {
      part.value = TransposeOp::create(b, loc(), part.value, turn.getPerm());
      part.axis =
          llvm::find(turn.getPerm(), part.axis) - turn.getPerm().begin();
    }
    turned.join =
        llvm::find(turn.getPerm(), *all.join) - turn.getPerm().begin();
    turned.axis = turned.parts[0].axis;
    lifted[turn.getY()] = turned;
    return true;
  }
  if (auto slice = dyn_cast<SliceOp>(op); slice && slice.getOffsets()) {
    auto first = slice.getOffsets()->getDim(*all.join).getConstant();
    DimExpr at = 0;
    for (const Lifted &part : all.parts) {
      DimExpr size = dimsOf(part.value)[*all.join];
      Dims taken = dimsOf(slice.getY());
      if (first && at.isConstant(*first) && size == taken[*all.join]) {
        Lifted copy = part; // the map may grow
        taken[copy.axis] = sizeOf(copy.domain);
        if (taken != dimsOf(copy.value))
          return false;
        lifted[slice.getY()] = copy;
        return true;
      }
      at = at + size;
    }
  }
  return false;
}

/// Anything else reads the parts together.
void Lifter::joinParts(Lifted &all) {
  SmallVector<Value> values;
  for (const Lifted &part : all.parts)
    values.push_back(toDomain(part, allPairs));
  bool isPlace =
      llvm::all_of(all.parts, [](const Lifted &part) { return part.isPlace; });
  all = Lifted(ConcatOp::create(b, loc(), values, *all.join), all.axis,
               allPairs, false, isPlace);
}

/// What a place of the mask decides, times what a pair does: the product is
/// left until rows are added up.
bool Lifter::liftProduct(MulOp op) {
  auto a = lifted.find(op.getA()), b = lifted.find(op.getB());
  if (a == lifted.end() || b == lifted.end() || sizes.size() != 2 ||
      a->second.factor || b->second.factor)
    return false;
  if (a->second.domain == allPairs)
    std::swap(a, b);
  Lifted one = a->second, pair = b->second;
  Dims wide = dimsOf(op.getY());
  bool fits = one.domain != allPairs && pair.domain == allPairs &&
              one.axis == pair.axis && rankOf(one.value) == rankOf(pair.value);
  for (auto [i, size] : llvm::enumerate(dimsOf(pair.value)))
    fits = fits && (int64_t(i) == pair.axis || size.isConstant(1));
  if (!fits || int64_t(wide.size()) != rankOf(one.value))
    return false;
  pair.factor = one.value;
  pair.factorDomain = one.domain;
  pair.isPlace = pair.counts = false;
  lifted[op.getY()] = pair;
  return true;
}

/// A broadcast or a cast that changes nothing but how the count is written.
bool Lifter::liftSame(Operation *op) {
  if (!isa<BroadcastToOp, CastOp, ReshapeOp>(op) ||
      elementOf(op->getOperand(0)) != elementOf(op->getResult(0)))
    return false;
  auto &l = lifted[op->getOperand(0)];
  Dims in = dimsOf(op->getOperand(0)), out = dimsOf(op->getResult(0));
  if (in.size() != out.size())
    return false;
  for (size_t i = 0; i < in.size(); ++i)
    if (int64_t(i) != l.axis && in[i] != out[i])
      return false;
  Lifted same = l;
  lifted[op->getResult(0)] = same;
  return true;
}

/// Places that nobody picked may lie outside of what they index.
static bool isRisky(Operation *op, const Lifted &indices) {
  return isa<GatherOp, GatherNDOp>(op) && !indices.isPlace;
}

bool Lifter::liftRows(Operation *op) {
  auto axis = getRowAxis(op, [&](Value value) -> std::optional<int64_t> {
    auto it = lifted.find(value);
    return it == lifted.end() ? std::nullopt : std::optional(it->second.axis);
  });
  if (!axis)
    return false;
  std::optional<int64_t> domain;
  bool isPlace = isa<ElementwiseOpInterface, TransposeOp, ReshapeOp, SliceOp,
                     ConcatOp, BroadcastToOp>(op);
  for (Value operand : op->getOperands()) {
    auto it = lifted.find(operand);
    isPlace &= it == lifted.end() ? bool(operand.getDefiningOp<ConstantOp>())
                                  : it->second.isPlace;
    if (it != lifted.end()) {
      const Lifted &l = it->second;
      domain = !domain || *domain == l.domain ? l.domain : allPairs;
      domain = l.factor ? allPairs : *domain;
    }
  }
  IRMapping mapping;
  for (Value operand : op->getOperands()) {
    auto it = lifted.find(operand);
    if (it == lifted.end())
      continue;
    const Lifted &l = it->second;
    Value value = l.factor ? materialize(l) : toDomain(l, *domain);
    if (operand != op->getOperand(0) && isRisky(op, l)) {
      value = *domain == allPairs ? value : toDomain(l, allPairs);
      domain = allPairs;
      value = keepPicked(value, l.axis, 0);
    }
    mapping.map(operand, value);
  }
  Dims dims = dimsOf(op->getResult(0));
  for (auto [i, size] : llvm::enumerate(dims))
    if (int64_t(i) != *axis && llvm::is_contained(size.getSymbols(), symbol))
      return false;
  Operation *copy = b.clone(*op, mapping);
  dims[*axis] = sizeOf(*domain);
  Value y = copy->getResult(0);
  y.setType(getTensorType(dims, elementOf(y)));
  bool counts = isPlace && isa<TransposeOp, ReshapeOp>(op) &&
                lifted[op->getOperand(0)].counts;
  lifted[op->getResult(0)] = Lifted(y, *axis, *domain, counts, isPlace);
  return true;
}
