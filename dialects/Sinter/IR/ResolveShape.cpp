//===- ResolveShape.cpp - shapes that depend on values of operands --------===//
//
// resolveShape of reshape, broadcast_to, slice and range: what ShapeValues
// knows about the operands becomes the result type, and the operands go. ONNX's
// rules are taken literally; where an expression could break one at run time (a
// size that may be negative), the op stays as it is.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/ShapeValues.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

static bool anyUnknown(ArrayRef<DimExpr> dims) {
  return llvm::any_of(dims, [](const DimExpr &d) { return d.isUnknown(); });
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// product(in) / product(others): the size that ONNX's -1 stands for. Sizes
/// that both have cancel first, so that no long division is needed.
static DimExpr remainingSize(Dims in, Dims others) {
  for (DimExpr &d : others) {
    auto it = llvm::find(in, d);
    if (it == in.end() || d.isConstant(0))
      continue;
    *it = 1;
    d = 1;
  }
  return DimExpr::floorDiv(product(in), product(others));
}

/// Sizes of a resolved reshape that its type does not know yet: where both
/// shapes differ in unit dimensions only, or where one size is missing.
static bool refineReshape(ReshapeOp op) {
  Dims in = dimsOf(op.getX()), out = dimsOf(op.getY());
  auto isUnknown = [](const DimExpr &d) { return d.isUnknown(); };
  auto missing = llvm::count_if(out, isUnknown);
  if (!missing)
    return false;
  if (missing == 1 && !anyUnknown(in)) {
    auto hole = llvm::find_if(out, isUnknown);
    Dims others = out;
    others.erase(others.begin() + (hole - out.begin()));
    if (product(others).isConstant(0))
      return false;
    *hole = remainingSize(in, others);
    op.getY().setType(getTensorType(out, elementOf(op.getX())));
    return true;
  }
  SmallVector<DimExpr *> from, to;
  for (DimExpr &d : in)
    if (!d.isConstant(1))
      from.push_back(&d);
  for (DimExpr &d : out)
    if (!d.isConstant(1))
      to.push_back(&d);
  if (from.size() != to.size())
    return false;
  bool changed = false;
  for (auto [a, b] : llvm::zip_equal(from, to)) {
    if (b->isUnknown() && !a->isUnknown()) {
      *b = *a;
      changed = true;
    } else if (*a != *b && !(a->isUnknown() && b->isUnknown())) {
      return false; // not a plain squeeze: which size is which is not known
    }
  }
  if (changed)
    op.getY().setType(getTensorType(out, elementOf(op.getX())));
  return changed;
}

bool ReshapeOp::resolveShape(ShapeValues &values) {
  if (!getShape())
    return refineReshape(*this);
  auto shape = values.get(getShape());
  if (!shape)
    return false;
  Dims in = dimsOf(getX()), out = *shape;
  std::optional<size_t> wildcard;
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i].isConstant(0) && !getAllowzero()) {
      if (i >= in.size())
        return false;
      out[i] = in[i];
    } else if (out[i].isConstant(-1)) {
      if (wildcard)
        return false;
      wildcard = i;
    } else if (out[i].getConstant().value_or(0) < 0) {
      // Of others, one that a run may find below 0 is taken for a size, and no
      // -1 that asks for what is left: native code refuses such a run.
      return false;
    }
  }
  if (wildcard) {
    Dims others = out;
    others.erase(others.begin() + *wildcard);
    if (anyUnknown(in) || anyUnknown(others) || product(others).isConstant(0))
      return false;
    out[*wildcard] = remainingSize(in, others);
  }
  if (anyUnknown(out) || !mayBeEqual(product(in), product(out)))
    return false;
  getShapeMutable().clear();
  setAllowzero(false);
  getY().setType(getTensorType(out, elementOf(getX())));
  return true;
}

//===----------------------------------------------------------------------===//
// Broadcast_to
//===----------------------------------------------------------------------===//

bool BroadcastToOp::resolveShape(ShapeValues &values) {
  if (!getShape())
    return false;
  auto shape = values.get(getShape());
  if (!shape ||
      !llvm::all_of(*shape, [&](const DimExpr &d) { return values.isSize(d); }))
    return false;
  auto out = broadcastDims(dimsOf(getX()), *shape);
  if (!out || anyUnknown(*out))
    return false;
  getShapeMutable().clear();
  getY().setType(getTensorType(*out, elementOf(getX())));
  return true;
}

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

namespace {
struct Box {
  DimExpr offset, size;
};
} // namespace

static int64_t getConstantTerm(const DimExpr &expr) {
  auto term = expr.getTerms().find({});
  return term == expr.getTerms().end() ? 0 : term->second;
}

