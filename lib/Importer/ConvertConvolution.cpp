//===- ConvertConvolution.cpp - Conv and pooling, any number of dimensions ===//
//
// Element t of a window (a tap) of all windows together is a strided slice of
// the padded input. A convolution is a matmul of all taps by the weights, a
// pool combines them. Windows that lie side by side (the patch embedding of a
// vision Transformer) need no slices, only a reshape; those of many taps are
// gathered, or the graph would grow with the kernel.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Positions.h"
#include "lib/Importer/Products.h"
#include "lib/Importer/Windows.h"
#include <limits>

using namespace mlir;
using namespace sinter;

// Of a window.
static constexpr int64_t mostTaps = 4096;
// Each a slice of its own.
static constexpr int64_t mostSlices = 32;

SmallVector<int64_t> sinter::readInts(Node &n, StringRef name, size_t count,
                                      int64_t fallback, int64_t least) {
  auto given = n.intsAttr(name);
  SmallVector<int64_t> values =
      given ? *given : SmallVector<int64_t>(count, fallback);
  bool fits = values.size() == count;
  for (int64_t v : values)
    fits &= v >= least && v < mostWindowSize;
  if (!fits)
    n.refuse("attribute '" + name.str() + "' does not fit " +
             std::to_string(count) + " numbers from " + std::to_string(least));
  return values;
}

/// auto_pad SAME_*: as many windows as strides fit.
static void padSame(Windows &w, ArrayRef<DimExpr> sizes, bool upper) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    DimExpr stride(w.strides[i]);
    DimExpr out = DimExpr::floorDiv(sizes[i] + stride - DimExpr(1), stride);
    DimExpr all = DimExpr::max((out - DimExpr(1)) * stride +
                                   DimExpr(w.reach(i)) - sizes[i],
                               DimExpr(0));
    DimExpr half = DimExpr::floorDiv(all, DimExpr(2));
    w.before[i] = upper ? half : all - half;
    w.after[i] = all - w.before[i];
    w.out.push_back(out);
  }
}

static Windows readWindows(Node &n, Value x, ArrayRef<int64_t> kernel) {
  Windows w;
  size_t count = n.rank(x) - 2;
  w.kernel.assign(kernel.begin(), kernel.end());
  w.strides = readInts(n, "strides", count, 1, 1);
  w.dilations = readInts(n, "dilations", count, 1, 1);
  auto pads = readInts(n, "pads", 2 * count, 0, 0);
  std::string mode = n.stringAttr("auto_pad", "NOTSET");
  bool ceil = n.intAttr("ceil_mode", 0);
  if (n.failed())
    return w;
  if (w.kernel.size() != count || w.taps() > mostTaps) {
    n.refuse("its kernel does not fit the input's rank or has more than " +
             std::to_string(mostTaps) + " elements");
    return w;
  }
  w.before.assign(pads.begin(), pads.begin() + count);
  w.after.assign(pads.begin() + count, pads.end());
  w.extra.assign(count, 0);
  Dims sizes = n.dims(x);
  sizes.erase(sizes.begin(), sizes.begin() + 2);
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    padSame(w, sizes, mode == "SAME_UPPER");
    return w;
  }
  if (mode == "VALID")
    w.before.assign(count, 0), w.after.assign(count, 0);
  else if (mode != "NOTSET")
    n.refuse("auto_pad is '" + mode + "'",
             "NOTSET, VALID, SAME_UPPER, SAME_LOWER");
  for (size_t i = 0; i < count && !n.failed(); ++i) {
    DimExpr room = sizes[i] + w.before[i] + w.after[i] - DimExpr(w.reach(i));
    auto known = room.getConstant();
    if (known && *known < 0)
      n.refuse("a window is larger than the padded input");
    DimExpr stride(w.strides[i]), steps = DimExpr::floorDiv(room, stride);
    if (ceil && w.strides[i] > 1) {
      // The last window must start inside the input or its first padding.
      steps = DimExpr::min(
          DimExpr::floorDiv(room + stride - DimExpr(1), stride),
          DimExpr::floorDiv(sizes[i] + w.before[i] - DimExpr(1), stride));
      w.extra[i] = DimExpr::max(steps * stride - room, DimExpr(0));
    }
    w.out.push_back(steps + DimExpr(1));
  }
  return w;
}

