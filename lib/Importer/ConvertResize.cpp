//===- ConvertResize.cpp - Resize -----------------------------------------===//
//
// Each axis on its own: nearest is a gather, linear and cubic are a matmul by a
// matrix of weights [in, out] that is made here, where sizes are known. Others
// are in ResizeSymbolic.cpp.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/ResizeRules.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

namespace {
using Rules = ResizeRules;
struct Axis {
  int64_t dim, in, out;
  double scale, start, end;        // of the region, for tf_crop_and_resize
  std::optional<DimExpr> symbolic; // the result's size; then in and out are 0
};
} // namespace

static constexpr int64_t mostWeights = int64_t(1) << 24;

//===--- Where an element comes from --------------------------------------===//

/// In f32, as the reference and onnxruntime count: where two elements are
/// equally near, its rounding decides.
static double sourceOf(const Rules &r, const Axis &a, int64_t x) {
  float at = float(x), scale = float(a.scale), in = float(a.in);
  float out = scale * in; // not rounded to a whole size
  if (r.coordinates == "asymmetric")
    return at / scale;
  if (r.coordinates == "align_corners")
    return out == 1 ? 0 : at * (in - 1) / (out - 1);
  if (r.coordinates == "tf_crop_and_resize") {
    float width = float(a.end - a.start) * (in - 1);
    return (out == 1 ? width / 2 : at * width / (out - 1)) +
           float(a.start) * (in - 1);
  }
  if (r.coordinates == "pytorch_half_pixel" && a.out == 1)
    return 0;
  at = (at + 0.5f) / scale - 0.5f;
  if (r.coordinates == "half_pixel_symmetric")
    at += in / 2 * (1 - float(a.out) / out);
  return at;
}

static int64_t nearestOf(const Rules &r, double at) {
  if (r.nearest == "floor")
    return int64_t(std::floor(at));
  if (r.nearest == "ceil")
    return int64_t(std::ceil(at));
  return int64_t(r.nearest == "round_prefer_ceil" ? std::floor(at + 0.5)
                                                  : std::ceil(at - 0.5));
}

