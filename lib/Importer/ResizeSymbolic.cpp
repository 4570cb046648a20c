//===- ResizeSymbolic.cpp - Resize between sizes that a run knows ---------===//
//
// The source of each output is computed when the model runs, in f32 as the
// reference counts; an output is the sum of its neighbours (gathers along the
// axis) by weights.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Positions.h"
#include "lib/Importer/ResizeRules.h"

using namespace mlir;
using namespace sinter;

namespace {
/// One axis; all values but x are f32.
class SymbolicAxis {
public:
  SymbolicAxis(Node &n, const ResizeRules &r, const DimExpr &in,
               const DimExpr &out, double scale);
  Value takeNearest(Value x, int64_t dim);
  Value interpolate(Value x, int64_t dim);

private:
  Value number(double value) { return n.scalar(value, n.builder.getF32Type()); }
  Value makeSource(double scale);
  Value places(Value floats);
  Value weightAt(Value distance, bool isInner);

  template <typename Op> Value make(Value a, Value b) {
    return n.create<Op>(a, b);
  }
  template <typename Op> Value make(Value a, double b) {
    return n.create<Op>(a, number(b));
  }

  Node &n;
  const ResizeRules &r;
  Value in, out, last; // sizes, and the last place as i64
  Value source;        // [out]
};
} // namespace

SymbolicAxis::SymbolicAxis(Node &n, const ResizeRules &r, const DimExpr &in,
                           const DimExpr &out, double scale)
    : n(n), r(r) {
  Type f32 = n.builder.getF32Type();
  this->in = n.cast(numberOf(n, in), f32);
  this->out = n.cast(numberOf(n, out), f32);
  last = numberOf(n, in - DimExpr(1));
  source = n.cast(placesUpTo(n, out), f32);
  source = makeSource(scale);
}

/// As sourceOf of ConvertResize.cpp.
Value SymbolicAxis::makeSource(double scale) {
  Value by = scale ? number(scale) : make<DivOp>(out, in);
  Value whole = make<MulOp>(by, in); // not rounded
  Value at = source;
  if (r.coordinates == "asymmetric")
    return make<DivOp>(at, by);
  if (r.coordinates == "align_corners") {
    Value steps = make<MaxOp>(make<SubOp>(whole, 1), 1); // one output: place 0
    return make<DivOp>(make<MulOp>(at, make<SubOp>(in, 1)), steps);
  }
  at = make<SubOp>(make<DivOp>(make<AddOp>(at, 0.5), by), 0.5);
  if (r.coordinates == "half_pixel_symmetric") {
    Value rest = make<SubOp>(number(1), make<DivOp>(out, whole));
    return make<AddOp>(at, make<MulOp>(make<DivOp>(in, 2), rest));
  }
  if (r.coordinates == "pytorch_half_pixel")
    at = n.create<SelectOp>(n.create<CompareOp>(Predicate::eq, out, number(1)),
                            number(0), at);
  return at;
}

/// Whole numbers as indices, those outside at the edge.
Value SymbolicAxis::places(Value floats) {
  Type i64 = n.builder.getI64Type();
  Value index = make<MinOp>(n.cast(floats, i64), last);
  return make<MaxOp>(index, n.scalar(0, i64));
}

Value SymbolicAxis::takeNearest(Value x, int64_t dim) {
  Value at;
  if (r.nearest == "floor")
    at = n.create<FloorOp>(source);
  else if (r.nearest == "ceil")
    at = n.create<CeilOp>(source);
  else if (r.nearest == "round_prefer_ceil")
    at = n.create<FloorOp>(make<AddOp>(source, 0.5));
  else
    at = n.create<CeilOp>(make<SubOp>(source, 0.5));
  return n.create<GatherOp>(x, places(at), dim);
}

/// The kernel at a distance that is below 1 (inner) or in 1 .. 2.
Value SymbolicAxis::weightAt(Value d, bool isInner) {
  if (r.mode == "linear")
    return make<SubOp>(number(1), d);
  double a = r.cubicA;
  double c3 = isInner ? a + 2 : a, c2 = isInner ? -(a + 3) : -5 * a;
  double c1 = isInner ? 0 : 8 * a, c0 = isInner ? 1 : -4 * a;
  Value y = make<AddOp>(make<MulOp>(d, c3), c2);
  y = make<AddOp>(make<MulOp>(y, d), c1);
  return make<AddOp>(make<MulOp>(y, d), c0);
}

Value SymbolicAxis::interpolate(Value x, int64_t dim) {
  Value base = n.create<FloorOp>(source);
  Value rest = make<SubOp>(source, base); // 0 .. 1
  int64_t reach = r.mode == "linear" ? 1 : 2;
  Value sum;
  for (int64_t k = 1 - reach; k <= reach; ++k) {
    Value distance = k <= 0 ? make<AddOp>(rest, double(-k))
                            : make<SubOp>(number(double(k)), rest);
    Value weight = weightAt(distance, k == 0 || k == 1);
    Value part =
        n.create<GatherOp>(x, places(make<AddOp>(base, double(k))), dim);
    weight = addTrailingUnits(n, weight, n.rank(x) - dim - 1);
    part = make<MulOp>(part, n.cast(weight, n.element(x)));
    sum = sum ? make<AddOp>(sum, part) : part;
  }
  return sum;
}

Value sinter::resizeSymbolic(Node &n, const ResizeRules &rules, Value x,
                             int64_t dim, const DimExpr &out, double scale) {
  DimExpr in = n.dim(x, dim);
  if (n.failed())
    return {};
  if (rules.mode != "nearest" && (rules.antialias || rules.excludeOutside)) {
    n.refuse("an axis of size " + in.str() +
                 " changes its size with antialias or exclude_outside",
             "known sizes", "fix the size with --dim NAME=N");
    return {};
  }
  SymbolicAxis axis(n, rules, in, out, scale);
  return rules.mode == "nearest" ? axis.takeNearest(x, dim)
                                 : axis.interpolate(x, dim);
}
