//===- ConvertFourier.cpp - DFT -------------------------------------------===//
//
// As products with tables of cos and sin, which are weights where the length is
// known. That is quadratic in the length as an FFT is not, but a matmul, of
// lengths that Transformers mix tokens and features over. Complex numbers are a
// last dimension of 2, real ones of 1.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Positions.h"
#include <numbers>

using namespace mlir;
using namespace sinter;

namespace {
/// y[k] = sum over n of e^(-2 pi i k n / length) x[n], or with + over `length`.
struct Transform {
  DimExpr length;
  DimExpr used, made;   ///< elements of x and of y along the axis
  bool inverse, halves; ///< halves: x lacks the conjugates of its elements
  int64_t axis, components;
};
} // namespace

static constexpr int64_t mostTableElements = int64_t(1) << 26;

static std::optional<Transform> readTransform(Node &n, Value x) {
  Value length = n.optionalIn(1),
        place = n.since >= 20 ? n.optionalIn(2) : Value();
  bool onesided = n.intAttr("onesided", 0);
  Transform t;
  t.inverse = n.intAttr("inverse", 0);
  int64_t axis = n.since >= 20 ? -2 : n.intAttr("axis", 1), rank = n.rank(x);
  if (place) {
    auto known = n.constantInts(place, "input 'axis'");
    axis = known && known->size() == 1 ? known->front() : axis;
  }
  t.axis = n.axis(axis, rank);
  if (n.failed())
    return std::nullopt;
  auto components = n.dim(x, rank - 1).getConstant();
  t.halves = onesided && t.inverse;
  bool isReal = components == 1, isComplex = components == 2;
  auto refuse = [&](const char *why, const char *supported) {
    n.refuse(why, supported);
    return std::nullopt;
  };
  if (t.axis == rank - 1 || (!isReal && !isComplex))
    return refuse("its last dimension is not that of real or complex numbers",
                  "a last dimension of 1 or 2, and another axis");
  if (onesided && (t.inverse ? !isComplex : !isReal))
    return refuse("onesided of these numbers",
                  "real numbers, or the inverse of complex ones");
  t.components = *components;
  DimExpr size = n.dim(x, t.axis);
  t.length = t.halves ? (size - 1) * 2 : size;
  if (length) {
    auto known = n.values.getScalar(length);
    if (!known)
      return refuse("input 'dft_length' must be known when the model is "
                    "compiled",
                    "constants and arithmetic on sizes");
    t.length = *known;
  }
  if (size.isUnknown() || t.length.isUnknown())
    return refuse("its length is not known", "sizes that follow from inputs");
  if (t.length.getConstant().value_or(1) <= 0)
    return refuse("its length is not positive", "lengths from 1 on");
  DimExpr half = DimExpr::floorDiv(t.length, 2) + 1;
  DimExpr wanted = t.halves ? half : t.length;
  t.made = onesided && !t.inverse ? half : t.length;
  // Behind the signal there are zeros.
  if (size == wanted || (t.halves && !length))
    t.used = size;
  else if (size.getConstant() && wanted.getConstant())
    t.used = std::min(*size.getConstant(), *wanted.getConstant());
  else
    return refuse("a length other than the axis' size",
                  "such lengths where both are known");
  auto used = t.used.getConstant(), made = t.made.getConstant();
  if (used && made && *used > mostTableElements / *made)
    return refuse("its tables would have more than 2^26 elements",
                  "lengths up to 8192");
  return t;
}

namespace {
struct Tables {
  Value cos, sin; // [used, made]
};
} // namespace

static Tables makeTables(Node &n, const Transform &t, Type element) {
  // In f64 where they are computed while the model is compiled.
  Type exact = t.length.getConstant() ? Type(n.builder.getF64Type()) : element;
  Type i64 = n.builder.getI64Type();
  Value length = numberOf(n, t.length), two = n.scalar(2, i64);
  Value from = n.expandDims(placesUpTo(n, t.used), 1);
  Value turns = n.create<MulOp>(from, placesUpTo(n, t.made));
  auto isBeyondHalf = [&](Value v) {
    return n.create<CompareOp>(Predicate::gt, n.create<MulOp>(v, two), length);
  };
  // Modulo the length, and the nearest to 0.
  Value whole = n.create<MulOp>(n.create<DivOp>(turns, length), length);
  turns = n.create<SubOp>(turns, whole);
  turns = n.create<SelectOp>(isBeyondHalf(turns),
                             n.create<SubOp>(turns, length), turns);
  constexpr double twoPi = 2 * std::numbers::pi;
  Value count = n.cast(length, exact);
  Value angle = n.create<MulOp>(n.cast(turns, exact), n.scalar(twoPi, exact));
  angle = n.create<DivOp>(angle, count);
  Value cos = n.create<CosOp>(angle), sin = n.create<SinOp>(angle);
  if (t.inverse) {
    sin = n.create<NegOp>(sin);
    cos = n.create<DivOp>(cos, count);
    sin = n.create<DivOp>(sin, count);
  }
  if (t.halves) { // each stands for two, but for 0 and the middle
    Value doubled = n.create<MulOp>(from, two), zero = n.scalar(0, i64);
    Value once =
        n.create<OrOp>(n.create<CompareOp>(Predicate::eq, from, zero),
                       n.create<CompareOp>(Predicate::eq, doubled, length));
    Value weight =
        n.create<SelectOp>(once, n.scalar(1, exact), n.scalar(2, exact));
    cos = n.create<MulOp>(cos, weight);
    sin = n.create<MulOp>(sin, weight);
  }
  return {n.cast(cos, element), n.cast(sin, element)};
}

static void dft(Node &n) {
  Value x = n.in(0);
  auto t = readTransform(n, x);
  if (!t)
    return;
  Type type = n.element(x);
  Type element = type.isF64() ? type : Type(n.builder.getF32Type());
  int64_t last = n.rank(x) - 1;
  x = n.cast(sliceBox(n, x, t->axis, 0, t->used), element);
  Dims parts(ArrayRef<DimExpr>(n.dims(x)).drop_back());
  // The axis last, in place of the components.
  auto part = [&](int64_t component) {
    Value v = n.sliceStatic(x, last, component, component + 1);
    return axisLast(n, reshapeDims(n, v, parts), t->axis);
  };
  auto [cos, sin] = makeTables(n, *t, element);
  bool isComplex = t->components == 2;
  Value real = part(0), imaginary = isComplex ? part(1) : Value();
  auto times = [&](Value a, Value b) { return n.create<MatMulOp>(a, b); };
  Value yReal = times(real, cos), y;
  if (isComplex)
    yReal = n.create<AddOp>(yReal, times(imaginary, sin));
  auto back = [&](Value v) {
    return n.expandDims(axisLast(n, v, t->axis), last);
  };
  if (t->halves) {
    y = back(yReal);
  } else {
    Value yImaginary = times(real, n.create<NegOp>(sin));
    if (isComplex)
      yImaginary = n.create<AddOp>(yImaginary, times(imaginary, cos));
    y = n.create<ConcatOp>(ValueRange{back(yReal), back(yImaginary)}, last);
  }
  n.set(0, n.cast(y, type));
}

void sinter::addFourierConverters(std::vector<Converter> &table) {
  table.push_back({"DFT",
                   {17, 20},
                   dft,
                   "axis must be constant, dft_length the axis' size or "
                   "both known"});
}
