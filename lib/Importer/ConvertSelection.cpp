//===- ConvertSelection.cpp - the largest elements, and where they are ----===//
//
// TopK by ranks: an element's rank is how many come before it, which compares
// each pair along the axis. That is quadratic in the axis, but parallel and
// without data-dependent control; the axes of MoE routers are short.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/Folds.h"
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/GraphImporter.h"
#include "lib/Importer/KnownValues.h"
#include "lib/Importer/Positions.h"
#include "lib/Importer/Selection.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace sinter;

// Pairs along a longer axis would take seconds.
static constexpr int64_t mostRanked = 4096;

/// a > b, with NaN above everything.
static Value greater(Node &n, Value a, Value b) {
  Value y = n.create<CompareOp>(Predicate::gt, a, b);
  if (!isa<FloatType>(n.element(a)))
    return y;
  Value aNaN = n.create<CompareOp>(Predicate::ne, a, a);
  Value bIs = n.create<CompareOp>(Predicate::eq, b, b);
  return n.create<OrOp>(y, n.create<AndOp>(aNaN, bIs));
}

/// Lowest number of the element type, for a maximum over nothing.
static Value lowest(Node &n, Type element) {
  double value = -std::numeric_limits<double>::infinity();
  if (auto type = dyn_cast<IntegerType>(element))
    value = type.isUnsigned() ? 0 : -std::ldexp(1.0, int(type.getWidth()) - 1);
  return n.scalar(value, element);
}

Selection sinter::select(Node &n, Value x, Value count, bool largest) {
  if (n.failed())
    return {};
  int64_t rank = n.rank(x);
  DimExpr size = n.dim(x, rank - 1);
  auto known = size.getConstant();
  if (!known || *known > mostRanked) {
    n.refuse("an axis of size " + size.str(),
             "known sizes up to " + std::to_string(mostRanked));
    return {};
  }
  Type i64 = n.builder.getI64Type();
  // [..., i, 1] against [..., 1, j]: does j come before i?
  Value self = n.expandDims(x, rank), other = n.expandDims(x, rank - 1);
  Value above = largest ? greater(n, other, self) : greater(n, self, other);
  Value below = largest ? greater(n, self, other) : greater(n, other, self);
  SmallVector<int64_t> places = llvm::to_vector(llvm::seq<int64_t>(0, *known));
  Value index = n.ints(places);
  Value earlier = n.create<CompareOp>(Predicate::lt, index,
                                      n.expandDims(index, 1)); // j < i
  Value before =
      n.create<OrOp>(above, n.create<AndOp>(n.create<NotOp>(below), earlier));
  Value ranks = n.create<ReduceOp>(Reduction::sum, n.cast(before, i64),
                                   ArrayRef<int64_t>{rank}, false);
  // [..., k, i]: is i the element of rank k?
  Value wanted = n.expandDims(iota(n, count), 1);
  Value chosen =
      n.create<CompareOp>(Predicate::eq, n.expandDims(ranks, rank - 1), wanted);
  Value indices = n.create<ReduceOp>(
      Reduction::sum, n.create<SelectOp>(chosen, index, n.scalar(0, i64)),
      ArrayRef<int64_t>{rank}, false);
  Value values = n.create<ReduceOp>(
      Reduction::max,
      n.create<SelectOp>(chosen, other, lowest(n, n.element(x))),
      ArrayRef<int64_t>{rank}, false);
  return {values, indices};
}

static void topK(Node &n) {
  Value x = n.in(0), count = n.in(1);
  int64_t axis = n.axis(n.intAttr("axis", -1), n.rank(x));
  bool largest = n.intAttr("largest", 1);
  n.ignoreAttr("sorted"); // any order will do for 0: it is sorted
  if (n.failed())
    return;
  auto k = n.values.getScalar(count);
  if (!k)
    return n.refuse("input 'K' must be known when the model is compiled",
                    "constants and arithmetic on sizes");
  auto known = n.dim(x, axis).getConstant(), most = k->getConstant();
  if (known && most && (*most < 0 || *most > *known))
    return n.refuse("K is " + std::to_string(*most) + " of an axis of size " +
                    std::to_string(*known));
  count = n.reshape(n.cast(count, n.builder.getI64Type()), {});
  auto [values, indices] = select(n, axisLast(n, x, axis), count, largest);
  n.set(0, axisLast(n, values, axis));
  n.set(1, axisLast(n, indices, axis));
}

