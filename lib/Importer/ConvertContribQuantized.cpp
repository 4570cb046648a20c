//===- ConvertContribQuantized.cpp - weights in few bits ------------------===//
//
// com.microsoft MatMulNBits and GatherBlockQuantized: numbers of 2, 4 or 8 bits
// with a scale, and perhaps a zero point, a block. They become floats by
// sinter.dequantize, which happens once, while the model is built, where they
// are weights.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/ContribSchemas.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/QuantizedRows.h"

using namespace mlir;
using namespace sinter;

Value sinter::unpack(Node &n, Value bytes, int64_t bits) {
  return bits == 8 ? bytes : n.create<UnpackBitsOp>(bytes, bits);
}

bool sinter::isBytes(Node &n, Value x) {
  return n.element(x).isUnsignedInteger(8);
}

Value sinter::unpackZeros(Node &n, Value zeros, int64_t rows, int64_t blocks,
                          int64_t bits) {
  if (!zeros || n.failed())
    return {};
  auto grid = [&](int64_t columns) {
    return n.reshape(zeros,
                     {DimSource::number(rows), DimSource::number(columns)});
  };
  if (!isBytes(n, zeros))
    return grid(blocks);
  return n.sliceStatic(unpack(n, grid(blocksOf(blocks * bits, 8)), bits), 1, 0,
                       blocks);
}

Value sinter::dequantizeRows(Node &n, Value numbers, Value scales, Value zeros,
                             int64_t bits, int64_t block) {
  if (n.failed())
    return {};
  int64_t rows = *n.dim(numbers, 0).getConstant();
  int64_t blocks = blocksOf(*n.dim(numbers, 1).getConstant(), block);
  scales =
      n.reshape(scales, {DimSource::number(rows), DimSource::number(blocks)});
  if (!zeros)
    zeros = n.expandTo(n.scalar(double(1 << (bits - 1)), n.element(numbers)),
                       n.ints({rows, blocks}));
  return n.create<DequantizeOp>(numbers, scales, zeros, int64_t(1), block);
}

bool sinter::checkNumbers(Node &n, int64_t bits, int64_t block) {
  if (bits != 2 && bits != 4 && bits != 8)
    n.refuse("bits is " + std::to_string(bits), "2, 4 and 8");
  else if (block < 16 || block > (int64_t(1) << 20) || (block & (block - 1)))
    n.refuse("block_size is " + std::to_string(block), "powers of two from 16");
  return !n.failed();
}

static void matMulNBits(Node &n) {
  Value a = n.in(0), b = n.in(1), scales = n.in(2);
  Value zeros = n.optionalIn(3), bias = n.optionalIn(5);
  int64_t depth = n.requiredInt("K"), width = n.requiredInt("N");
  int64_t bits = n.intAttr("bits", 4), block = n.requiredInt("block_size");
  n.ignoreAttr("accuracy_level"); // a minimum: floats honour each
  if (n.failed() || !checkNumbers(n, bits, block))
    return;
  if (n.intAttr("weight_prepacked", 0))
    return n.refuse("its weight is packed for one GPU", "weight_prepacked 0",
                    "export the model for the CPU");
  constexpr int64_t most = int64_t(1) << 31;
  if (depth <= 0 || width <= 0 || depth > most || width > most)
    return n.refuse("K or N is not positive or too large");
  if (!isBytes(n, b))
    return n.refuse("B is no tensor of uint8");
  int64_t padded = blocksOf(depth, block) * block;
  auto count = product(n.dims(b)).getConstant();
  if (!count || *count != width * (padded * bits / 8))
    return n.refuse("B does not hold N x K numbers of " + std::to_string(bits) +
                    " bits in blocks of " + std::to_string(block));
  Value bytes = n.reshape(
      b, {DimSource::number(width), DimSource::number(padded * bits / 8)});
  zeros = unpackZeros(n, zeros, width, padded / block, bits);
  Value w =
      dequantizeRows(n, unpack(n, bytes, bits), scales, zeros, bits, block);
  if (padded != depth)
    w = n.sliceStatic(w, 1, 0, depth);
  Value y = n.create<MatMulOp>(a, n.transpose(n.cast(w, n.element(a)), {1, 0}));
  if (bias)
    y = n.create<AddOp>(y, bias);
  n.set(0, y);
}

static void gatherBlockQuantized(Node &n) {
  Value data = n.in(0), indices = n.in(1), scales = n.in(2);
  Value zeros = n.optionalIn(3);
  int64_t bits = n.intAttr("bits", 4), block = n.intAttr("block_size", 128);
  int64_t gatherAxis = n.axis(n.intAttr("gather_axis", 0), n.rank(data));
  int64_t axis = n.axis(n.intAttr("quantize_axis", 1), n.rank(data));
  if (n.failed() || !checkNumbers(n, bits, block))
    return;
  if (!isBytes(n, data))
    return n.refuse("data is no tensor of uint8");
  if (n.rank(data) != 2 || gatherAxis != 0 || axis != 1)
    return n.refuse("gather_axis is not 0, or quantize_axis not the last of 2");
  auto rows = n.dim(data, 0).getConstant(),
       bytes = n.dim(data, 1).getConstant();
  if (!rows || !bytes)
    return n.refuse("the sizes of data are not known");
  zeros =
      unpackZeros(n, zeros, *rows, blocksOf(*bytes * 8 / bits, block), bits);
  Value table =
      dequantizeRows(n, unpack(n, data, bits), scales, zeros, bits, block);
  n.set(0, n.create<GatherOp>(table, indices, 0));
}

void sinter::addContribQuantizedConverters(std::vector<Converter> &table) {
  table.push_back({"MatMulNBits", {1}, matMulNBits, "no g_idx", contribDomain});
  table.push_back({"GatherBlockQuantized",
                   {1},
                   gatherBlockQuantized,
                   "rows of a matrix of uint8, quantized along its last axis",
                   contribDomain});
}
