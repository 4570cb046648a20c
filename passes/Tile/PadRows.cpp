//===- PadRows.cpp - rows of a product's left side lie in different sets --===//
//
// A register tile reads an element of each of its rows, 14 with AVX-512. Where
// rows are a multiple of 2 KiB apart, their lines share one or two sets of a
// level-1 cache (32 or 48 KiB of 8 or 12 ways), and lines are gone before their
// next element is read.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Tile/Tile.h"

namespace sinter {
#define GEN_PASS_DEF_PADROWS
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static constexpr int64_t lineBytes = 64, setsBytes = 2048;
// Fewer are read once.
static constexpr int64_t fewRows = 4;

// Columns to add to rows that share sets, or 0.
static int64_t getPadding(RankedTensorType type) {
  if (type.getRank() != 2 || type.isDynamicDim(1) ||
      (!type.isDynamicDim(0) && type.getDimSize(0) <= fewRows))
    return 0;
  int64_t bytes = type.getElementTypeBitWidth() / 8;
  bool shares = bytes && type.getDimSize(1) * bytes % setsBytes == 0;
  return shares ? lineBytes / bytes : 0;
}

// Can all that use a value, or a view of it, do so row by row?
static bool isUsedByRows(Value value) {
  return llvm::all_of(value.getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isa<tensor::DimOp, tensor::ExtractOp>(user))
      return true;
    if (isa<tensor::CastOp>(user))
      return isUsedByRows(user->getResult(0));
    if (auto tile = dyn_cast<DestinationStyleOpInterface>(user))
      return !tile.isDpsInit(&use) || isUsedByRows(tile.getTiedOpResult(&use));
    return false;
  });
}

// The use of a fresh tensor that `value` is written over; null when that is not
// what it comes from.
static OpOperand *findDestination(Value value) {
  OpOperand *destination = nullptr;
  while (Operation *op = value.getDefiningOp()) {
    if (isa<tensor::EmptyOp>(op))
      return destination;
    if (isa<tensor::CastOp>(op)) {
      value = op->getOperand(0);
      continue;
    }
    auto tile = dyn_cast<DestinationStyleOpInterface>(op);
    if (!tile || !isUsedByRows(value))
      return nullptr;
    destination = tile.getTiedOpOperand(cast<OpResult>(value));
    value = destination->get();
  }
  return nullptr;
}

static void pad(OpOperand &use, int64_t padding) {
  OpBuilder b(use.getOwner());
  auto empty = use.get().getDefiningOp<tensor::EmptyOp>();
  Location loc = empty.getLoc();
  SmallVector<OpFoldResult> sizes = empty.getMixedSizes(), wide = sizes;
  wide[1] = b.getIndexAttr(empty.getType().getDimSize(1) + padding);
  Value whole =
      tensor::EmptyOp::create(b, loc, wide, empty.getType().getElementType());
  SmallVector<OpFoldResult> zeros(2, b.getIndexAttr(0)),
      ones(2, b.getIndexAttr(1));
  use.set(tensor::ExtractSliceOp::create(b, loc, empty.getType(), whole, zeros,
                                         sizes, ones));
}

namespace {
struct PadRowsPass : sinter::impl::PadRowsBase<PadRowsPass> {
  void runOnOperation() override {
    getOperation().walk([&](InnerMatMulOp product) {
      auto type = dyn_cast<RankedTensorType>(product.getX().getType());
      int64_t padding = type ? getPadding(type) : 0;
      if (OpOperand *use = padding ? findDestination(product.getX()) : nullptr;
          use && getPadding(cast<RankedTensorType>(use->get().getType())))
        pad(*use, padding);
    });
  }
};
} // namespace