/// Among the places that hold the extreme element, the first or last.
static Value placeOfExtreme(Node &n, Value x, Reduction kind, int64_t axis,
                            bool keep, bool last) {
  if (n.failed())
    return {};
  Type i64 = n.builder.getI64Type();
  SmallVector<int64_t> over{axis};
  Value extreme = n.create<ReduceOp>(kind, x, over, true);
  Value hit = n.create<CompareOp>(Predicate::eq, x, extreme);
  if (isa<FloatType>(n.element(x))) // NaN is the extreme where there is one
    hit = n.create<OrOp>(hit, n.create<CompareOp>(Predicate::ne, x, x));
  Value index = placesAlong(n, x, axis);
  Value none = last ? n.scalar(-1, i64) : sizeOf(n, x, axis);
  Value places = n.create<SelectOp>(hit, index, none);
  return n.create<ReduceOp>(last ? Reduction::max : Reduction::min, places,
                            over, keep);
}

static void argExtreme(Node &n, Reduction kind) {
  Value x = n.in(0);
  int64_t axis = n.axis(n.intAttr("axis", 0), n.rank(x));
  bool keep = n.intAttr("keepdims", 1);
  bool last = n.intAttr("select_last_index", 0);
  n.set(0, placeOfExtreme(n, x, kind, axis, keep, last));
}

/// 1 at the first largest element, 0 elsewhere.
static void hardmax(Node &n) {
  Value x = n.in(0);
  int64_t axis = n.axis(n.intAttr("axis", -1), n.rank(x));
  Value place = placeOfExtreme(n, x, Reduction::max, axis, true, false);
  Value index = placesAlong(n, x, axis);
  n.set(0,
        n.cast(n.create<CompareOp>(Predicate::eq, index, place), n.element(x)));
}

static void oneHot(Node &n) {
  Value indices = n.in(0), depth = n.in(1), values = n.in(2);
  if (n.failed())
    return;
  int64_t axis = n.axis(n.intAttr("axis", -1), n.rank(indices) + 1);
  if (n.failed())
    return;
  Type i64 = n.builder.getI64Type();
  depth = n.reshape(n.cast(depth, i64), {});
  Value at = n.expandDims(n.cast(indices, i64), axis);
  Value classes = addTrailingUnits(n, iota(n, depth), n.rank(indices) - axis);
  // Negative indices count from the end; what is outside is nowhere.
  Value wrapped = n.create<SelectOp>(
      n.create<CompareOp>(Predicate::lt, at, n.scalar(0, i64)),
      n.create<AddOp>(at, depth), at);
  Value hit = n.create<CompareOp>(Predicate::eq, wrapped, classes);
  Value off = n.reshape(n.sliceStatic(values, 0, 0, 1), {});
  Value on = n.reshape(n.sliceStatic(values, 0, 1, 2), {});
  n.set(0, n.create<SelectOp>(hit, on, off));
}

/// The place of each element of `indices`, with `axis` replaced by it: tuples
/// for gather_nd and scatter_nd.
static Value elementTuples(Node &n, Value indices, int64_t rank, int64_t axis) {
  Dims dims = n.dims(indices);
  if (n.failed())
    return {};
  if (int64_t(dims.size()) != rank) {
    n.refuse("data and indices have different ranks");
    return {};
  }
  Type i64 = n.builder.getI64Type();
  dims.push_back(1);
  std::vector<Value> tuple;
  for (int64_t i = 0; i < rank; ++i) {
    Value part = i == axis ? n.cast(indices, i64) : placesAlong(n, indices, i);
    part = addTrailingUnits(n, part, 1);
    tuple.push_back(i == axis ? part : repeat(n, part, dims));
  }
  return tuple.size() == 1 ? tuple[0] : n.create<ConcatOp>(tuple, rank);
}

Value sinter::gatherAlong(Node &n, Value x, Value indices, int64_t axis) {
  Value places = elementTuples(n, indices, n.rank(x), axis);
  return n.create<GatherNDOp>(x, places, n.builder.getI64IntegerAttr(0));
}