/// ONNX's start and end of one dimension of size `dim`, both may be beyond it.
static std::optional<Box> sliceDim(const ShapeValues &values,
                                   const DimExpr &dim, DimExpr start,
                                   DimExpr end, int64_t step) {
  if (dim.isUnknown() || step == 0)
    return std::nullopt;
  auto cd = dim.getConstant(), cs = start.getConstant(), ce = end.getConstant();
  if (cd && cs && ce) {
    int64_t d = *cd, s = *cs < 0 ? *cs + d : *cs, e = *ce < 0 ? *ce + d : *ce;
    if (d == 0)
      return Box{0, 0};
    if (step > 0) {
      s = std::clamp<int64_t>(s, 0, d);
      e = std::clamp<int64_t>(e, 0, d);
    } else {
      s = std::clamp<int64_t>(s, 0, d - 1);
      e = std::clamp<int64_t>(e, -1, d - 1);
    }
    // |step| in unsigned: -step of the smallest number does not exist.
    uint64_t length = step > 0 ? (e > s ? e - s : 0) : (s > e ? s - e : 0);
    uint64_t stride = step > 0 ? step : 0 - uint64_t(step);
    return Box{s, int64_t(length / stride + (length % stride != 0))};
  }
  if (step < 0) { // the whole dimension backwards
    if (step == -1 && cs && ce && (*cs == -1 || *cs >= INT32_MAX) &&
        *ce <= INT32_MIN)
      return Box{dim - DimExpr(1), dim};
    return std::nullopt;
  }
  // Numbers this large mean "the end", whatever the size is.
  auto clamp = [&](const DimExpr &at) -> std::optional<DimExpr> {
    if (auto c = at.getConstant()) {
      if (*c >= INT32_MAX)
        return dim;
      if (*c <= INT32_MIN)
        return DimExpr(0);
      if (*c < 0)
        return values.max(dim + at, 0);
      return values.min(at, dim);
    }
    if (values.isSize(at))
      return values.min(at, dim);
    if ((DimExpr(-1) - at).isNonNegative())
      return values.max(dim + at, 0);
    // As many as a dimension has or more, from its end: all, also of one that
    // is empty.
    if ((DimExpr(0) - at).isNonNegative() &&
        (DimExpr(0) - dim - at).isNonNegative())
      return DimExpr(0);
    return std::nullopt;
  };
  // May count from either end, as a run will tell: both, of which one is what
  // the other takes off again.
  auto clampEither = [&](const DimExpr &at) {
    DimExpr isBelow = values.min(values.max(DimExpr(0) - at, 0), 1);
    return values.min(values.max(at, 0), dim) +
           values.max(dim + values.min(at, 0), 0) -
           dim * (DimExpr(1) - isBelow);
  };
  auto from = clamp(start), to = clamp(end);
  if (!to)
    to = clampEither(end);
  // c - n of a table, up to its end or to c + n, as exporters of positions
  // write it: taken for places inside, which is checked at run time.
  if (!from && step == 1 && getConstantTerm(start) > 0) {
    DimExpr last = to->getConstant() || *to == dim ? *to : end;
    return Box{start, values.max(last - start, 0)};
  }
  if (!from)
    from = clampEither(start);
  DimExpr length = values.max(*to - *from, 0);
  if (step != 1)
    length = DimExpr::floorDiv(length + DimExpr(step - 1), step);
  if (from->isUnknown() || length.isUnknown())
    return std::nullopt;
  return Box{*from, length};
}

bool SliceOp::resolveShape(ShapeValues &values) {
  if (getOffsets())
    return false;
  Dims in = dimsOf(getX());
  auto starts = values.get(getStarts()), ends = values.get(getEnds());
  if (!starts || !ends || starts->size() != ends->size())
    return false;
  SmallVector<int64_t> axes, steps(starts->size(), 1);
  for (size_t i = 0; i < starts->size(); ++i)
    axes.push_back(i);
  if (getAxes()) {
    auto known = values.getConstants(getAxes());
    if (!known || known->size() != starts->size())
      return false;
    axes = *known;
  }
  if (getSteps()) {
    auto known = values.getConstants(getSteps());
    if (!known || known->size() != starts->size())
      return false;
    steps = *known;
  }
  int64_t rank = in.size();
  Dims offsets(rank, DimExpr(0)), sizes = in;
  SmallVector<int64_t> strides(rank, 1);
  SmallVector<bool> seen(rank, false);
  for (size_t i = 0; i < axes.size(); ++i) {
    int64_t axis = axes[i] < 0 ? axes[i] + rank : axes[i];
    if (axis < 0 || axis >= rank || seen[axis])
      return false;
    seen[axis] = true;
    auto box = sliceDim(values, in[axis], (*starts)[i], (*ends)[i], steps[i]);
    if (!box)
      return false;
    offsets[axis] = box->offset;
    sizes[axis] = box->size;
    strides[axis] = steps[i];
  }
  getStartsMutable().clear();
  getEndsMutable().clear();
  getAxesMutable().clear();
  getStepsMutable().clear();
  setOffsetsAttr(DimsAttr::get(getContext(), offsets));
  setStrides(strides);
  getY().setType(getTensorType(sizes, elementOf(getX())));
  return true;
}

//===----------------------------------------------------------------------===//
// Range
//===----------------------------------------------------------------------===//

static std::optional<double> getFloat(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto elements =
      constant ? dyn_cast<DenseFPElementsAttr>(constant.getValue()) : nullptr;
  if (!elements || elements.getNumElements() != 1)
    return std::nullopt;
  return (*elements.getValues<APFloat>().begin()).convertToDouble();
}

bool RangeOp::resolveShape(ShapeValues &values) {
  DimExpr size = DimExpr::unknown();
  if (isa<FloatType>(elementOf(getY()))) {
    auto start = getFloat(getStart()), limit = getFloat(getLimit()),
         delta = getFloat(getDelta());
    if (!start || !limit || !delta)
      return false;
    double count = std::ceil((*limit - *start) / *delta);
    if (!(count < 1e9)) // also NaN
      return false;
    size = std::max<int64_t>(int64_t(count), 0);
  } else {
    auto start = values.getScalar(getStart()),
         limit = values.getScalar(getLimit()),
         delta = values.getScalar(getDelta());
    auto step = delta ? delta->getConstant() : std::nullopt;
    if (!start || !limit || !step || *step == 0 || *step == INT64_MIN)
      return false;
    DimExpr length = *step > 0 ? *limit - *start : *start - *limit;
    int64_t stride = std::abs(*step);
    size = values.max(length, 0);
    if (stride != 1)
      size = DimExpr::floorDiv(size + DimExpr(stride - 1), stride);
  }
  auto type = getTensorType({size}, elementOf(getY()));
  if (size.isUnknown() || type == getType())
    return false;
  getY().setType(type);
  return true;
}
