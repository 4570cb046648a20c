//===- MaskCompressed.cpp - all rows, those that a mask picks count -------===//
//
// A count is the size that sinter.compress gives. Each value that has one is
// lifted: computed anew with all rows in its place, until the rows are added to
// others. The rows of a mask [D0, D1] are pairs of places; a lifted value has a
// row for each pair, or for each place along one dimension of the mask, when
// the other does not matter to it.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/Folds.h"
#include "passes/Simplify/RowRules.h"
#include "passes/Simplify/Simplify.h"
#include "llvm/ADT/TypeSwitch.h"

namespace sinter {
#define GEN_PASS_DEF_MASKCOMPRESSED
#include "passes/Simplify/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
constexpr int64_t allPairs = -1;

/// What stands for a value that has a count.
struct Lifted {
  Lifted() = default;
  Lifted(Value value, int64_t axis, int64_t domain = allPairs,
         bool counts = false, bool isPlace = false)
      : value(value), axis(axis), domain(domain), counts(counts),
        isPlace(isPlace) {}

  Value value;
  int64_t axis = 0;            // of the rows
  int64_t domain = allPairs;   // or the dimension of the mask
  bool counts = false;         // row i is i, all other dimensions are 1
  bool isPlace = false;        // follows from places alone
  std::optional<int64_t> join; // the parts are joined along it, no value yet
  std::vector<Lifted> parts;
  Value factor; // of another domain, [.., domain, ..]: the value times it is
  int64_t factorDomain = 0; // what stands for it
};

/// One mask and the values of its count.
class Lifter {
public:
  Lifter(CompressOp first);
  /// False where a value with the count has no rows of its own.
  bool run();

  Operation *culprit = nullptr; // of a false answer

private:
  bool hasCount(Value value) const;
  bool lift(Operation *op);
  bool liftSource(CompressOp op);
  bool liftRows(Operation *op);
  bool liftWhole(GatherOp op);
  bool liftPairs(GatherOp op);
  bool liftConcat(ConcatOp op);
  bool liftParts(Operation *op);
  bool liftProduct(MulOp op);
  bool liftSame(Operation *op);
  bool endScatter(ScatterNDOp op);
  bool endSum(ReduceOp op);

  Value toDomain(const Lifted &l, int64_t domain);
  Value materialize(const Lifted &l);
  Value keepPicked(Value rows, int64_t axis, double other);
  Value pickedOf(int64_t domain, int64_t place, int64_t rank);
  Value sliceAt(Value x, int64_t axis, int64_t place);
  Value placeRows(ScatterNDOp op, const Lifted &at, const Lifted &updates);

  DimExpr sizeOf(int64_t domain) const {
    return domain == allPairs ? product(sizes) : sizes[domain];
  }
  Value reshape(Value x, ArrayRef<DimExpr> dims);
  Value broadcast(Value x, ArrayRef<DimExpr> dims);
  Value scalar(double value, Type element);
  Location loc() const { return b.getInsertionPoint()->getLoc(); }