static void gatherElements(Node &n) {
  Value x = n.in(0), indices = n.in(1);
  int64_t axis = n.axis(n.intAttr("axis", 0), n.rank(x));
  n.set(0, gatherAlong(n, x, indices, axis));
}

static void scatter(Node &n, Value x, Value places, Value updates) {
  std::string name = n.stringAttr("reduction", "none");
  if (name == "none")
    name = "write";
  auto kind = symbolizeScatter(name);
  if (!kind)
    return n.refuse("reduction is '" + name + "'", "none, add, mul, max, min");
  n.set(0, n.create<ScatterNDOp>(*kind, x, places, updates));
}

/// Is `all` the size `one`, broadcast at most to a part of one row or of none
/// (torch's index_add takes such a part of what it adds to)?
static bool isSizeOf(const DimExpr &one, const DimExpr &all) {
  if (all == one)
    return true;
  auto &terms = all.getTerms();
  if (terms.size() != 1 || terms.begin()->second != 1 ||
      terms.begin()->first.size() != 1)
    return false;
  DimAtom atom = DimAtom::get(terms.begin()->first.front());
  bool isPart = atom.name == "min" && (atom.arguments[0].isConstant(1) ||
                                       atom.arguments[1].isConstant(1));
  return isPart || (atom.name == "bcast" && isSizeOf(one, atom.arguments[0]) &&
                    isSizeOf(one, atom.arguments[1]));
}

/// An index of the first dimension that is repeated over all others writes
/// whole rows, as torch's index_add is exported: the indices [n, 1], else null.
static Value rowTuples(Node &n, Value x, Value indices) {
  auto repeated = indices.getDefiningOp<BroadcastToOp>();
  if (!repeated || n.rank(repeated.getX()) != n.rank(indices))
    return {};
  Dims in = n.dims(repeated.getX()), all = n.dims(indices), of = n.dims(x);
  if (in.size() != of.size() || !isSizeOf(in[0], all[0]))
    return {};
  for (size_t i = 1; i < of.size(); ++i)
    if (!in[i].isConstant(1) || all[i] != of[i])
      return {};
  return n.cast(reshapeDims(n, repeated.getX(), {in[0], DimExpr(1)}),
                n.builder.getI64Type());
}

static void scatterElements(Node &n) {
  Value x = n.in(0), indices = n.in(1), updates = n.in(2);
  int64_t axis = n.axis(n.intAttr("axis", 0), n.rank(x));
  if (n.failed())
    return;
  Value places = axis == 0 ? rowTuples(n, x, indices) : Value();
  if (!places)
    places = elementTuples(n, indices, n.rank(x), axis);
  scatter(n, x, places, updates);
}

static void scatterND(Node &n) {
  Value x = n.in(0), indices = n.in(1), updates = n.in(2);
  scatter(n, x, indices, updates);
}

/// The place of every element along dimension `axis` of x, in order.
static Value allPlaces(Node &n, Value x, int64_t axis) {
  Dims dims = n.dims(x);
  if (n.failed())
    return {};
  Value places = repeat(n, placesAlong(n, x, axis), dims);
  return n.cast(reshapeDims(n, places, {product(ArrayRef(dims))}),
                n.builder.getI64Type());
}

/// Of the elements of a constant that are not zero, in row-major order.
static Value placesOf(Node &n, DenseElementsAttr elements) {
  ArrayRef<int64_t> shape = elements.getType().getShape();
  SmallVector<SmallVector<int64_t>> rows(shape.size());
  int64_t flat = -1;
  for (Attribute element : elements.getValues<Attribute>()) {
    ++flat;
    auto real = dyn_cast<FloatAttr>(element);
    if (real ? real.getValue().isZero()
             : cast<IntegerAttr>(element).getValue().isZero())
      continue;
    int64_t rest = flat;
    for (int64_t i = int64_t(shape.size()) - 1; i >= 0; --i) {
      rows[i].push_back(rest % shape[i]);
      rest /= shape[i];
    }
  }
  SmallVector<int64_t> all;
  for (auto &row : rows)
    all.append(row);
  int64_t count = shape.empty() ? 0 : int64_t(rows[0].size());
  return n.constant(DenseElementsAttr::get(
      RankedTensorType::get({int64_t(shape.size()), count},
                            n.builder.getI64Type()),
      ArrayRef(all)));
}

