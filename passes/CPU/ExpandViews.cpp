//===- ExpandViews.cpp - memref.expand_shape as sizes and strides ---------===//
//
// MLIR's own expansion takes one dynamic size a group; reshapes of symbolic
// shapes have several ([batch * seq, C] to [batch, seq, C]).
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "passes/CPU/CPU.h"

namespace sinter {
#define GEN_PASS_DEF_EXPANDVIEWS
#include "passes/CPU/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static Value toValue(OpBuilder &b, Location loc, OpFoldResult number) {
  if (auto value = dyn_cast<Value>(number))
    return value;
  return arith::ConstantIndexOp::create(
      b, loc, cast<IntegerAttr>(cast<Attribute>(number)).getInt());
}

// Each group splits one dimension of the source: its last one has the source's
// stride, the others that times the sizes behind them.
static void expand(memref::ExpandShapeOp op) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  auto source = memref::ExtractStridedMetadataOp::create(b, loc, op.getSrc());
  SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
  SmallVector<OpFoldResult> strides(sizes.size());
  auto [known, offset] = op.getResultType().getStridesAndOffset();
  for (auto [i, group] : llvm::enumerate(op.getReassociationIndices())) {
    Value stride = source.getStrides()[i];
    for (int64_t dim : llvm::reverse(group)) {
      // What the type says stays a number.
      strides[dim] = ShapedType::isDynamic(known[dim])
                         ? OpFoldResult(stride)
                         : OpFoldResult(b.getIndexAttr(known[dim]));
      stride =
          arith::MulIOp::create(b, loc, stride, toValue(b, loc, sizes[dim]));
    }
  }
  // A group of none is a source of rank 0: all sizes are 1.
  for (OpFoldResult &stride : strides)
    if (!stride)
      stride = b.getIndexAttr(1);
  OpFoldResult start = ShapedType::isDynamic(offset)
                           ? OpFoldResult(source.getOffset())
                           : OpFoldResult(b.getIndexAttr(offset));
  Value view = memref::ReinterpretCastOp::create(b, loc, op.getResultType(),
                                                 source.getBaseBuffer(), start,
                                                 sizes, strides);
  op.replaceAllUsesWith(view);
  op.erase();
}

namespace {
struct ExpandViews : sinter::impl::ExpandViewsBase<ExpandViews> {
  void runOnOperation() override {
    SmallVector<memref::ExpandShapeOp> ops;
    getOperation().walk([&](memref::ExpandShapeOp op) { ops.push_back(op); });
    for (memref::ExpandShapeOp op : ops)
      expand(op);
  }
};
} // namespace