static Value padded(Node &n, const Windows &w, Value x, Value border,
                    Value beyond) {
  for (size_t i = 0; i < w.kernel.size(); ++i) {
    x = padAxis(n, x, i + 2, w.before[i], w.after[i], border);
    x = padAxis(n, x, i + 2, 0, w.extra[i], beyond);
  }
  return x;
}

/// Each tap of all windows: [batch, channels, windows...].
static SmallVector<Value> takeTaps(Node &n, const Windows &w, Value x) {
  SmallVector<Value> taps;
  for (int64_t t = 0, count = w.taps(); t < count && !n.failed(); ++t) {
    Value tap = x;
    int64_t rest = t;
    for (int64_t i = int64_t(w.kernel.size()) - 1; i >= 0; --i) {
      int64_t at = rest % w.kernel[i] * w.dilations[i];
      rest /= w.kernel[i];
      tap = sliceBox(n, tap, i + 2, at, w.out[i], w.strides[i]);
    }
    taps.push_back(tap);
  }
  return taps;
}

//===--- Conv -------------------------------------------------------------===//

/// [batch, windows, channels * taps] of windows side by side.
static Value takePatches(Node &n, const Windows &w, Value x) {
  Dims dims = n.dims(x), split{dims[0], dims[1]};
  int64_t count = w.kernel.size();
  SmallVector<int64_t> perm{0};
  DimExpr windows = 1;
  for (int64_t i = 0; i < count; ++i) {
    DimExpr used = w.out[i] * DimExpr(w.kernel[i]);
    if (used != dims[i + 2])
      x = sliceBox(n, x, i + 2, 0, used);
    split.push_back(w.out[i]);
    split.push_back(w.kernel[i]);
    windows = windows * w.out[i];
    perm.push_back(2 + 2 * i);
  }
  perm.push_back(1);
  for (int64_t i = 0; i < count; ++i)
    perm.push_back(3 + 2 * i);
  x = n.transpose(reshapeDims(n, x, split), perm);
  return reshapeDims(n, x, {dims[0], windows, dims[1] * DimExpr(w.taps())});
}

/// [.., kernel, windows, ..] of one dimension of the padded input.
static Value gatherTaps(Node &n, const Windows &w, Value x, unsigned i,
                        int64_t axis) {
  Type i64 = n.builder.getI64Type();
  Value firsts = sliceBox(n, x, axis, 0, w.out[i], w.strides[i]);
  if (n.failed())
    return {};
  Value windows =
      n.createTyped<RangeOp>(getTensorType({w.out[i]}, i64), n.scalar(0, i64),
                             sizeOf(n, firsts, axis), n.scalar(1, i64));
  SmallVector<int64_t> taps;
  for (int64_t t = 0; t < w.kernel[i]; ++t)
    taps.push_back(t * w.dilations[i]);
  auto type = RankedTensorType::get({w.kernel[i], 1}, i64);
  Value places = n.create<AddOp>(
      n.constant(DenseElementsAttr::get(type, ArrayRef(taps))),
      n.create<MulOp>(windows, n.scalar(double(w.strides[i]), i64)));
  return n.create<GatherOp>(x, places, axis);
}

/// [batch, channels, taps, windows...] of the windows of the padded input.
static Value columnsOf(Node &n, const Windows &w, Value x) {
  int64_t count = w.kernel.size();
  if (w.taps() <= mostSlices) {
    std::vector<Value> columns;
    for (Value tap : takeTaps(n, w, x))
      columns.push_back(n.expandDims(tap, 2));
    return columns.empty() ? Value() : n.create<ConcatOp>(columns, 2);
  }
  SmallVector<int64_t> perm{0, 1};
  for (int64_t i = 0; i < count && !n.failed(); ++i) {
    x = gatherTaps(n, w, x, i, 2 + 2 * i);
    perm.push_back(2 + 2 * i);
  }
  for (int64_t i = 0; i < count; ++i)
    perm.push_back(3 + 2 * i);
  if (n.failed())
    return {};
  Dims dims{n.dim(x, 0), n.dim(x, 1), w.taps()};
  llvm::append_range(dims, w.out);
  return reshapeDims(n, n.transpose(x, perm), dims);
}

