//===- Rotary.cpp - rotary position embedding -----------------------------===//
//
// A candidate is a concat of a negated part of x and another part of x:
//   halves        concat(-x[R/2:], x[:R/2])
//   interleaved   -x[1::2] and x[0::2] stacked and flattened
// times sin, plus x times cos. x may be a slice itself; where it is the first R
// elements of a wider head whose rest is joined again behind, the whole head is
// taken. Dimensions of size 1 (batch, heads) may be gone.
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

/// x is `source`'s elements offset .. offset + 2 half - 1 of the last
/// dimension.
struct Rotation {
  Value source;
  int64_t offset, half;
  bool interleaved;
  Value rotated; // the concat, or the view that flattens it

  bool isX(Value value) const;
};

/// Which dimension of size 1 is missing for rank 4.
enum class Missing { none, batch, heads, both };

struct FuseRotary : sinter::impl::FuseRotaryBase<FuseRotary> {
  void runOnOperation() override;

private:
  Value getTable(OpBuilder &b, Value factor, ArrayRef<DimExpr> dims,
                 ArrayRef<DimExpr> in, bool interleaved,
                 std::optional<bool> &sequenceFirst, std::string &reason);
  bool getTables(OpBuilder &b, Value x, Value cosFactor, Value sinFactor,
                 bool interleaved, Missing missing, std::string &reason);
  bool raise(const Rotation &rotation, std::string &reason);

  RotaryTables tables;
  // What getTables found.
  Value cos, sin;
  Dims headDims; // of x on rank 4
  bool isSequenceFirst = false;
};

} // namespace

namespace {
/// Elements offset .. offset + size - 1 of the last dimension of `of`.
struct Part {
  Value of;
  int64_t offset, size;
};
} // namespace

/// Takes slices along the last dimension off `value`.
static Part getPart(Value value) {
  Part part{value, 0, dimsOf(value).back().getConstant().value_or(-1)};
  while (auto slice = part.of.getDefiningOp<SliceOp>()) {
    auto taken = getAxisSlice(slice, rankOf(slice.getX()) - 1);
    if (!taken || taken->stride != 1)
      break;
    part.of = slice.getX();
    part.offset += taken->offset;
  }
  return part;
}

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
  Value source = first.getX();
  int64_t last = rankOf(source) - 1;
  auto a = getAxisSlice(first, last), b = getAxisSlice(second, last);
  if (!a || !b || a->size != b->size || a->stride != b->stride)
    return std::nullopt;
  Part whole = getPart(source);
  int64_t offset = whole.offset + a->offset;
  Dims dims = dimsOf(source);
  dims.back() = 2 * a->size;
  if (a->stride == 1 && b->offset == a->offset + a->size &&
      dimsOf(concat.getY()) == dims)
    return Rotation{whole.of, offset, a->size, false, concat.getY()};
  Dims pairs = dims;
  pairs.back() = a->size;
  pairs.push_back(2);
  auto flat = dyn_cast_or_null<ReshapeOp>(onlyUser(concat.getY()));
  if (a->stride == 2 && b->offset == a->offset + 1 &&
      dimsOf(concat.getY()) == pairs && flat && dimsOf(flat.getY()) == dims)
    return Rotation{whole.of, offset, a->size, true, flat.getY()};
  return std::nullopt;
}

/// The value that a chain of views starts from, or of those views that keep the
/// last dimension.
static Value stripViews(Value value, bool keepsLast = false) {
  while (auto view = value.getDefiningOp<ReshapeOp>()) {
    Dims from = dimsOf(view.getX()), to = dimsOf(value);
    if (view.getShape() ||
        (keepsLast && (from.empty() || to.empty() || from.back() != to.back())))
      break;
    value = view.getX();
  }
  return value;
}

bool Rotation::isX(Value value) const {
  Part part = getPart(stripViews(value, /*keepsLast=*/true));
  return stripViews(part.of) == stripViews(source) &&
         dimsOf(part.of).back() == dimsOf(source).back() &&
         part.offset == offset && part.size == 2 * half;
}

/// `dims`, aligned at the last dimension of x, on rank 4.
static Dims toRank4(Dims dims, int64_t rank, Missing missing) {
  while (int64_t(dims.size()) < rank)
    dims.insert(dims.begin(), DimExpr(1));
  if (missing == Missing::heads)
    dims.insert(dims.begin() + 1, DimExpr(1));
  while (dims.size() < 4)
    dims.insert(dims.begin(), DimExpr(1));
  return dims;
}