  OpBuilder b;
  Block *block;
  std::string symbol;
  Value mask; // [N]
  Dims sizes; // of the mask, N rows together
  llvm::DenseMap<Value, Lifted> lifted;
};
} // namespace

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
  Dims dims = dimsOf(x), offsets(dims.size(), DimExpr(0));
  dims[axis] = 1;
  offsets[axis] = place;
  SmallVector<int64_t> strides(dims.size(), 1);
  Value part = SliceOp::create(b, loc(), getTensorType(dims, elementOf(x)), x,
                               Value(), Value(), Value(), Value(),
                               DimsAttr::get(b.getContext(), offsets),
                               b.getDenseI64ArrayAttr(strides));
  dims.erase(dims.begin() + axis);
  return reshape(part, dims);
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
    if (part == lifted.end() || part->second.join || part->second.factor ||
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
  // Anything else reads them together.
  SmallVector<Value> values;
  for (const Lifted &part : all.parts)
    values.push_back(toDomain(part, allPairs));
  bool isPlace =
      llvm::all_of(all.parts, [](const Lifted &part) { return part.isPlace; });
  all = Lifted(ConcatOp::create(b, loc(), values, *all.join), all.axis,
               allPairs, false, isPlace);
  return lift(op);
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
  if (in.size() != out.size() || l.join)
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

//===--- Ops that add rows up ---------------------------------------------===//

bool Lifter::endSum(ReduceOp op) {
  auto it = lifted.find(op.getX());
  if (it == lifted.end() || it->second.join || op.getKind() != Reduction::sum ||
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
      updates->second.axis != 0 || updates->second.join)
    return false;
  if (at->second.join && !liftParts(op))
    return false;
  Lifted indices = lifted[op.getIndices()], rows = lifted[op.getUpdates()];
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

//===--- The walk ---------------------------------------------------------===//

bool Lifter::lift(Operation *op) {
  if (auto source = dyn_cast<CompressOp>(op);
      source && hasCount(source.getY()) && source.getMask() == mask)
    return liftSource(source);
  if (llvm::none_of(op->getOperands(),
                    [&](Value v) { return lifted.contains(v); }))
    return op->use_empty(); // a count that is data
  if (auto scatter = dyn_cast<ScatterNDOp>(op))
    return endScatter(scatter);
  if (auto concat = dyn_cast<ConcatOp>(op); concat && liftConcat(concat))
    return true;
  for (Value operand : op->getOperands())
    if (auto it = lifted.find(operand); it != lifted.end() && it->second.join)
      return operand == op->getOperand(0) && liftParts(op);
  if (auto sum = dyn_cast<ReduceOp>(op); sum && endSum(sum))
    return true;
  if (auto gather = dyn_cast<GatherOp>(op);
      gather && (liftWhole(gather) || liftPairs(gather)))
    return true;
  if (auto product = dyn_cast<MulOp>(op); product && liftProduct(product))
    return true;
  return liftSame(op) || liftRows(op);
}

bool Lifter::run() {
  SmallVector<Operation *> ops;
  for (Operation &op : *block) {
    bool has =
        llvm::any_of(op.getResults(), [&](Value v) { return hasCount(v); }) ||
        llvm::any_of(op.getOperands(), [&](Value v) { return hasCount(v); });
    if (auto symbolic = dyn_cast<SymbolicOp>(op))
      for (unsigned i = 0; i < symbolic.getExprs().getExprs().size(); ++i)
        has |= llvm::is_contained(symbolic.getExprs().getDim(i).getSymbols(),
                                  symbol);
    if (has)
      ops.push_back(&op);
  }
  for (Operation *op : ops) {
    b.setInsertionPoint(op);
    if (lift(op))
      continue;
    culprit = op;
    return false;
  }
  for (Operation *op : llvm::reverse(ops)) {
    if (!op->use_empty()) {
      culprit = op;
      return false;
    }
    op->erase();
  }
  return true;
}

namespace {
struct MaskCompressedPass
    : sinter::impl::MaskCompressedBase<MaskCompressedPass> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (failed(run(func)))
        return signalPassFailure();
  }

  static LogicalResult run(func::FuncOp func) {
    bool changed = false;
    auto next = [&]() -> CompressOp {
      auto found = func.getOps<CompressOp>();
      return found.empty() ? CompressOp() : *found.begin();
    };
    while (CompressOp op = next()) {
      Lifter lifter(op);
      if (!lifter.run())
        return op.emitError("how many rows are picked is known at run time "
                            "alone, and ")
               << lifter.culprit->getName() << " does not compute row by row "
               << "from them; supported: rows that end in scatter_nd add or in "
                  "a sum; export with masks (torch.where with three operands, "
                  "index_add over all rows) instead of boolean indexing or "
                  "nonzero";
      changed = true;
    }
    return changed ? simplify(func) : success();
  }
};
} // namespace
