//===- ConvertIndexing.cpp - Slice, Split, Gather, Trilu ------------------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/Node.h"

using namespace mlir;
using namespace sinter;

static void slice(Node &n) {
  Value x = n.in(0), starts = n.in(1), ends = n.in(2);
  Value axes = n.optionalIn(3), steps = n.optionalIn(4);
  if (n.failed())
    return;
  Dims dims = n.dims(x);
  auto touched = [&](size_t i) { dims[i] = DimExpr::unknown(); };
  auto known = axes ? n.values.getConstants(axes) : std::nullopt;
  auto count =
      n.rank(starts) == 1 ? n.dim(starts, 0).getConstant() : std::nullopt;
  if (!axes && count)
    known = llvm::to_vector(llvm::seq<int64_t>(0, *count));
  if (known)
    for (int64_t axis : *known) {
      axis = n.axis(axis, n.rank(x));
      if (n.failed())
        return;
      touched(axis);
    }
  else
    for (size_t i = 0; i < dims.size(); ++i)
      touched(i);
  n.set(0, n.createTyped<SliceOp>(getTensorType(dims, n.element(x)), x, starts,
                                  ends, axes, steps, DimsAttr(),
                                  DenseI64ArrayAttr()));
}

/// The parts' sizes: given, or as equal as can be with a smaller last one.
static std::optional<Dims> splitSizes(Node &n, const DimExpr &size) {
  if (Value operand = n.optionalIn(1)) {
    auto sizes = n.failed() ? std::nullopt : n.values.get(operand);
    if (!sizes)
      n.refuse("input 'split' must be known when the model is compiled",
               "constants and arithmetic on sizes");
    return sizes;
  }
  int64_t count = n.intAttr("num_outputs", n.numOut());
  if (count < 1 || count != int64_t(n.numOut())) {
    n.refuse("num_outputs is " + std::to_string(count) + ", but it has " +
             std::to_string(n.numOut()) + " outputs");
    return std::nullopt;
  }
  if (auto exact = size.exactDiv(count))
    return Dims(count, *exact);
  auto known = size.getConstant();
  if (!known) {
    n.refuse("a dimension of size " + size.str() + " into " +
                 std::to_string(count) + " equal parts",
             "sizes that are known or divide");
    return std::nullopt;
  }
  int64_t part = (*known + count - 1) / count;
  Dims sizes(count - 1, part);
  sizes.push_back(*known - part * (count - 1));
  return sizes;
}

static void split(Node &n) {
  Value x = n.in(0);
  int64_t axis = n.axis(n.intAttr("axis", 0), n.rank(x));
  if (n.failed())
    return;
  Dims dims = n.dims(x);
  auto sizes = splitSizes(n, dims[axis]);
  if (!sizes)
    return;
  DimExpr offset = 0;
  bool fits = sizes->size() == n.numOut();
  for (const DimExpr &size : *sizes) {
    fits &= size.isNonNegative();
    offset = offset + size;
  }
  if (!fits || !mayBeEqual(offset, dims[axis]))
    return n.refuse("the parts do not fit its " + std::to_string(n.numOut()) +
                    " outputs or size " + dims[axis].str());
  Dims offsets(dims.size(), DimExpr(0));
  SmallVector<int64_t> strides(dims.size(), 1);
  for (unsigned i = 0; i < n.numOut(); ++i) {
    dims[axis] = (*sizes)[i];
    n.set(i,
          n.createTyped<SliceOp>(getTensorType(dims, n.element(x)), x, Value(),
                                 Value(), Value(), Value(),
                                 DimsAttr::get(n.builder.getContext(), offsets),
                                 n.builder.getDenseI64ArrayAttr(strides)));
    offsets[axis] = offsets[axis] + (*sizes)[i];
  }
}

static void gather(Node &n) {
  Value x = n.in(0), indices = n.in(1);
  int64_t axis = n.axis(n.intAttr("axis", 0), n.rank(x));
  n.set(0, n.create<GatherOp>(x, indices, axis));
}

static void gatherND(Node &n) {
  Value x = n.in(0), indices = n.in(1);
  n.set(0, n.create<GatherNDOp>(x, indices, n.intAttr("batch_dims", 0)));
}

static void trilu(Node &n) {
  Value x = n.in(0), k = n.optionalIn(1);
  n.set(0, n.create<TriluOp>(x, k, n.intAttr("upper", 1) != 0));
}

void sinter::addIndexConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"Slice", {13}, slice},
      {"Split",
       {13, 18},
       split,
       "sizes must be constant or arithmetic on sizes"},
      {"Gather", {13}, gather},
      {"GatherND", {13}, gatherND, "the last size of indices must be known"},
      {"Trilu", {14}, trilu},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
