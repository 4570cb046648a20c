//===- ConvertGridSample.cpp - GridSample ---------------------------------===//
//
// A point lies between elements: along each dimension it has taps, places with
// a weight each. The result is the sum over all combinations of taps, each a
// gather of rows of channels.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Positions.h"

using namespace mlir;
using namespace sinter;

namespace {
/// Where points lie along one dimension: [batch, points...] of floats. An
/// absent weight is 1.
struct Tap {
  Value place, weight;
};

class Sampler {
public:
  Sampler(Node &n, Type type) : n(n), type(type) {}
  Node &n;
  Type type; // of coordinates
  std::string mode, padding;
  bool aligned = false;

  /// Of coordinates -1 .. 1 along `dim` of x.
  SmallVector<Tap> taps(Value x, int64_t dim, Value coordinate);

private:
  Value real(double v) { return n.scalar(v, type); }
  Value add(Value a, Value b) { return n.create<AddOp>(a, b); }
  Value sub(Value a, Value b) { return n.create<SubOp>(a, b); }
  Value mul(Value a, Value b) { return n.create<MulOp>(a, b); }
  Value clamp(Value v, Value highest) {
    return n.create<MinOp>(n.create<MaxOp>(v, real(0)), highest);
  }
  Value lowest() { return real(aligned ? 0 : -0.5); }
  Value reflect(Value v, Value size);
  SmallVector<Value> cubicWeights(Value rest);
};
} // namespace

/// Back and forth between the borders.
Value Sampler::reflect(Value v, Value size) {
  Value low = lowest();
  Value range = aligned ? n.create<MaxOp>(sub(size, real(1)), real(1)) : size;
  Value period = mul(range, real(2));
  Value way = n.create<AbsOp>(sub(v, low));
  Value turns = n.create<FloorOp>(n.create<DivOp>(way, period));
  way = sub(way, mul(turns, period));
  return add(low, n.create<MinOp>(way, sub(period, way)));
}

/// Keys 1981 with a = -0.75, of the elements at -1, 0, 1, 2.
SmallVector<Value> Sampler::cubicWeights(Value rest) {
  constexpr double a = -0.75;
  auto far = [&](Value d) { // ((a d - 5 a) d + 8 a) d - 4 a
    Value y = sub(mul(d, real(a)), real(5 * a));
    y = add(mul(y, d), real(8 * a));
    return sub(mul(y, d), real(4 * a));
  };
  auto near = [&](Value d) { // ((a + 2) d - (a + 3)) d d + 1
    Value y = sub(mul(d, real(a + 2)), real(a + 3));
    return add(mul(mul(y, d), d), real(1));
  };
  return {far(add(rest, real(1))), near(rest), near(sub(real(1), rest)),
          far(sub(real(2), rest))};
}

SmallVector<Tap> Sampler::taps(Value x, int64_t dim, Value coordinate) {
  Value size = n.cast(sizeOf(n, x, dim), type);
  Value last = sub(size, real(1)), v = add(coordinate, real(1));
  v = aligned ? mul(mul(v, real(0.5)), last)
              : mul(sub(mul(v, size), real(1)), real(0.5));
  if (mode == "nearest")
    v = n.create<RoundOp>(v);
  if (padding == "border" && mode != "cubic")
    v = clamp(v, last);
  else if (padding == "reflection")
    v = reflect(v, size);
  SmallVector<Tap> taps;
  if (mode == "nearest") {
    taps.push_back({v, {}});
  } else {
    Value first = n.create<FloorOp>(v), rest = sub(v, first);
    bool isCubic = mode == "cubic";
    SmallVector<Value> weights =
        isCubic ? cubicWeights(rest)
                : SmallVector<Value>{sub(real(1), rest), rest};
    for (auto [i, weight] : llvm::enumerate(weights))
      taps.push_back({add(first, real(double(i) - isCubic)), weight});
  }
  for (Tap &tap : taps) {
    if (padding == "zeros") {
      Value inside = n.create<AndOp>(
          n.create<CompareOp>(Predicate::ge, tap.place, real(0)),
          n.create<CompareOp>(Predicate::le, tap.place, last));
      tap.weight = n.create<SelectOp>(inside, tap.weight ? tap.weight : real(1),
                                      real(0));
    } else if (padding == "reflection") {
      tap.place = reflect(tap.place, size);
    }
    tap.place = n.cast(clamp(tap.place, last), n.builder.getI64Type());
  }
  return taps;
}

