//===- ConvertShapes.cpp - ops that view elements in another shape --------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/Node.h"

using namespace mlir;
using namespace sinter;

static void reshape(Node &n) {
  Value x = n.in(0), shape = n.in(1);
  n.set(0, n.reshapeTo(x, shape, n.intAttr("allowzero", 0)));
}

static void expand(Node &n) {
  Value x = n.in(0), shape = n.in(1);
  n.set(0, n.expandTo(x, shape));
}

static void flatten(Node &n) {
  Value x = n.in(0);
  int64_t rank = n.rank(x);
  int64_t axis = n.axis(n.intAttr("axis", 1), rank, /*inclusive=*/true);
  if (n.failed())
    return;
  n.set(0, n.reshape(
               x, {DimSource::range(0, axis), DimSource::range(axis, rank)}));
}

static void squeeze(Node &n) {
  Value x = n.in(0), operand = n.optionalIn(1);
  Dims dims = n.dims(x);
  SmallVector<bool> drop(dims.size(), false);
  if (operand) {
    auto axes = n.constantInts(operand, "input 'axes'");
    if (!axes)
      return;
    for (int64_t axis : *axes) {
      axis = n.axis(axis, dims.size());
      if (n.failed())
        return;
      drop[axis] = true;
    }
  }
  SmallVector<DimSource> kept;
  for (auto [i, dim] : llvm::enumerate(dims)) {
    if (operand ? drop[i] && !dim.isConstant(1) : !dim.getConstant()) {
      std::string size = dim.str();
      return n.refuse(
          operand ? "dimension " + std::to_string(i) + " has size " + size +
                        ", not 1"
                  : "without axes, each size must be known, but dimension " +
                        std::to_string(i) + " has size " + size,
          "",
          dim.getConstant() || dim.isUnknown() ? ""
                                               : "fix it with --dim NAME=1");
    }
    if (operand ? !drop[i] : !dim.isConstant(1))
      kept.push_back(DimSource::dim(i));
  }
  n.set(0, n.reshape(x, kept));
}

static void unsqueeze(Node &n) {
  Value x = n.in(0);
  auto axes = n.constantInts(n.in(1), "input 'axes'");
  if (!axes)
    return;
  int64_t rank = n.rank(x) + axes->size();
  SmallVector<bool> added(rank, false);
  for (int64_t axis : *axes) {
    axis = n.axis(axis, rank);
    if (n.failed())
      return;
    if (added[axis])
      return n.refuse("axis " + std::to_string(axis) + " is given twice");
    added[axis] = true;
  }
  SmallVector<DimSource> sizes;
  int64_t next = 0;
  for (int64_t i = 0; i < rank; ++i)
    sizes.push_back(added[i] ? DimSource::number(1) : DimSource::dim(next++));
  n.set(0, n.reshape(x, sizes));
}

static void transpose(Node &n) {
  Value x = n.in(0);
  SmallVector<int64_t> reversed;
  for (int64_t i = n.rank(x) - 1; i >= 0; --i)
    reversed.push_back(i);
  n.set(0, n.transpose(x, n.intsAttr("perm").value_or(reversed)));
}

static void concat(Node &n) {
  std::vector<Value> xs = n.allIn();
  int64_t axis = n.requiredInt("axis");
  if (n.failed())
    return;
  n.set(0, n.create<ConcatOp>(xs, n.axis(axis, n.rank(xs[0]))));
}

/// Sizes start to end - 1, both clamped like Python's slices.
static void shape(Node &n) {
  Value x = n.in(0);
  int64_t rank = n.rank(x);
  auto clamp = [&](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank);
  };
  int64_t start = clamp(n.intAttr("start", 0));
  int64_t end = clamp(n.intAttr("end", rank));
  n.set(0, n.create<ShapeOfOp>(x, start, std::max(start, end)));
}

static void size(Node &n) {
  Value x = n.in(0);
  Value sizes = n.create<ShapeOfOp>(x, 0, n.rank(x));
  n.set(0, n.create<ReduceOp>(Reduction::prod, sizes, ArrayRef<int64_t>{0},
                              false));
}

/// Each dimension becomes [repeats, size], the repeats by broadcasting.
static void tile(Node &n) {
  Value x = n.in(0), operand = n.in(1);
  if (n.failed())
    return;
  auto repeats = n.values.get(operand);
  Dims dims = n.dims(x), wide, flat;
  if (!repeats || repeats->size() != dims.size())
    return n.refuse("input 'repeats' must be known when the model is compiled",
                    "constants and arithmetic on sizes");
  SmallVector<DimSource> split;
  for (auto [i, size] : llvm::enumerate(dims)) {
    const DimExpr &repeat = (*repeats)[i];
    if (size.isUnknown() || !repeat.isNonNegative())
      return n.refuse("dimension " + std::to_string(i) + " has size " +
                          size.str() + ", repeated " + repeat.str() + " times",
                      "sizes that are known or symbolic");
    split.append({DimSource::number(1), DimSource::dim(i)});
    wide.append({repeat, size});
    flat.push_back(repeat * size);
  }
  Value pairs = n.reshape(x, split);
  Value repeated = n.createTyped<BroadcastToOp>(
      getTensorType(wide, n.element(x)), pairs, Value());
  n.set(0, n.createTyped<ReshapeOp>(getTensorType(flat, n.element(x)), repeated,
                                    Value(), false));
}

void sinter::addShapeConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"Reshape",
       {13, 14, 19, 21, 23, 24, 25},
       reshape,
       "the shape's length must be known"},
      {"Expand", {13}, expand, "the shape's length must be known"},
      {"Flatten", {13, 21, 23, 24, 25}, flatten},
      {"Squeeze",
       {13, 21, 23, 24, 25},
       squeeze,
       "axes must be constant and of sizes that are 1 in the model"},
      {"Unsqueeze", {13, 21, 23, 24, 25}, unsqueeze, "axes must be constant"},
      {"Transpose", {13, 21, 23, 24, 25}, transpose},
      {"Concat", {13}, concat},
      {"Shape", {13, 15, 19, 21, 23, 24, 25}, shape},
      {"Size", {13, 19, 21, 23, 24, 25}, size},
      {"Tile", {13}, tile, "repeats must be constant or arithmetic on sizes"},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
