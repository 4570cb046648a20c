//===- Rotary.cpp - rotary position embedding -----------------------------===//
//
// A candidate is a concat of a negated part of x and another part of x:
//   halves        concat(-x[R/2:], x[:R/2])
//   interleaved   -x[1::2] and x[0::2] stacked and flattened
// times sin, plus x times cos. Where x is the first R elements of a wider head
// whose rest is joined again behind, the whole head is taken.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/ReportEntries.h"
#include "passes/Fuse/Fuse.h"
#include "passes/Fuse/Match.h"
#include "passes/Fuse/RotaryTables.h"

namespace sinter {
#define GEN_PASS_DEF_FUSEROTARY
#include "passes/Fuse/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {

struct Rotation {
  Value x;       // what is rotated
  Value rotated; // the concat (or the view that flattens it)
  bool interleaved = false;
};

struct FuseRotary : sinter::impl::FuseRotaryBase<FuseRotary> {
  void runOnOperation() override;

private:
  Value getTable(OpBuilder &b, Value factor, ArrayRef<DimExpr> in,
                 bool interleaved, std::optional<bool> &sequenceFirst,
                 std::string &reason);
  bool raise(const Rotation &rotation, std::string &reason);

  RotaryTables tables;
};

} // namespace

/// Reads a concat as the rotation of one value by a right angle.
static std::optional<Rotation> getRotation(ConcatOp concat) {
  if (concat.getXs().size() != 2)
    return std::nullopt;
  int64_t axis = concat.getAxis();
  if (axis != rankOf(concat.getY()) - 1)
    return std::nullopt;
  // Interleaved parts are stacked along a new last dimension.
  auto strip = [](Value v) {
    auto view = v.getDefiningOp<ReshapeOp>();
    return view && !view.getShape() ? view.getX() : v;
  };
  auto neg = strip(concat.getXs()[0]).getDefiningOp<NegOp>();
  if (!neg)
    return std::nullopt;
  auto second = strip(neg.getX()).getDefiningOp<SliceOp>();
  auto first = strip(concat.getXs()[1]).getDefiningOp<SliceOp>();
  if (!first || !second || first.getX() != second.getX())
    return std::nullopt;
  Value x = first.getX();
  int64_t last = rankOf(x) - 1;
  auto a = getAxisSlice(first, last), b = getAxisSlice(second, last);
  auto size = dimsOf(x)[last].getConstant();
  if (!a || !b || !size || *size % 2)
    return std::nullopt;
  int64_t half = *size / 2;
  if (a->size != half || b->size != half || a->offset != 0)
    return std::nullopt;
  if (a->stride == 1 && b->stride == 1 && b->offset == half &&
      concat.getType() == x.getType())
    return Rotation{x, concat.getY(), false};
  if (a->stride != 2 || b->stride != 2 || b->offset != 1)
    return std::nullopt;
  Dims pairs = dimsOf(x);
  pairs.back() = half;
  pairs.push_back(2);
  auto flat = dyn_cast_or_null<ReshapeOp>(onlyUser(concat.getY()));
  if (dimsOf(concat.getY()) != pairs || !flat || flat.getType() != x.getType())
    return std::nullopt;
  return Rotation{x, flat.getY(), true};
}

/// The value that a chain of views starts from.
static Value stripViews(Value value) {
  while (auto view = value.getDefiningOp<ReshapeOp>()) {
    if (view.getShape())
      break;
    value = view.getX();
  }
  return value;
}

/// cos or sin as the op takes it, [batch or 1, sequence, R/2], made of a factor
/// that broadcasts against x, whose sizes are `in`. The layout must be
/// `sequenceFirst` where it is known already.
Value FuseRotary::getTable(OpBuilder &b, Value factor, ArrayRef<DimExpr> in,
                           bool interleaved, std::optional<bool> &sequenceFirst,
                           std::string &reason) {
  Dims dims = dimsOf(factor);
  if (dims.size() > 4 || dims.empty() || dims.back() != in.back()) {
    reason = "cos or sin does not line up with the head";
    return {};
  }
  while (dims.size() < 4)
    dims.insert(dims.begin(), DimExpr(1));
  auto fits = [&](unsigned heads, unsigned sequence) {
    return dims[heads].isConstant(1) && dims[sequence] == in[sequence];
  };
  bool second = fits(1, 2), first = fits(2, 1);
  if (second && first) // one head or one position: the other factor decides
    second = !sequenceFirst.value_or(false), first = !second;
  if ((!first && !second) || (sequenceFirst && *sequenceFirst != first) ||
      (!dims[0].isConstant(1) && dims[0] != in[0])) {
    reason = "cos or sin is not one row a position";
    return {};
  }
  sequenceFirst = first;
  Value half = tables.getHalf(factor, interleaved, reason);
  if (!half)
    return {};
  b.setInsertionPointAfterValue(half);
  return reshapeTo(b, half.getLoc(), half,
                   {dims[0], first ? dims[1] : dims[2],
                    DimExpr(*dims.back().getConstant() / 2)});
}

