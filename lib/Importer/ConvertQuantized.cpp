//===- ConvertQuantized.cpp - QuantizeLinear and kin, integer products ----===//
//
// A quantized tensor is integers x with real values (x - zero point) * scale.
// The arithmetic is in f32, as in the reference implementation, and products
// of integers are exact in i32.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/GraphImporter.h"
#include "lib/Importer/PackedTensors.h"
#include "lib/Importer/Positions.h"
#include "lib/Importer/Products.h"
#include "lib/Importer/Tensors.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

//===--- Scales -----------------------------------------------------------===//

/// A scale or zero point of one number a block: each repeated `block` times
/// along `axis`, cut to x's size.
static Value repeatBlocks(Node &n, Value factor, Value x, int64_t axis,
                          int64_t block) {
  if (n.rank(factor) != n.rank(x)) {
    n.refuse("block_size with a scale of another rank than the input");
    return {};
  }
  Value wide = n.expandDims(factor, axis + 1);
  Dims dims = n.dims(wide), flat = n.dims(factor);
  if (n.failed())
    return {};
  dims[axis + 1] = block;
  flat[axis] = flat[axis] * DimExpr(block);
  Value all = reshapeDims(n, repeat(n, wide, dims), flat);
  return sliceBox(n, all, axis, 0, n.dim(x, axis));
}

/// A scale or zero point as it broadcasts to x: one number, one an index of
/// `axis`, or one a block of it.
static Value spread(Node &n, Value factor, Value x, int64_t axis,
                    int64_t block) {
  if (n.failed())
    return {};
  if (block > 0)
    return repeatBlocks(n, factor, x, axis, block);
  if (n.rank(factor) == 0 || product(n.dims(factor)).isConstant(1))
    return n.reshape(factor, {});
  if (n.rank(factor) != 1 || !mayBeEqual(n.dim(factor, 0), n.dim(x, axis))) {
    n.refuse("a scale or zero point is neither one number nor one for each "
             "index of the axis");
    return {};
  }
  return addTrailingUnits(n, factor, n.rank(x) - axis - 1);
}

static int64_t readAxis(Node &n, Value x, Value scale) {
  int64_t axis = n.intAttr("axis", 1);
  // A scale of rank 0 needs no axis, and x may have none.
  return n.rank(scale) == 0 ? 0 : n.axis(axis, n.rank(x));
}

static int64_t readBlock(Node &n) {
  int64_t block = n.intAttr("block_size", 0);
  if (block < 0 || block > (int64_t(1) << 31))
    n.refuse("block_size is " + std::to_string(block));
  return block;
}

//===--- Between reals and integers ---------------------------------------===//

/// round(x) + zero, clamped to `type`, or to its lowest `bits`; all f32 but the
/// result.
static Value saturate(Node &n, Value x, Value zero, Type type,
                      unsigned bits = 0) {
  Type f32 = n.builder.getF32Type();
  auto integer = dyn_cast_or_null<IntegerType>(type);
  if (n.failed())
    return {};
  if (!integer || integer.getWidth() < 8 || integer.getWidth() > 16) {
    n.refuse("its result has elements of type " + n.graph.print(type),
             "int8, uint8, int16, uint16");
    return {};
  }
  int width = int(bits ? bits : integer.getWidth());
  double most = std::ldexp(1.0, width - (integer.isUnsigned() ? 0 : 1)) - 1;
  double least = integer.isUnsigned() ? 0 : -most - 1;
  x = n.create<RoundOp>(x);
  if (zero)
    x = n.create<AddOp>(x, n.cast(zero, f32));
  x = n.create<MinOp>(n.create<MaxOp>(x, n.scalar(least, f32)),
                      n.scalar(most, f32));
  return n.cast(x, type);
}

static void quantizeLinear(Node &n) {
  Value x = n.in(0), scale = n.in(1), zero = n.optionalIn(2);
  int64_t axis = readAxis(n, x, scale), block = readBlock(n);
  n.ignoreAttr("saturate"); // of float8, which is refused
  Type f32 = n.builder.getF32Type();
  if (Type precision = n.typeAttr("precision", f32); precision != f32)
    return n.refuse("precision is not float");
  // Elements of 2 and 4 bits are bytes here.
  int64_t code = n.intAttr("output_dtype", 0);
  int32_t packed = zero ? n.graph.getPackedType(zero) : 0;
  unsigned bits = getPackedBits(code ? int32_t(code) : packed);
  Type type = getUnpackedType(n.builder.getContext(), int32_t(code));
  if (!type)
    type = n.typeAttr("output_dtype",
                      zero ? n.element(zero)
                           : n.builder.getIntegerType(8, /*isSigned=*/false));
  if (n.failed())
    return;
  if (zero && (n.element(zero) != type || getPackedBits(packed) != bits))
    return n.refuse("output_dtype is not the zero point's element type");
  Value factor = spread(n, scale, x, axis, block);
  if (zero)
    zero = spread(n, zero, x, axis, block);
  Value real = n.create<DivOp>(n.cast(x, f32), n.cast(factor, f32));
  n.set(0, saturate(n, real, zero, type, bits));
}

static void dequantizeLinear(Node &n) {
  Value x = n.in(0), scale = n.in(1), zero = n.optionalIn(2);
  int64_t axis = readAxis(n, x, scale), block = readBlock(n);
  Type type = n.typeAttr("output_dtype", n.element(scale));
  if (n.failed())
    return;
  Type f32 = n.builder.getF32Type();
  Value y = n.cast(x, f32);
  if (zero)
    y = n.create<SubOp>(y, n.cast(spread(n, zero, x, axis, block), f32));
  Value factor = spread(n, scale, x, axis, block);
  n.set(0, n.cast(n.create<MulOp>(y, n.cast(factor, f32)), type));
}