/// The kernel at distance x.
static double kernelAt(const Rules &r, double x) {
  x = std::abs(x);
  if (r.mode == "linear")
    return std::max(0.0, 1 - x);
  double a = r.cubicA;
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/// Weights [in, out]: each output's share of each input.
static std::vector<float> makeWeights(const Rules &r, const Axis &a) {
  std::vector<float> weights(a.in * a.out, 0);
  double squeeze = r.antialias ? std::min(a.scale, 1.0) : 1;
  int64_t reach = int64_t(std::ceil((r.mode == "linear" ? 1 : 2) / squeeze));
  for (int64_t x = 0; x < a.out; ++x) {
    double at = sourceOf(r, a, x), sum = 0;
    std::vector<double> row(a.in, 0);
    int64_t first = int64_t(std::ceil(at)) - reach;
    for (int64_t i = first; i < first + 2 * reach; ++i) {
      double weight = kernelAt(r, (double(i) - at) * squeeze);
      if (r.excludeOutside && (i < 0 || i >= a.in))
        continue;
      row[std::clamp<int64_t>(i, 0, a.in - 1)] += weight;
      sum += weight;
    }
    for (int64_t i = 0; i < a.in; ++i)
      weights[i * a.out + x] =
          float(row[i] / (r.antialias || r.excludeOutside ? sum : 1));
  }
  return weights;
}

//===--- Reading the node -------------------------------------------------===//

static std::optional<SmallVector<double>> readFloats(Value value) {
  DenseElementsAttr attr;
  if (!value || !matchPattern(value, m_Constant(&attr)) ||
      !isa<FloatType>(attr.getElementType()))
    return std::nullopt;
  SmallVector<double> numbers;
  for (APFloat number : attr.getValues<APFloat>()) {
    bool lost;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
    numbers.push_back(number.convertToDouble());
  }
  return numbers;
}

static Rules readRules(Node &n) {
  Rules r;
  r.mode = n.stringAttr("mode", "nearest");
  r.coordinates = n.stringAttr("coordinate_transformation_mode", "half_pixel");
  r.nearest = n.stringAttr("nearest_mode", "round_prefer_floor");
  r.policy = n.stringAttr("keep_aspect_ratio_policy", "stretch");
  r.cubicA = n.floatAttr("cubic_coeff_a", -0.75);
  r.extrapolation = n.floatAttr("extrapolation_value", 0);
  r.antialias = n.intAttr("antialias", 0);
  r.excludeOutside = n.intAttr("exclude_outside", 0);
  auto check = [&](const char *name, StringRef value,
                   ArrayRef<StringRef> known) {
    if (!llvm::is_contained(known, value))
      n.refuse(std::string(name) + " is '" + value.str() + "'",
               llvm::join(known, ", "));
  };
  check("mode", r.mode, {"nearest", "linear", "cubic"});
  check("coordinate_transformation_mode", r.coordinates,
        {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
         "align_corners", "asymmetric", "tf_crop_and_resize"});
  check("nearest_mode", r.nearest,
        {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"});
  check("keep_aspect_ratio_policy", r.policy,
        {"stretch", "not_larger", "not_smaller"});
  return r;
}

/// floor(size * scale), where the product is a short fraction.
static std::optional<DimExpr> scaled(const DimExpr &size, double scale) {
  for (int64_t by = 1; by <= 1024 && scale > 0 && scale < 1024; by *= 2)
    if (scale * double(by) == std::floor(scale * double(by)))
      return DimExpr::floorDiv(size * DimExpr(int64_t(scale * double(by))), by);
  return std::nullopt;
}

static SmallVector<Axis> readAxes(Node &n, Value x, const Rules &r) {
  Value roi = n.optionalIn(1), scales = n.optionalIn(2);
  Value sizes = n.optionalIn(3);
  auto which = n.intsAttr("axes").value_or(
      llvm::to_vector(llvm::seq<int64_t>(0, n.rank(x))));
  SmallVector<Axis> axes;
  auto factors = readFloats(scales);
  std::optional<Dims> wanted;
  if (sizes && !n.failed())
    wanted = n.values.get(sizes);
  if (n.failed())
    return axes;
  if (wanted && !wanted->empty())
    factors.reset();
  else if (!factors) {
    n.refuse("scales or sizes must be known when the model is compiled",
             "constants and, for sizes, arithmetic on sizes");
    return axes;
  }
  size_t given = factors ? factors->size() : wanted->size();
  auto region = readFloats(roi);
  bool crops = r.coordinates == "tf_crop_and_resize";
  if (given != which.size() ||
      (crops && (!region || region->size() != 2 * given))) {
    n.refuse("scales, sizes or roi do not fit its axes");
    return axes;
  }
  double common = r.policy == "not_larger" ? HUGE_VAL : 0;
  for (auto [i, dim] : llvm::enumerate(which)) {
    Axis a{n.axis(dim, n.rank(x)), 0, 0, 0, 0, 1, {}};
    DimExpr in = n.dim(x, a.dim);
    auto known = in.getConstant();
    auto out = wanted ? (*wanted)[i].getConstant() : std::nullopt;
    bool stays = factors ? (*factors)[i] == 1
                         : r.policy == "stretch" && (*wanted)[i] == in;
    if (stays && !crops)
      continue; // known or not
    if (!in.isUnknown() && !crops && r.policy == "stretch" &&
        (!known || (wanted && !out)))
      a.symbolic = wanted ? (*wanted)[i] : scaled(in, (*factors)[i]);
    if (a.symbolic) {
      a.scale = factors ? (*factors)[i] : 0;
      axes.push_back(a);
      continue;
    }
    if (!known || *known <= 0 || (wanted && (!out || *out <= 0))) {
      n.refuse("an axis of size " + in.str() + " changes its size",
               "known sizes", "fix the size with --dim NAME=N");
      return axes;
    }
    a.in = *known;
    if (factors) {
      a.scale = (*factors)[i];
      double size = std::floor(double(a.in) * a.scale);
      if (!(a.scale > 0) || !(size >= 1 && size < 1e9)) {
        n.refuse("a scale is not positive or its result is too large");
        return axes;
      }
      a.out = int64_t(size);
    } else {
      a.out = *out;
      a.scale = double(a.out) / double(a.in);
      common = r.policy == "not_larger" ? std::min(common, a.scale)
                                        : std::max(common, a.scale);
    }
    if (crops)
      a.start = (*region)[i], a.end = (*region)[given + i];
    axes.push_back(a);
  }
  if (wanted && r.policy != "stretch")
    for (Axis &a : axes) {
      a.scale = common;
      a.out = int64_t(std::floor(common * double(a.in) + 0.5));
    }
  return axes;
}

//===--- One axis ---------------------------------------------------------===//

static Value takeNearest(Node &n, const Rules &r, const Axis &a, Value x) {
  SmallVector<int64_t> from;
  for (int64_t i = 0; i < a.out; ++i)
    from.push_back(
        std::clamp<int64_t>(nearestOf(r, sourceOf(r, a, i)), 0, a.in - 1));
  return n.create<GatherOp>(x, n.ints(from), a.dim);
}

static Value interpolate(Node &n, const Rules &r, const Axis &a, Value x) {
  if (a.in > mostWeights / a.out) {
    n.refuse("an axis of size " + std::to_string(a.in) + " to " +
             std::to_string(a.out) + " is too large");
    return {};
  }
  auto type = RankedTensorType::get({a.in, a.out}, n.builder.getF32Type());
  Value weights = n.constant(
      DenseElementsAttr::get(type, ArrayRef<float>(makeWeights(r, a))));
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, n.rank(x)));
  std::swap(perm[a.dim], perm.back());
  bool isVector = perm.size() == 1;
  x = isVector ? n.expandDims(x, 0) : n.transpose(x, perm);
  Value y = n.create<MatMulOp>(x, n.cast(weights, n.element(x)));
  return isVector ? n.reshape(y, {DimSource::dim(1)}) : n.transpose(y, perm);
}

/// What lies outside of the region that the input covers.
static Value extrapolate(Node &n, const Rules &r, const Axis &a, Value y) {
  SmallVector<bool> inside;
  for (int64_t i = 0; i < a.out; ++i) {
    double at = sourceOf(r, a, i);
    inside.push_back(at >= 0 && at <= double(a.in - 1));
  }
  SmallVector<int64_t> shape{a.out};
  shape.append(n.rank(y) - a.dim - 1, 1);
  Value mask = n.constant(DenseElementsAttr::get(
      RankedTensorType::get(shape, n.builder.getI1Type()),
      ArrayRef<bool>(inside)));
  return n.create<SelectOp>(mask, y, n.scalar(r.extrapolation, n.element(y)));
}

static void resize(Node &n) {
  Value x = n.in(0);
  Rules r = readRules(n);
  auto axes = readAxes(n, x, r);
  if (n.failed())
    return;
  Type element = n.element(x);
  if (r.mode != "nearest" && !isa<FloatType>(element))
    return n.refuse("mode '" + r.mode + "' of integers", "floats, or nearest");
  bool wide = !element.isF32() && !element.isF64() && r.mode != "nearest";
  if (wide)
    x = n.cast(x, n.builder.getF32Type());
  for (const Axis &a : axes) {
    x = a.symbolic ? resizeSymbolic(n, r, x, a.dim, *a.symbolic, a.scale)
        : r.mode == "nearest" ? takeNearest(n, r, a, x)
                              : interpolate(n, r, a, x);
    if (n.failed())
      return;
    if (r.coordinates == "tf_crop_and_resize")
      x = extrapolate(n, r, a, x);
  }
  n.set(0, wide ? n.cast(x, element) : x);
}

void sinter::addResizeConverters(std::vector<Converter> &table) {
  table.push_back(
      {"Resize",
       {13, 18, 19},
       resize,
       "crops, antialiasing and aspect ratios want sizes that are known"});
}
