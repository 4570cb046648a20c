//===- ConvertTransposedConvolution.cpp - ConvTranspose -------------------===//
//
// Each element of the input adds the kernel, scaled by it, to the output: the
// same as a convolution of the input with stride - 1 zeros between its elements
// by the kernel turned around. Kernels that do not overlap (the upsampling of
// segmentation heads) are a matmul, whose columns are places of the output.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Windows.h"

using namespace mlir;
using namespace sinter;

namespace {
struct Upsampling {
  Windows w; // strides, dilations and kernel are those of the node
  SmallVector<int64_t> more; // output_padding
  int64_t groups;
};
} // namespace

/// [.., size, ..] to [.., (size - 1) * stride + 1, ..].
static Value spread(Node &n, Value x, int64_t axis, int64_t stride) {
  if (stride == 1 || n.failed())
    return x;
  Dims dims = n.dims(x);
  DimExpr size = dims[axis];
  x = padAxis(n, n.expandDims(x, axis + 1), axis + 1, 0, stride - 1,
              n.scalar(0, n.element(x)));
  dims[axis] = size * DimExpr(stride);
  x = reshapeDims(n, x, dims);
  return sliceBox(n, x, axis, 0,
                  (size - DimExpr(1)) * DimExpr(stride) + DimExpr(1));
}

/// What auto_pad and output_shape say of the padding.
static void readPadding(Node &n, Upsampling &up, Value x) {
  Windows &w = up.w;
  size_t count = w.kernel.size();
  auto pads = readInts(n, "pads", 2 * count, 0, 0);
  std::string mode = n.stringAttr("auto_pad", "NOTSET");
  auto shape = n.intsAttr("output_shape");
  if (n.failed())
    return;
  bool isSame = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (!isSame && mode != "NOTSET" && mode != "VALID")
    return n.refuse("auto_pad is '" + mode + "'",
                    "NOTSET, VALID, SAME_UPPER, SAME_LOWER");
  if (shape && shape->size() != count)
    return n.refuse("output_shape does not fit " + std::to_string(count) +
                    " dimensions");
  for (size_t i = 0; i < count; ++i) {
    DimExpr size = n.dim(x, i + 2), stride(w.strides[i]);
    DimExpr all =
        (size - DimExpr(1)) * stride + DimExpr(w.reach(i) + up.more[i]);
    if (shape || isSame) {
      // What no kernel reaches lies behind: less than no padding.
      DimExpr out = shape ? DimExpr((*shape)[i]) : size * stride;
      DimExpr total = DimExpr::max(all - out, DimExpr(0));
      DimExpr half = DimExpr::floorDiv(total, DimExpr(2));
      w.before.push_back(mode == "SAME_UPPER" ? half : total - half);
      w.after.push_back(all - out - w.before[i]);
    } else {
      bool isValid = mode == "VALID";
      w.before.push_back(isValid ? 0 : pads[i]);
      w.after.push_back(isValid ? 0 : pads[i + count]);
    }
    w.out.push_back(all - w.before[i] - w.after[i]);
    auto known = w.out[i].getConstant();
    if (known && (*known < 0 || *known > mostWindowSize))
      return n.refuse("its output would have " + std::to_string(*known) +
                      " elements along a dimension");
  }
}

/// Kernels side by side: rows [batch, places, channels] times a matrix of
/// [channels, channels out * taps].
static Value multiplyPlaces(Node &n, const Windows &w, Value x, Value weights,
                            Value bias) {
  Dims in = n.dims(x), kernel = n.dims(weights);
  DimExpr channels = kernel[1], places = product(ArrayRef(in).drop_front(2));
  Value rows =
      n.transpose(reshapeDims(n, x, {in[0], in[1], places}), {0, 2, 1});
  Value y = n.create<MatMulOp>(
      rows, reshapeDims(n, weights, {kernel[0], channels * DimExpr(w.taps())}));
  Dims split{in[0]};
  llvm::append_range(split, ArrayRef(in).drop_front(2));
  split.push_back(channels);
  llvm::append_range(split, ArrayRef(kernel).drop_front(2));
  y = reshapeDims(n, y, split);
  int64_t count = w.kernel.size();
  SmallVector<int64_t> perm{0, 1 + count};
  for (int64_t i = 0; i < count; ++i) {
    perm.push_back(1 + i);
    perm.push_back(2 + count + i);
  }
  Dims out{in[0], channels};
  llvm::append_range(out, w.out);
  y = reshapeDims(n, n.transpose(y, perm), out);
  if (!bias)
    return y;
  Dims units(n.rank(x) - 1, DimExpr(1));
  units[0] = channels;
  return n.create<AddOp>(y, reshapeDims(n, bias, units));
}

/// [channels, channels out / groups, kernel...] to the weights of a
/// convolution, turned around.
static Value turnKernel(Node &n, const Upsampling &up, Value weights) {
  Dims dims = n.dims(weights);
  DimExpr groups(up.groups), out = dims[1];
  DimExpr in = DimExpr::floorDiv(dims[0], groups);
  Dims split{groups, in};
  llvm::append_range(split, ArrayRef(dims).drop_front());
  SmallVector<int64_t> perm{0, 2, 1};
  for (size_t i = 0; i < up.w.kernel.size(); ++i)
    perm.push_back(3 + i);
  weights = n.transpose(reshapeDims(n, weights, split), perm);
  dims[0] = groups * out;
  dims[1] = in;
  weights = reshapeDims(n, weights, dims);
  for (auto [i, size] : llvm::enumerate(up.w.kernel))
    weights = sliceBox(n, weights, i + 2, size - 1, size, -1);
  return weights;
}

static void convTranspose(Node &n) {
  Value x = n.in(0), weights = n.in(1), bias = n.optionalIn(2);
  Upsampling up;
  up.groups = n.intAttr("group", 1);
  if (n.failed())
    return;
  Windows &w = up.w;
  w.kernel = readKernel(n, x, weights, up.groups, /*turned=*/true);
  if (n.failed())
    return;
  if (llvm::any_of(n.dims(weights), [](const DimExpr &size) {
        return *size.getConstant() >= mostWindowSize;
      }))
    return n.refuse("the sizes of W are not known");
  size_t count = w.kernel.size();
  w.strides = readInts(n, "strides", count, 1, 1);
  w.dilations = readInts(n, "dilations", count, 1, 1);
  up.more = readInts(n, "output_padding", count, 0, 0);
  w.extra.assign(count, 0);
  if (n.failed())
    return;
  readPadding(n, up, x);
  if (n.failed())
    return;
  auto are = [](ArrayRef<int64_t> list, int64_t value) {
    return llvm::all_of(list, [&](int64_t v) { return v == value; });
  };
  if (up.groups == 1 && w.kernel == w.strides && !w.isPadded() &&
      are(w.dilations, 1) && are(up.more, 0))
    return n.set(0, multiplyPlaces(n, w, x, weights, bias));
  weights = turnKernel(n, up, weights);
  for (size_t i = 0; i < count; ++i) {
    x = spread(n, x, i + 2, w.strides[i]);
    DimExpr border(w.reach(i) - 1);
    w.before[i] = border - w.before[i];
    w.after[i] = border - w.after[i] + DimExpr(up.more[i]);
    w.strides[i] = 1;
  }
  n.set(0, convolveWindows(n, w, x, weights, bias, up.groups));
}

void sinter::addTransposedConvolutionConverters(std::vector<Converter> &table) {
  table.push_back({"ConvTranspose",
                   {11, 22},
                   convTranspose,
                   "ranks 3 to 5; W of known sizes"});
}