/// The slices of x along an axis where `mask`, of its size, is true: `count` of
/// them.
static Value keepWhere(Node &n, Value x, Value mask, int64_t axis,
                       const DimExpr &count) {
  if (n.failed())
    return {};
  Dims dims = n.dims(x);
  dims[axis] = count;
  return CompressOp::create(n.builder, n.loc, getTensorType(dims, n.element(x)),
                            x, mask, axis);
}

static void nonZero(Node &n) {
  Value x = n.in(0);
  if (n.failed())
    return;
  if (n.rank(x) == 0)
    return n.refuse("X is a scalar", "one dimension or more");
  if (DenseElementsAttr elements = getKnownElements(x))
    return n.set(0, placesOf(n, elements));
  auto splat = getSplatNumber(x);
  if (splat && *splat == 0)
    return n.set(
        0, n.constant(DenseElementsAttr::get(
               RankedTensorType::get({n.rank(x), 0}, n.builder.getI64Type()),
               ArrayRef<int64_t>())));
  Value hit = x;
  if (!splat && !n.element(x).isInteger(1))
    hit = n.create<CompareOp>(Predicate::ne, x, n.scalar(0, n.element(x)));
  DimExpr size = product(n.dims(x)), count = splat ? size : n.graph.newCount();
  std::vector<Value> rows;
  for (int64_t i = 0; i < n.rank(x) && !n.failed(); ++i) {
    Value places = allPlaces(n, x, i);
    if (!splat)
      places = keepWhere(n, places, reshapeDims(n, hit, {size}), 0, count);
    rows.push_back(reshapeDims(n, places, {DimExpr(1), count}));
  }
  n.set(0, rows.size() == 1 ? rows[0] : n.create<ConcatOp>(rows, 0));
}

/// ONNX: a condition that is shorter than the axis ends with false.
static void compress(Node &n) {
  Value x = n.in(0), condition = n.in(1);
  if (n.failed())
    return;
  if (!n.hasAttr("axis"))
    x = reshapeDims(n, x, {product(n.dims(x))});
  int64_t axis = n.axis(n.intAttr("axis", 0), n.rank(x));
  if (n.failed())
    return;
  if (DenseElementsAttr known = getKnownElements(condition)) {
    SmallVector<int64_t> kept;
    for (auto [i, keep] : llvm::enumerate(known.getValues<bool>()))
      if (keep)
        kept.push_back(int64_t(i));
    return n.set(0, n.create<GatherOp>(x, n.ints(kept), axis));
  }
  auto missing = (n.dim(x, axis) - n.dim(condition, 0)).getConstant();
  if (!missing || *missing < 0)
    return n.refuse("the condition's size and that of the axis are not known "
                    "to fit",
                    "conditions as long as the axis, or shorter by a number");
  if (*missing > 0)
    condition = padAxis(n, condition, 0, 0, *missing,
                        n.scalar(0, n.element(condition)));
  n.set(0, keepWhere(n, x, condition, axis, n.graph.newCount()));
}

void sinter::addSelectionConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"TopK",
       {11, 24},
       topK,
       "K must be constant or arithmetic on sizes, the axis known and up to "
       "4096"},
      {"ArgMax", {13}, [](Node &n) { argExtreme(n, Reduction::max); }},
      {"ArgMin", {13}, [](Node &n) { argExtreme(n, Reduction::min); }},
      {"Hardmax", {13}, hardmax},
      {"NonZero",
       {13},
       nonZero,
       "rows that it picks must end in sums: ScatterElements, ScatterND or "
       "ReduceSum"},
      {"Compress", {9, 11, 28}, compress, "as NonZero"},
      {"OneHot", {11, 28}, oneHot},
      {"GatherElements", {13}, gatherElements},
      {"ScatterElements", {13, 16, 18}, scatterElements},
      {"ScatterND",
       {13, 16, 18},
       scatterND,
       "the last size of indices must be known"},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