bool FuseRotary::raise(const Rotation &rotation, std::string &reason) {
  Value from, rotated = rotation.rotated;
  reason = "x cos + rotated(x) sin does not follow";
  Operation *user = onlyUser(rotated, &from);
  // A batch of 1 may be gone from here on.
  if (auto view = dyn_cast_or_null<ReshapeOp>(user);
      view && from == rotated && !view.getShape() && rankOf(rotated) == 4 &&
      dimsOf(rotated)[0].isConstant(1) &&
      ArrayRef(dimsOf(rotated)).drop_front() == ArrayRef(dimsOf(view.getY()))) {
    rotated = view.getY();
    user = onlyUser(rotated, &from);
  }
  Type type = rotated.getType();
  auto sinMul = dyn_cast_or_null<MulOp>(user);
  if (!sinMul || from != rotated || sinMul.getType() != type)
    return false;
  auto sum = dyn_cast_or_null<AddOp>(onlyUser(sinMul.getY(), &from));
  if (!sum || from != sinMul.getY())
    return false;
  auto cosMul = otherOperand(sum, from).getDefiningOp<MulOp>();
  if (!cosMul || cosMul.getType() != type)
    return false;
  Value x, cosFactor;
  for (auto [a, b] : {std::pair(cosMul.getA(), cosMul.getB()),
                      std::pair(cosMul.getB(), cosMul.getA())})
    if (!x && a.getType() == type && stripViews(a) == stripViews(rotation.x)) {
      x = a;
      cosFactor = b;
    }
  if (!x)
    return false;
  Dims dims = dimsOf(x);
  if (dims.size() == 3)
    dims.insert(dims.begin(), DimExpr(1));
  if (dims.size() != 4) {
    reason = "heads are no dimension of their own";
    return false;
  }
  std::optional<bool> sequenceFirst;
  OpBuilder b(sum);
  Value cos =
      getTable(b, cosFactor, dims, rotation.interleaved, sequenceFirst, reason);
  if (!cos)
    return false;
  Value sin = getTable(b, otherOperand(sinMul, rotated), dims,
                       rotation.interleaved, sequenceFirst, reason);
  if (!sin)
    return false;
  if (cos.getType() != sin.getType()) {
    reason = "cos and sin have different shapes";
    return false;
  }

  // concat(rotary(head[:R]), head[R:]) is rotary(head).
  Value result = sum.getY();
  Operation *last = sum;
  auto part = x.getDefiningOp<SliceOp>();
  auto taken = part && rankOf(x) == 4 ? getAxisSlice(part, 3) : std::nullopt;
  if (taken && taken->offset == 0 && taken->stride == 1) {
    auto whole = dyn_cast_or_null<ConcatOp>(onlyUser(result, &from));
    auto rest = whole && whole.getXs().size() == 2
                    ? whole.getXs()[1].getDefiningOp<SliceOp>()
                    : SliceOp();
    auto beyond = rest ? getAxisSlice(rest, 3) : std::nullopt;
    if (whole && from == result && whole.getXs()[0] == result && beyond &&
        rest.getX() == part.getX() && beyond->offset == taken->size &&
        beyond->stride == 1 && whole.getType() == part.getX().getType()) {
      x = part.getX();
      result = whole.getY();
      last = whole;
    }
  }
  b.setInsertionPoint(last);
  if (rankOf(x) == 3)
    x = reshapeTo(b, last->getLoc(), x, dims);
  Value y = RotaryOp::create(b, last->getLoc(), x, cos, sin,
                             rotation.interleaved, *sequenceFirst);
  replaceWith(b, result, reshapeTo(b, last->getLoc(), y, dimsOf(result)));
  return true;
}

void FuseRotary::runOnOperation() {
  tables = RotaryTables();
  ReportEntries report(getOperation(), {"rotary"});
  SmallVector<Operation *> ops;
  getOperation()->walk([&](Operation *op) {
    if (isa<RotaryOp, ConcatOp>(op))
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    if (isa<RotaryOp>(op))
      report.fused("rotary", op->getLoc(), "as imported");
    auto concat = dyn_cast<ConcatOp>(op);
    auto rotation = concat ? getRotation(concat) : std::nullopt;
    if (!rotation || concat->use_empty())
      continue;
    std::string reason;
    if (raise(*rotation, reason))
      report.fused("rotary", op->getLoc());
    else
      report.missed("rotary", op->getLoc(), reason);
  }
  eraseDeadOps(getOperation());
}
