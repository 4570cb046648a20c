//===- SinkTransposes.cpp - move transposes towards their users -----------===//
//
// A transpose sinks below rotary, reductions and elementwise ops, and a reshape
// that merges dimensions sinks below a transpose. So the transposes that split
// and merge heads meet and cancel.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/Folds.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "passes/Simplify/Simplify.h"

using namespace mlir;
using namespace sinter;

namespace {

/// For each dimension of `out` the dimensions [begin, end) of `in` that it
/// merges (none for a unit dimension that was added); nullopt when `out` splits
/// a dimension or sizes are unknown.
std::optional<SmallVector<std::pair<size_t, size_t>>>
getMergedGroups(ArrayRef<DimExpr> in, ArrayRef<DimExpr> out) {
  SmallVector<std::pair<size_t, size_t>> groups;
  size_t next = 0;
  for (const DimExpr &size : out) {
    size_t begin = next;
    if (size.isConstant(1)) {
      if (next < in.size() && in[next].isConstant(1))
        ++next;
    } else {
      DimExpr product = 1;
      while (next < in.size() && product != size)
        product = product * in[next++];
      if (product != size)
        return std::nullopt;
    }
    groups.push_back({begin, next});
  }
  for (; next < in.size(); ++next) {
    if (!in[next].isConstant(1) || groups.empty())
      return std::nullopt;
    groups.back().second = next + 1;
  }
  return groups;
}

/// transpose(reshape(x)) -> reshape(transpose(x)) where the reshape merges
/// dimensions or adds units.
struct TransposeOfMerge : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto reshape = op.getX().getDefiningOp<ReshapeOp>();
    if (!reshape || reshape.getShape())
      return failure();
    Dims in = dimsOf(reshape.getX());
    auto groups = getMergedGroups(in, dimsOf(reshape.getY()));
    if (!groups)
      return failure();
    // Only removing units would make the transpose wider, not narrower.
    bool narrows = llvm::any_of(*groups, [&](std::pair<size_t, size_t> g) {
      return g.first == g.second ||
             llvm::count_if(ArrayRef(in).slice(g.first, g.second - g.first),
                            [](const DimExpr &d) { return !d.isConstant(1); }) >
                 1;
    });
    if (!narrows)
      return failure();
    SmallVector<int64_t> perm;
    for (int64_t p : op.getPerm())
      for (size_t i = (*groups)[p].first; i < (*groups)[p].second; ++i)
        perm.push_back(i);
    Value transpose =
        TransposeOp::create(rewriter, op.getLoc(), reshape.getX(), perm);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), transpose, Value(),
                                           false);
    return success();
  }
};

/// rotary(transpose(x)) -> transpose(rotary(x)): heads and sequence swap, the
/// op knows both orders.
struct RotaryOfTranspose : OpRewritePattern<RotaryOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RotaryOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getX().getDefiningOp<TransposeOp>();
    static constexpr int64_t swap[] = {0, 2, 1, 3};
    if (!transpose || transpose.getPerm() != ArrayRef(swap))
      return failure();
    Value rotary = RotaryOp::create(
        rewriter, op.getLoc(), transpose.getX(), op.getCos(), op.getSin(),
        op.getInterleaved(), !op.getSequenceFirst());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, rotary, swap);
    return success();
  }
};

/// True for an operand that has only dimensions which `perm` leaves in place:
/// a scalar, or a vector along the last ones.
bool isUntouched(Value operand, ArrayRef<int64_t> perm) {
  if (tensorOf(operand).hasStaticShape() &&
      tensorOf(operand).getNumElements() == 1)
    return rankOf(operand) <= int64_t(perm.size());
  int64_t rank = perm.size();
  for (int64_t i = rank - rankOf(operand); i < rank; ++i)
    if (i < 0 || perm[i] != i)
      return false;
  return true;
}

/// f(transpose(x), transpose(y), vector) -> transpose(f(x, y, vector)).
struct ElementwiseOfTranspose
    : OpInterfaceRewritePattern<ElementwiseOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(ElementwiseOpInterface op,
                                PatternRewriter &rewriter) const override {
    std::optional<ArrayRef<int64_t>> perm;
    for (Value operand : op->getOperands())
      if (auto transpose = operand.getDefiningOp<TransposeOp>())
        perm = transpose.getPerm();
    int64_t rank = rankOf(op->getResult(0));
    if (!perm || int64_t(perm->size()) != rank)
      return failure();
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      auto transpose = operand.getDefiningOp<TransposeOp>();
      if (transpose ? transpose.getPerm() != *perm
                    : !isUntouched(operand, *perm))
        return failure();
      operands.push_back(transpose ? transpose.getX() : operand);
    }
    SmallVector<int64_t> copy(*perm);
    Dims result = dimsOf(op->getResult(0)), dims(rank, DimExpr(0));
    for (auto [i, p] : llvm::enumerate(copy))
      dims[p] = result[i];
    Operation *inner =
        clone(rewriter, op, getTensorType(dims, elementOf(op->getResult(0))),
              operands);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, inner->getResult(0), copy);
    return success();
  }
};

/// reduce(transpose(x)) -> transpose(reduce(x)), where the reduced dimensions
/// stay in their order: so do the sums.
struct ReduceOfTranspose : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getX().getDefiningOp<TransposeOp>();
    if (!transpose)
      return failure();
    SmallVector<int64_t> perm(transpose.getPerm()), axes;
    for (int64_t axis : op.getAxes())
      axes.push_back(perm[axis]);
    if (!llvm::is_sorted(axes))
      return failure();
    if (!op.getKeepdims()) {
      SmallVector<int64_t> kept;
      for (auto [i, p] : llvm::enumerate(perm))
        if (!llvm::is_contained(op.getAxes(), int64_t(i)))
          kept.push_back(
              p - llvm::count_if(axes, [&](int64_t axis) { return axis < p; }));
      perm = kept;
    }
    Value inner = ReduceOp::create(rewriter, op.getLoc(), op.getKind(),
                                   transpose.getX(), axes, op.getKeepdims());
    rewriter.replaceOpWithNewOp<TransposeOp>(op, inner, perm);
    return success();
  }
};
} // namespace

void sinter::populateSinkTransposes(RewritePatternSet &patterns) {
  patterns.add<TransposeOfMerge, RotaryOfTranspose, ElementwiseOfTranspose,
               ReduceOfTranspose>(patterns.getContext());
}
