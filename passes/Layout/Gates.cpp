//===- Gates.cpp - the middle of a gated MLP, in the product's kernel -----===//
#include "passes/Layout/Gates.h"
#include "dialects/Sinter/IR/InferHelpers.h"

using namespace mlir;
using namespace sinter;

// The first column that `slice` takes; it takes all of the other dimensions.
static std::optional<int64_t> getFirstColumn(SliceOp slice) {
  if (!slice || !slice.getOffsets() ||
      llvm::any_of(*slice.getStrides(), [](int64_t s) { return s != 1; }))
    return std::nullopt;
  Dims x = dimsOf(slice.getX()), y = dimsOf(slice.getY());
  unsigned last = x.size() - 1;
  if (ArrayRef(x).drop_back() != ArrayRef(y).drop_back())
    return std::nullopt;
  return slice.getOffsets()->getDim(last).getConstant();
}

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
  auto first = getFirstColumn(gate), second = getFirstColumn(up);
  if (!first || !second || gate.getX() != product || up.getX() != product ||
      !gate->hasOneUse() || !up->hasOneUse() ||
      gate.getType() != up.getType() || gated.getType() != up.getType())
    return {};
  auto columns = dimsOf(up.getY()).back().getConstant();
  if (!columns || !dimsOf(product).back().isConstant(2 * *columns) ||
      std::min(*first, *second) != 0 || std::max(*first, *second) != *columns)
    return {};
  return {gated, gate, up};
}

Value GatedProduct::interleave(RewriterBase &rewriter, Value w,
                               int64_t lanes) const {
  Location loc = w.getLoc();
  Type element = elementOf(w);
  int64_t depth = tensorOf(w).getDimSize(0), both = tensorOf(w).getDimSize(1);
  auto reshape = [&](Value x, ArrayRef<DimExpr> dims) -> Value {
    return ReshapeOp::create(rewriter, loc, getTensorType(dims, element), x,
                             Value(), false);
  };
  if (*getFirstColumn(gate) != 0) { // the halves change places
    auto half = [&](int64_t from) -> Value {
      Dims offsets{DimExpr(0), DimExpr(from)};
      return SliceOp::create(rewriter, loc,
                             getTensorType({depth, both / 2}, element), w,
                             Value(), Value(), Value(), Value(),
                             DimsAttr::get(rewriter.getContext(), offsets),
                             rewriter.getDenseI64ArrayAttr({1, 1}));
    };
    w = ConcatOp::create(rewriter, loc, ValueRange{half(both / 2), half(0)}, 1);
  }
  int64_t strip = lanes / 2;
  w = reshape(w, {depth, 2, both / 2 / strip, strip});
  w = TransposeOp::create(rewriter, loc, w, ArrayRef<int64_t>{0, 2, 1, 3});
  return reshape(w, {depth, both});
}
