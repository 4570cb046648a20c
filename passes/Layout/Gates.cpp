//===- Gates.cpp - the middle of a gated MLP, in the product's kernel -----===//
#include "passes/Layout/Gates.h"
#include "dialects/Sinter/IR/AxisSlice.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "passes/Layout/Layout.h"

using namespace mlir;
using namespace sinter;

GatedProduct GatedProduct::find(Value product) {
  if (!elementOf(product).isF32() || !product.hasNUses(2))
    return {};
  auto slice = dyn_cast<SliceOp>(*product.user_begin());
  auto gated = slice && slice->hasOneUse()
                   ? dyn_cast<GatedOp>(*slice->user_begin())
                   : GatedOp();
  if (!gated)
    return {};
  auto gate = gated.getGate().getDefiningOp<SliceOp>();
  auto up = gated.getUp().getDefiningOp<SliceOp>();
  if (!gate || !up || gate.getX() != product || up.getX() != product ||
      !gate->hasOneUse() || !up->hasOneUse() ||
      gate.getType() != up.getType() || gated.getType() != up.getType())
    return {};
  int64_t last = rankOf(product) - 1;
  auto first = getAxisSlice(gate, last), second = getAxisSlice(up, last);
  if (!first || !second || first->stride != 1 || second->stride != 1)
    return {};
  int64_t columns = first->size;
  if (!dimsOf(product).back().isConstant(2 * columns) ||
      std::min(first->offset, second->offset) != 0 ||
      std::max(first->offset, second->offset) != columns)
    return {};
  return {gated, gate, up};
}

Value GatedProduct::interleave(RewriterBase &rewriter, Value w, int64_t lanes) {
  Location loc = w.getLoc();
  int64_t depth = tensorOf(w).getDimSize(0), both = tensorOf(w).getDimSize(1);
  if (getAxisSlice(gate, rankOf(gate.getY()) - 1)->offset != 0) {
    // The halves change places.
    auto half = [&](int64_t from) {
      return sliceOf(rewriter, loc, w, 1, from, both / 2);
    };
    w = ConcatOp::create(rewriter, loc, ValueRange{half(both / 2), half(0)}, 1);
  }
  int64_t strip = lanes / 2;
  w = reshapeTo(rewriter, w, {depth, 2, both / 2 / strip, strip});
  w = TransposeOp::create(rewriter, loc, w, ArrayRef<int64_t>{0, 2, 1, 3});
  return reshapeTo(rewriter, w, {depth, both});
}