/// The same of an input that is to be padded with zeros.
static Value takeColumns(Node &n, const Windows &w, Value x) {
  Value zero = n.scalar(0, n.element(x));
  return columnsOf(n, w, padded(n, w, x, zero, zero));
}

/// The taps of each window as one.
template <typename Op>
static Value combineTaps(Node &n, const Windows &w, Value x, Reduction kind) {
  if (w.taps() > mostSlices) {
    Value columns = columnsOf(n, w, x);
    return n.failed()
               ? Value()
               : n.create<ReduceOp>(kind, columns, ArrayRef<int64_t>{2}, false);
  }
  Value y;
  for (Value tap : takeTaps(n, w, x))
    y = y ? n.create<Op>(y, tap) : tap;
  return y;
}

Value sinter::convolveWindows(Node &n, const Windows &w, Value x, Value weights,
                              Value bias, int64_t groups) {
  if (n.failed())
    return {};
  int64_t channels = *n.dim(weights, 0).getConstant();
  int64_t depth = *n.dim(weights, 1).getConstant();
  int64_t taps = w.taps();
  DimExpr batch = n.dim(x, 0), windows = product(w.out);
  Dims out{batch, channels};
  llvm::append_range(out, w.out);
  Value y;
  if (groups == 1) {
    // Rows of windows by columns of weights, as linear layers are.
    Value rows;
    if (w.kernel == w.strides && !w.isPadded() &&
        llvm::all_of(w.dilations, [](int64_t d) { return d == 1; })) {
      rows = takePatches(n, w, x);
    } else {
      DimExpr columns = n.dim(x, 1) * DimExpr(taps);
      rows = reshapeDims(n, takeColumns(n, w, x), {batch, columns, windows});
      rows = n.transpose(rows, {0, 2, 1});
    }
    Value matrix = reshapeDims(n, weights, {channels, depth * taps});
    y = n.create<MatMulOp>(rows, n.transpose(matrix, {1, 0}));
    if (bias)
      y = n.create<AddOp>(y, bias);
    y = n.transpose(y, {0, 2, 1});
  } else {
    int64_t each = channels / groups;
    Value columns = reshapeDims(n, takeColumns(n, w, x),
                                {batch, groups, depth * taps, windows});
    y = n.create<MatMulOp>(
        reshapeDims(n, weights, {groups, each, depth * taps}), columns);
    if (bias)
      y = n.create<AddOp>(y, reshapeDims(n, bias, {groups, each, 1}));
  }
  return reshapeDims(n, y, out);
}

SmallVector<int64_t> sinter::readKernel(Node &n, Value x, Value weights,
                                        int64_t groups, bool turned) {
  auto refuse = [&](const std::string &why, const char *supported = "") {
    n.refuse(why, supported);
    return SmallVector<int64_t>();
  };
  int64_t rank = n.rank(x);
  if (rank < 3 || rank > 5 || n.rank(weights) != rank)
    return refuse("X and W have ranks that do not fit",
                  "ranks 3 to 5, both the same");
  SmallVector<int64_t> kernel;
  for (const DimExpr &size : n.dims(weights))
    if (auto known = size.getConstant(); known && *known > 0)
      kernel.push_back(*known);
  if (int64_t(kernel.size()) != rank)
    return refuse("the sizes of W are not known");
  int64_t first = kernel[0], second = kernel[1];
  kernel.erase(kernel.begin(), kernel.begin() + 2);
  if (groups <= 0 || first % groups || second > mostWindowSize / groups ||
      !mayBeEqual(n.dim(x, 1), DimExpr(turned ? first : second * groups)))
    return refuse("the channels of X and W do not fit " +
                  std::to_string(groups) + " groups");
  if (auto stated = n.intsAttr("kernel_shape"); stated && *stated != kernel)
    return refuse("kernel_shape is not W's");
  return kernel;
}

