//===- SliceFolds.cpp - canonical forms of resolved slices ----------------===//
#include "dialects/Sinter/IR/Folds.h"

using namespace mlir;
using namespace sinter;

static Value createSlice(PatternRewriter &rewriter, Location loc, Type type,
                         Value x, ArrayRef<DimExpr> offsets,
                         ArrayRef<int64_t> strides) {
  return SliceOp::create(rewriter, loc, type, x, Value(), Value(), Value(),
                         Value(), DimsAttr::get(rewriter.getContext(), offsets),
                         rewriter.getDenseI64ArrayAttr(strides));
}

static Dims getOffsets(SliceOp op) {
  Dims offsets;
  for (unsigned i = 0; i < op.getOffsets()->getExprs().size(); ++i)
    offsets.push_back(op.getOffsets()->getDim(i));
  return offsets;
}

namespace {

/// A slice that takes everything, with equal expressions, is its operand.
struct SliceOfAll : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getOffsets())
      return failure();
    for (auto [i, in, out] :
         llvm::enumerate(dimsOf(op.getX()), dimsOf(op.getY())))
      if (in != out || !op.getOffsets()->getDim(i).isConstant(0) ||
          (*op.getStrides())[i] != 1)
        return failure();
    replaceKeepingType(rewriter, op, op.getX());
    return success();
  }
};

struct SliceOfSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<SliceOp>();
    if (!op.getOffsets() || !inner || !inner.getOffsets())
      return failure();
    Dims offsets;
    SmallVector<int64_t> strides;
    for (auto [i, o, p] : llvm::enumerate(getOffsets(op), getOffsets(inner))) {
      int64_t outer = (*op.getStrides())[i], first = (*inner.getStrides())[i];
      int64_t stride;
      if (llvm::MulOverflow(outer, first, stride))
        return failure();
      offsets.push_back(p + o * DimExpr(first));
      strides.push_back(stride);
    }
    if (llvm::any_of(offsets, [](const DimExpr &o) { return o.isUnknown(); }))
      return failure();
    rewriter.replaceOp(op, createSlice(rewriter, op.getLoc(), op.getType(),
                                       inner.getX(), offsets, strides));
    return success();
  }
};

/// A slice that lies in one part of a concat is a slice of that part.
struct SliceOfConcat : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getX().getDefiningOp<ConcatOp>();
    if (!concat || !op.getOffsets())
      return failure();
    int64_t axis = concat.getAxis();
    Dims offsets = getOffsets(op);
    DimExpr first = offsets[axis], count = dimsOf(op.getY())[axis], begin;
    if ((*op.getStrides())[axis] != 1)
      return failure();
    for (Value part : concat.getXs()) {
      DimExpr end = begin + dimsOf(part)[axis];
      if ((first - begin).isNonNegative() &&
          (end - first - count).isNonNegative()) {
        offsets[axis] = first - begin;
        rewriter.replaceOp(op, createSlice(rewriter, op.getLoc(), op.getType(),
                                           part, offsets, *op.getStrides()));
        return success();
      }
      begin = end;
    }
    return failure();
  }
};

/// concat(x[a:b], x[b:c]) -> x[a:c].
struct ConcatOfSlices : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    auto first = op.getXs().front().getDefiningOp<SliceOp>();
    if (!first || !first.getOffsets() || op.getXs().size() < 2)
      return failure();
    int64_t axis = op.getAxis();
    Dims offsets = getOffsets(first);
    DimExpr next = offsets[axis] + dimsOf(first.getY())[axis];
    if (!llvm::all_of(*first.getStrides(), [](int64_t s) { return s == 1; }))
      return failure();
    for (Value x : op.getXs().drop_front()) {
      auto slice = x.getDefiningOp<SliceOp>();
      if (!slice || !slice.getOffsets() || slice.getX() != first.getX() ||
          *slice.getStrides() != *first.getStrides())
        return failure();
      Dims expected = offsets;
      expected[axis] = next;
      if (getOffsets(slice) != expected)
        return failure();
      next = next + dimsOf(x)[axis];
    }
    rewriter.replaceOp(op,
                       createSlice(rewriter, op.getLoc(), op.getType(),
                                   first.getX(), offsets, *first.getStrides()));
    return success();
  }
};
} // namespace

void sinter::populateSliceFolds(RewritePatternSet &patterns) {
  patterns.add<SliceOfAll, SliceOfSlice, SliceOfConcat, ConcatOfSlices>(
      patterns.getContext());
}
