//===- RowBlocks.cpp - rows of a product that stay near -------------------===//
#include "passes/Tile/RowBlocks.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Tile/Tile.h"

using namespace mlir;
using namespace sinter;

// Weights come again for each block: rows that keep a core busy meanwhile. One
// in tiles is quicker, and its rows are wanted sooner.
static constexpr int64_t fewestRows = 256, fewestInTiles = 128;
// Whole register tiles: of 14, 12 and 6 rows, and two of 16.
static constexpr int64_t rowUnit = 84, tileUnit = 32;

std::optional<RowBlocks> RowBlocks::make(OpBuilder &b, InnerMatMulOp op) {
  auto target = op->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(
      targetAttrName);
  auto x = cast<RankedTensorType>(op.getX().getType());
  auto w = cast<RankedTensorType>(op.getW().getType());
  if (!target || x.isDynamicDim(1) || x.getDimSize(1) == 0 ||
      !w.hasStaticShape())
    return std::nullopt;
  int64_t rowBytes = x.getDimSize(1) * x.getElementTypeBitWidth() / 8;
  bool inTiles = op.getDepthBlock() != 0;
  // The rest of L2 is for panels and results. A block may be up to twice that.
  int64_t room = target.getL2() * (inTiles ? 2 : 3) / 8;
  int64_t most =
      std::max(inTiles ? fewestInTiles : fewestRows, room / rowBytes);
  if (!x.isDynamicDim(0) && x.getDimSize(0) < 2 * most)
    return std::nullopt;
  Location loc = op.getLoc();
  auto index = [&](int64_t v) -> Value {
    return arith::ConstantIndexOp::create(b, loc, v);
  };
  Value all = tensor::DimOp::create(b, loc, op.getX(), 0);
  Value whole = arith::DivUIOp::create(b, loc, all, index(most));
  Value count = arith::MaxUIOp::create(b, loc, whole, index(1));
  Value unit = index(inTiles ? tileUnit : rowUnit);
  Value units = ceilDiv(b, loc, ceilDiv(b, loc, all, count), unit);
  return RowBlocks{count, arith::MulIOp::create(b, loc, units, unit)};
}