Value sinter::convolve(Node &n, Value x, Value weights, Value bias) {
  int64_t groups = n.intAttr("group", 1);
  if (n.failed())
    return {};
  SmallVector<int64_t> kernel =
      readKernel(n, x, weights, groups, /*turned=*/false);
  if (n.failed())
    return {};
  Windows w = readWindows(n, x, kernel);
  return convolveWindows(n, w, x, weights, bias, groups);
}

static void conv(Node &n) {
  Value x = n.in(0), weights = n.in(1), bias = n.optionalIn(2);
  n.set(0, convolve(n, x, weights, bias));
}

//===--- Pools ------------------------------------------------------------===//

static std::optional<Windows> readPool(Node &n, Value x) {
  if (n.failed())
    return std::nullopt;
  int64_t rank = n.rank(x);
  if (rank < 3 || rank > 5) {
    n.refuse("X has rank " + std::to_string(rank), "ranks 3 to 5");
    return std::nullopt;
  }
  auto kernel = readInts(n, "kernel_shape", rank - 2, 0, 1);
  if (n.failed())
    return std::nullopt;
  Windows w = readWindows(n, x, kernel);
  return n.failed() ? std::nullopt : std::optional(w);
}

static void maxPool(Node &n) {
  Value x = n.in(0);
  n.ignoreAttr("storage_order"); // of the indices, which are refused
  auto w = readPool(n, x);
  if (!w)
    return;
  Type element = n.element(x);
  double lowest = -std::numeric_limits<double>::infinity();
  if (auto type = dyn_cast<IntegerType>(element))
    lowest =
        type.isUnsigned() ? 0 : -double(int64_t(1) << (type.getWidth() - 1));
  Value border = n.scalar(lowest, element);
  n.set(0, combineTaps<MaxOp>(n, *w, padded(n, *w, x, border, border),
                              Reduction::max));
}

static Value sumTaps(Node &n, const Windows &w, Value x) {
  return combineTaps<AddOp>(n, w, x, Reduction::sum);
}

static void averagePool(Node &n) {
  Value x = n.in(0);
  bool countsPads = n.intAttr("count_include_pad", 0);
  auto w = readPool(n, x);
  if (!w)
    return;
  Type element = n.element(x);
  Value zero = n.scalar(0, element), one = n.scalar(1, element);
  Value sum = sumTaps(n, *w, padded(n, *w, x, zero, zero));
  Value count = n.scalar(double(w->taps()), element);
  if (w->isPadded()) { // how many of a window's elements count
    Dims dims = n.dims(x);
    dims[0] = dims[1] = 1;
    Value ones = repeat(n, one, dims);
    count = sumTaps(n, *w, padded(n, *w, ones, countsPads ? one : zero, zero));
  }
  n.set(0, n.create<DivOp>(sum, count));
}

static void globalPool(Node &n, Reduction kind) {
  Value x = n.in(0);
  if (n.failed())
    return;
  if (n.rank(x) < 3)
    return n.refuse("X has a rank below 3");
  auto axes = llvm::to_vector(llvm::seq<int64_t>(2, n.rank(x)));
  n.set(0, n.create<ReduceOp>(kind, x, axes, true));
}

void sinter::addConvolutionConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"Conv", {11, 22}, conv, "ranks 3 to 5; W of known sizes"},
      {"MaxPool", {12, 22}, maxPool, "ranks 3 to 5; no indices"},
      {"AveragePool", {11, 19, 22}, averagePool, "ranks 3 to 5"},
      {"GlobalAveragePool",
       {1, 22},
       [](Node &n) { globalPool(n, Reduction::mean); }},
      {"GlobalMaxPool",
       {1, 22},
       [](Node &n) { globalPool(n, Reduction::max); }},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