/// Scale and zero point from the extremes of x and 0, for uint8.
static void dynamicQuantizeLinear(Node &n) {
  Value x = n.in(0);
  if (n.failed())
    return;
  Type f32 = n.builder.getF32Type();
  Type u8 = n.builder.getIntegerType(8, /*isSigned=*/false);
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, n.rank(x)));
  Value zero = n.scalar(0, f32), one = n.scalar(1, f32);
  Value high =
      n.create<MaxOp>(n.create<ReduceOp>(Reduction::max, x, axes, false), zero);
  Value low =
      n.create<MinOp>(n.create<ReduceOp>(Reduction::min, x, axes, false), zero);
  Value scale = n.create<DivOp>(n.create<SubOp>(high, low), n.scalar(255, f32));
  // All of x is 0: onnxruntime takes 1, the specification does not say.
  scale = n.create<SelectOp>(n.create<CompareOp>(Predicate::eq, high, low), one,
                             scale);
  Value point = saturate(n, n.create<DivOp>(n.create<SubOp>(zero, low), scale),
                         Value(), u8);
  n.set(0, saturate(n, n.create<DivOp>(x, scale), point, u8));
  n.set(1, scale);
  n.set(2, point);
}

//===--- Products ---------------------------------------------------------===//

/// x - zero point, in i32.
static Value centred(Node &n, Value x, Value zero) {
  Type i32 = n.builder.getI32Type();
  Value y = n.cast(x, i32);
  return zero ? n.create<SubOp>(y, n.cast(zero, i32)) : y;
}

/// A factor of the left operand's rows: [rows] as a column.
static Value byRow(Node &n, Value factor, Value a) {
  return factor && n.rank(factor) == 1 && n.rank(a) > 1 &&
                 !n.dim(factor, 0).isConstant(1)
             ? n.expandDims(factor, 1)
             : factor;
}

/// A factor of a convolution's filters: [filters] as [filters, 1, ...].
static Value byFilter(Node &n, Value factor, int64_t rank) {
  return factor && n.rank(factor) == 1 ? addTrailingUnits(n, factor, rank - 1)
                                       : factor;
}

static void matMulInteger(Node &n) {
  Value a = n.in(0), b = n.in(1), zeroA = n.optionalIn(2);
  Value zeroB = n.optionalIn(3);
  n.set(0, multiplyMatrices(n, centred(n, a, byRow(n, zeroA, a)),
                            centred(n, b, zeroB)));
}

static void convInteger(Node &n) {
  Value x = n.in(0), w = n.in(1), zeroX = n.optionalIn(2);
  Value zeroW = n.optionalIn(3);
  n.set(0, convolve(n, centred(n, x, zeroX),
                    centred(n, w, byFilter(n, zeroW, n.rank(w))), Value()));
}

/// A sum of products as the integers of the result: times the operands' scales
/// by the result's.
static Value requantize(Node &n, Value sums, Value scales, Value scaleY,
                        Value zeroY) {
  Type f32 = n.builder.getF32Type();
  Value factor = n.create<DivOp>(n.cast(scales, f32), n.cast(scaleY, f32));
  Value real = n.create<MulOp>(n.cast(sums, f32), factor);
  return saturate(n, real, zeroY, n.element(zeroY));
}

static void qLinearMatMul(Node &n) {
  Value a = n.in(0), scaleA = n.in(1), zeroA = n.in(2);
  Value b = n.in(3), scaleB = n.in(4), zeroB = n.in(5);
  Value scaleY = n.in(6), zeroY = n.in(7);
  if (n.failed())
    return;
  Value sums = multiplyMatrices(n, centred(n, a, byRow(n, zeroA, a)),
                                centred(n, b, zeroB));
  Value scales = n.create<MulOp>(byRow(n, scaleA, a), scaleB);
  n.set(0,
        requantize(n, sums, scales, byRow(n, scaleY, a), byRow(n, zeroY, a)));
}

static void qLinearConv(Node &n) {
  Value x = n.in(0), scaleX = n.in(1), zeroX = n.in(2);
  Value w = n.in(3), scaleW = n.in(4), zeroW = n.in(5);
  Value scaleY = n.in(6), zeroY = n.in(7), bias = n.optionalIn(8);
  if (n.failed())
    return;
  int64_t rank = n.rank(w);
  Value sums = convolve(n, centred(n, x, zeroX),
                        centred(n, w, byFilter(n, zeroW, rank)), bias);
  Value scales = byFilter(n, n.create<MulOp>(scaleX, scaleW), rank - 1);
  n.set(0, requantize(n, sums, scales, scaleY, zeroY));
}

void sinter::addQuantizedConverters(std::vector<Converter> &table) {
  const char *types = "integers of 2 to 16 bits";
  const Converter entries[] = {
      {"QuantizeLinear", {13, 19, 21, 23, 24, 25, 28}, quantizeLinear, types},
      {"DequantizeLinear",
       {13, 19, 21, 23, 24, 25, 28},
       dequantizeLinear,
       "integers of 2 to 32 bits"},
      {"DynamicQuantizeLinear", {11}, dynamicQuantizeLinear},
      {"MatMulInteger", {10}, matMulInteger},
      {"ConvInteger", {10}, convInteger, "as Conv"},
      {"QLinearMatMul", {10, 21}, qLinearMatMul, types},
      {"QLinearConv", {10}, qLinearConv, "as Conv"},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