/// Sums of rows of channels [batch, elements, channels] at all combinations of
/// taps: [batch, points..., channels].
static Value sumTaps(Node &n, Value x, Value rows,
                     ArrayRef<SmallVector<Tap>> taps) {
  int64_t count = 1, dims = taps.size();
  for (auto &list : taps)
    count *= list.size();
  Value y;
  for (int64_t c = 0; c < count && !n.failed(); ++c) {
    Value place, weight;
    int64_t rest = c;
    for (int64_t d = 0; d < dims; ++d) {
      const Tap &tap = taps[d][rest % taps[d].size()];
      rest /= taps[d].size();
      place = place
                  ? n.create<AddOp>(n.create<MulOp>(place, sizeOf(n, x, 2 + d)),
                                    tap.place)
                  : tap.place;
      if (tap.weight)
        weight = weight ? n.create<MulOp>(weight, tap.weight) : tap.weight;
    }
    Value part = n.create<GatherNDOp>(rows, n.expandDims(place, n.rank(place)),
                                      /*batch_dims=*/1);
    if (weight)
      part = n.create<MulOp>(
          part, n.expandDims(n.cast(weight, n.element(x)), n.rank(weight)));
    y = y ? n.create<AddOp>(y, part) : part;
  }
  return y;
}

static void gridSample(Node &n) {
  Value x = n.in(0), grid = n.in(1);
  if (n.failed())
    return;
  Type element = n.element(grid);
  Sampler sampler(n, element.getIntOrFloatBitWidth() < 32
                         ? n.builder.getF32Type()
                         : element);
  sampler.mode = n.stringAttr("mode", n.since < 20 ? "bilinear" : "linear");
  if (n.since < 20 && StringRef(sampler.mode).starts_with("bi"))
    sampler.mode.erase(0, 2);
  sampler.padding = n.stringAttr("padding_mode", "zeros");
  sampler.aligned = n.intAttr("align_corners", 0);
  if (sampler.mode != "linear" && sampler.mode != "nearest" &&
      sampler.mode != "cubic")
    return n.refuse(
        "mode is '" + sampler.mode + "'",
        "linear, nearest, cubic; before opset 20 bilinear, bicubic");
  if (sampler.padding != "zeros" && sampler.padding != "border" &&
      sampler.padding != "reflection")
    return n.refuse("padding_mode is '" + sampler.padding + "'",
                    "zeros, border, reflection");
  int64_t rank = n.rank(x), dims = rank - 2;
  if (rank < 3 || rank > 5 || n.rank(grid) != rank ||
      !mayBeEqual(n.dim(grid, rank - 1), DimExpr(dims)))
    return n.refuse("X and grid have sizes that do not fit",
                    "ranks 3 to 5, both the same; a point has a coordinate for "
                    "each dimension behind X's second");
  if (!isa<FloatType>(n.element(x)))
    return n.refuse("elements are integers", "floats");
  grid = n.cast(grid, sampler.type);
  Dims points = n.dims(grid);
  points.pop_back();
  SmallVector<SmallVector<Tap>> taps;
  for (int64_t d = 0; d < dims; ++d) { // coordinates begin with the last
    Value coordinate = n.sliceStatic(grid, rank - 1, dims - 1 - d, dims - d);
    taps.push_back(sampler.taps(x, 2 + d, reshapeDims(n, coordinate, points)));
  }
  Dims sizes = n.dims(x);
  Value rows = reshapeDims(
      n, x, {sizes[0], sizes[1], product(ArrayRef(sizes).drop_front(2))});
  Value y = sumTaps(n, x, n.transpose(rows, {0, 2, 1}), taps);
  SmallVector<int64_t> perm{0, rank - 1};
  llvm::append_range(perm, llvm::seq<int64_t>(1, rank - 1));
  n.set(0, n.transpose(y, perm));
}

void sinter::addGridSampleConverters(std::vector<Converter> &table) {
  table.push_back(
      {"GridSample", {16, 20, 22}, gridSample, "ranks 3 to 5; floats"});
}