/// cos or sin as the op takes it, [batch or 1, sequence, R/2], made of a factor
/// whose sizes are `dims` on rank 4 and that broadcasts against x, of `in`. The
/// layout must be `sequenceFirst` where it is known already.
Value FuseRotary::getTable(OpBuilder &b, Value factor, ArrayRef<DimExpr> dims,
                           ArrayRef<DimExpr> in, bool interleaved,
                           std::optional<bool> &sequenceFirst,
                           std::string &reason) {
  if (dims.back() != in.back()) {
    reason = "cos or sin does not line up with the head";
    return {};
  }
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

bool FuseRotary::getTables(OpBuilder &b, Value x, Value cosFactor,
                           Value sinFactor, bool interleaved, Missing missing,
                           std::string &reason) {
  int64_t rank = rankOf(x);
  headDims = toRank4(dimsOf(x), rank, missing);
  std::optional<bool> sequenceFirst;
  cos = getTable(b, cosFactor, toRank4(dimsOf(cosFactor), rank, missing),
                 headDims, interleaved, sequenceFirst, reason);
  if (!cos)
    return false;
  sin = getTable(b, sinFactor, toRank4(dimsOf(sinFactor), rank, missing),
                 headDims, interleaved, sequenceFirst, reason);
  if (!sin)
    return false;
  isSequenceFirst = *sequenceFirst;
  if (cos.getType() != sin.getType())
    reason = "cos and sin have different shapes";
  return cos.getType() == sin.getType();
}

/// Are `to` the sizes of `from`, fewer by ones before the last?
static bool dropsUnits(ArrayRef<DimExpr> from, ArrayRef<DimExpr> to) {
  size_t next = 0;
  for (const DimExpr &dim : from) {
    if (next < to.size() && dim == to[next])
      ++next;
    else if (!dim.isConstant(1))
      return false;
  }
  return next == to.size() && !to.empty() && from.back() == to.back();
}

bool FuseRotary::raise(const Rotation &rotation, std::string &reason) {
  Value from, rotated = rotation.rotated;
  reason = "x cos + rotated(x) sin does not follow";
  Operation *user = onlyUser(rotated, &from);
  // A batch or heads of 1 may be gone from here on.
  if (auto view = dyn_cast_or_null<ReshapeOp>(user);
      view && from == rotated && !view.getShape() &&
      dropsUnits(dimsOf(rotated), dimsOf(view.getY()))) {
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
  Value x;
  for (Value operand : cosMul->getOperands())
    if (!x && operand.getType() == type && rotation.isX(operand))
      x = operand;
  if (!x)
    return false;
  SmallVector<Missing, 2> layouts;
  if (rankOf(x) == 4)
    layouts = {Missing::none};
  else if (rankOf(x) == 3)
    layouts = {Missing::batch, Missing::heads};
  else if (rankOf(x) == 2)
    layouts = {Missing::both};
  else
    reason = "heads are no dimension of their own";
  OpBuilder b(sum);
  if (llvm::none_of(layouts, [&](Missing missing) {
        return getTables(b, x, otherOperand(cosMul, x),
                         otherOperand(sinMul, rotated), rotation.interleaved,
                         missing, reason);
      }))
    return false;

  // concat(rotary(head[:R]), head[R:]) is rotary(head).
  Value result = sum.getY();
  Operation *last = sum;
  auto whole = dyn_cast_or_null<ConcatOp>(onlyUser(result, &from));
  if (whole && from == result && whole.getXs().size() == 2 &&
      whole.getXs()[0] == result && rankOf(x) == 4 && whole.getAxis() == 3 &&
      getPart(whole.getXs()[1]).of == rotation.source &&
      getPart(whole.getXs()[1]).offset == rotation.offset + 2 * rotation.half) {
    result = whole.getY();
    last = whole;
    b.setInsertionPoint(last);
    headDims = dimsOf(result);
    x = rotation.source;
    if (dimsOf(x) != headDims)
      x = sliceOf(b, last->getLoc(), x, 3, rotation.offset, headDims.back());
  }
  b.setInsertionPoint(last);
  Location loc = last->getLoc();
  Value y = RotaryOp::create(b, loc, reshapeTo(b, loc, x, headDims), cos, sin,
                             rotation.interleaved, isSequenceFirst);
  replaceWith(b, result, reshapeTo(b, loc, y, dimsOf(result)));
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
