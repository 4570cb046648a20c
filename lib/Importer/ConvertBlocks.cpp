//===- ConvertBlocks.cpp - DepthToSpace, SpaceToDepth ---------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"

using namespace mlir;
using namespace sinter;

/// The block's size, 0 when refused; `x` must be [batch, channels, height,
/// width].
static int64_t readBlock(Node &n, Value x) {
  int64_t block = n.requiredInt("blocksize");
  if (n.failed())
    return 0;
  constexpr int64_t most = 1 << 15;
  if (block < 1 || block > most || n.rank(x) != 4) {
    n.refuse("blocksize or the rank of the input do not fit",
             "blocks of 1 to " + std::to_string(most) + ", rank 4");
    return 0;
  }
  return block;
}

/// size / block; refuses when that is known not to be whole.
static DimExpr divide(Node &n, const DimExpr &size, int64_t block) {
  if (auto known = size.getConstant(); known && *known % block)
    n.refuse("a size of " + std::to_string(*known) + " is no multiple of " +
             std::to_string(block));
  return DimExpr::floorDiv(size, DimExpr(block));
}

static void depthToSpace(Node &n) {
  Value x = n.in(0);
  std::string mode = n.stringAttr("mode", "DCR");
  int64_t block = readBlock(n, x);
  if (!block)
    return;
  if (mode != "DCR" && mode != "CRD")
    return n.refuse("mode is '" + mode + "'", "DCR, CRD");
  Dims d = n.dims(x);
  DimExpr b(block), depth = divide(n, d[1], block * block);
  if (n.failed())
    return;
  Value y;
  if (mode == "DCR")
    y = n.transpose(reshapeDims(n, x, {d[0], b, b, depth, d[2], d[3]}),
                    {0, 3, 4, 1, 5, 2});
  else
    y = n.transpose(reshapeDims(n, x, {d[0], depth, b, b, d[2], d[3]}),
                    {0, 1, 4, 2, 5, 3});
  n.set(0, reshapeDims(n, y, {d[0], depth, d[2] * b, d[3] * b}));
}

static void spaceToDepth(Node &n) {
  Value x = n.in(0);
  int64_t block = readBlock(n, x);
  if (!block)
    return;
  std::string mode = n.stringAttr("mode", "DCR"); // of opset 28
  if (mode != "DCR" && mode != "CRD")
    return n.refuse("mode is '" + mode + "'", "DCR, CRD");
  Dims d = n.dims(x);
  DimExpr b(block), high = divide(n, d[2], block),
                    wide = divide(n, d[3], block);
  if (n.failed())
    return;
  Value y = reshapeDims(n, x, {d[0], d[1], high, b, wide, b});
  if (mode == "DCR")
    y = n.transpose(y, {0, 3, 5, 1, 2, 4});
  else
    y = n.transpose(y, {0, 1, 3, 5, 2, 4});
  n.set(0, reshapeDims(n, y, {d[0], d[1] * b * b, high, wide}));
}

void sinter::addBlockConverters(std::vector<Converter> &table) {
  table.push_back({"DepthToSpace", {13, 28}, depthToSpace});
  table.push_back({"SpaceToDepth", {13, 28}, spaceToDepth});
}
