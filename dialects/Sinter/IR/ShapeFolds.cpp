//===- ShapeFolds.cpp - canonical forms of transpose, expand and concat ---===//
#include "dialects/Sinter/IR/Folds.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

namespace {

/// A transpose that moves unit dimensions only is a reshape.
struct TransposeOfUnits : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    Dims in = dimsOf(op.getX());
    int64_t last = -1;
    for (int64_t p : op.getPerm()) {
      if (in[p].isConstant(1))
        continue;
      if (p < last)
        return failure();
      last = p;
    }
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getX(), Value(),
                                           false);
    return success();
  }
};

/// broadcast_to(broadcast_to(x)) -> broadcast_to(x).
struct BroadcastOfBroadcast : OpRewritePattern<BroadcastToOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BroadcastToOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<BroadcastToOp>();
    if (!inner || inner.getShape() || op.getShape())
      return failure();
    rewriter.replaceOpWithNewOp<BroadcastToOp>(op, op.getType(), inner.getX(),
                                               Value());
    return success();
  }
};

/// A broadcast that adds unit dimensions in front only is a reshape.
struct BroadcastOfUnits : OpRewritePattern<BroadcastToOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BroadcastToOp op,
                                PatternRewriter &rewriter) const override {
    Dims in = dimsOf(op.getX()), out = dimsOf(op.getY());
    if (op.getShape())
      return failure();
    size_t added = out.size() - in.size();
    for (size_t i = 0; i < out.size(); ++i)
      if (i < added ? !out[i].isConstant(1) : out[i] != in[i - added])
        return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getX(), Value(),
                                           false);
    return success();
  }
};

/// reshape(broadcast_to(c)) -> broadcast_to(c) for a constant that is one
/// element repeated.
struct ReshapeOfSplat : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<BroadcastToOp>();
    if (op.getShape() || !inner || inner.getShape())
      return failure();
    auto type = tensorOf(inner.getX());
    if (!type.hasStaticShape() || type.getNumElements() != 1)
      return failure();
    Value scalar = inner.getX();
    if (type.getRank() > 0)
      scalar =
          ReshapeOp::create(rewriter, op.getLoc(),
                            RankedTensorType::get({}, type.getElementType()),
                            scalar, Value(), false);
    rewriter.replaceOpWithNewOp<BroadcastToOp>(op, op.getType(), scalar,
                                               Value());
    return success();
  }
};

/// Joins flatten, and parts without elements go.
struct ConcatOfConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> parts;
    int64_t axis = op.getAxis();
    for (Value x : op.getXs()) {
      auto inner = x.getDefiningOp<ConcatOp>();
      if (inner && int64_t(inner.getAxis()) == axis && inner->hasOneUse())
        llvm::append_range(parts, inner.getXs());
      else if (!dimsOf(x)[axis].isConstant(0))
        parts.push_back(x);
    }
    if (llvm::equal(parts, op.getXs()) || parts.empty())
      return failure();
    Value joined = ConcatOp::create(rewriter, op.getLoc(), parts, axis);
    replaceKeepingType(rewriter, op, joined);
    return success();
  }
};

/// gather(x)[c] of one constant index -> a slice without that dimension;
/// gather of a range with a known place inside x -> a slice.
struct GatherOfRange : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    Dims in = dimsOf(op.getX());
    int64_t axis = op.getAxis();
    DimExpr size = in[axis], start, count;
    auto index = getSplatNumber(op.getIndices());
    auto range = op.getIndices().getDefiningOp<RangeOp>();
    if (index && tensorOf(op.getIndices()).hasStaticShape() &&
        tensorOf(op.getIndices()).getNumElements() == 1) {
      start = DimExpr(int64_t(*index));
      if (*index < 0)
        start = size + start;
      count = 1;
    } else if (range) {
      auto first = getSplatNumber(range.getStart());
      if (!first || getSplatNumber(range.getDelta()) != 1.0 || *first < 0)
        return failure();
      start = DimExpr(int64_t(*first));
      count = dimsOf(range)[0];
    } else {
      return failure();
    }
    // A gather is checked at run time, a slice is not: it must be inside.
    if (!start.isNonNegative() || !(size - start - count).isNonNegative())
      return failure();
    Dims offsets(in.size(), DimExpr(0)), sizes = in;
    offsets[axis] = start;
    sizes[axis] = count;
    SmallVector<int64_t> strides(in.size(), 1);
    auto slice = SliceOp::create(rewriter, op.getLoc(),
                                 getTensorType(sizes, elementOf(op.getX())),
                                 op.getX(), Value(), Value(), Value(), Value(),
                                 DimsAttr::get(rewriter.getContext(), offsets),
                                 rewriter.getDenseI64ArrayAttr(strides));
    replaceKeepingType(rewriter, op, slice);
    return success();
  }
};

/// gather_nd of all index tuples in their order -> a reshape. So torch's
/// exporter writes repeat_interleave.
struct GatherOfAll : OpRewritePattern<GatherNDOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherNDOp op,
                                PatternRewriter &rewriter) const override {
    auto constant = op.getIndices().getDefiningOp<ConstantOp>();
    auto indices = constant ? dyn_cast<DenseElementsAttr>(constant.getValue())
                            : DenseElementsAttr();
    if (!indices || op.getBatchDims() || indices.getType().getRank() != 2)
      return failure();
    int64_t count = indices.getType().getDimSize(0);
    int64_t depth = indices.getType().getDimSize(1), all = 1;
    SmallVector<int64_t> sizes;
    Dims in = dimsOf(op.getX());
    for (const DimExpr &dim : ArrayRef(in).take_front(depth)) {
      auto size = dim.getConstant();
      if (!size || *size == 0 || llvm::MulOverflow(all, *size, all))
        return failure();
      sizes.push_back(*size);
    }
    if (all != count)
      return failure();
    auto values = indices.getValues<int64_t>();
    for (int64_t tuple = 0; tuple < count; ++tuple)
      for (int64_t i = depth - 1, rest = tuple; i >= 0; --i) {
        if (values[tuple * depth + i] != rest % sizes[i])
          return failure();
        rest /= sizes[i];
      }
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getX(), Value(),
                                           false);
    return success();
  }
};
} // namespace

void sinter::populateShapeFolds(RewritePatternSet &patterns) {
  patterns.add<TransposeOfUnits, BroadcastOfBroadcast, BroadcastOfUnits,
               ReshapeOfSplat, ConcatOfConcat, GatherOfRange, GatherOfAll>(
      patterns.getContext());
}
