//===- MoveCasts.cpp - casts move to where storing is cheap ---------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/Recipe.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Quantize/Quantize.h"

namespace sinter {
#define GEN_PASS_DEF_MOVECASTS
#include "passes/Quantize/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static bool isFloatCast(CastOp cast, bool toWider) {
  auto from = dyn_cast<FloatType>(elementOf(cast.getX()));
  auto to = dyn_cast<FloatType>(elementOf(cast.getY()));
  return from && to && from != to &&
         (toWider ? from.getWidth() < to.getWidth()
                  : from.getWidth() > to.getWidth());
}

// Results are elements of the operands and nothing else.
static bool onlyMoves(Operation *op) {
  if (auto slice = dyn_cast<SliceOp>(op))
    return slice.isResolved();
  return isa<TransposeOp, ReshapeOp, ConcatOp>(op);
}

// Operands that hold the elements, not sizes or positions.
static bool isMoved(OpOperand &operand) {
  return isa<ConcatOp>(operand.getOwner()) || operand.getOperandNumber() == 0;
}

// `op` on other operands of element type `element`.
static Value rebuild(PatternRewriter &rewriter, Operation *op,
                     llvm::function_ref<Value(Value)> operandOf, Type element) {
  IRMapping map;
  for (OpOperand &operand : op->getOpOperands())
    if (isMoved(operand))
      map.map(operand.get(), operandOf(operand.get()));
  Operation *copy = rewriter.clone(*op, map);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  copy->getResult(0).setType(
      RankedTensorType::get(type.getShape(), element, type.getEncoding()));
  return copy->getResult(0);
}

namespace {
// cast(move(x)) to narrower -> move(cast(x)): of what is stored, and of what is
// computed where all that is moved is narrowed, so that fewer bytes are.
struct NarrowFirst : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp cast,
                                PatternRewriter &rewriter) const override {
    Operation *move = cast.getX().getDefiningOp();
    if (!move || !isFloatCast(cast, /*toWider=*/false))
      return failure();
    bool moves = Recipes().contains(cast.getX())
                     ? onlyMoves(move)
                     : isa<TransposeOp, ReshapeOp>(move) && move->hasOneUse();
    if (!moves)
      return failure();
    Type element = elementOf(cast.getY());
    auto narrow = [&](Value x) -> Value {
      return CastOp::create(rewriter, cast.getLoc(), x, element);
    };
    rewriter.replaceOp(cast, rebuild(rewriter, move, narrow, element));
    return success();
  }
};

// cast(slice(x)) to narrower -> slice(cast(x)), where every use of x is such a
// slice: queries, keys and values of one product.
struct NarrowSlices : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp first,
                                PatternRewriter &rewriter) const override {
    auto slice = first.getX().getDefiningOp<SliceOp>();
    if (!slice || !isFloatCast(first, /*toWider=*/false))
      return failure();
    Value x = slice.getX();
    Type element = first.getTo();
    SmallVector<CastOp> casts;
    for (Operation *user : x.getUsers()) {
      auto part = dyn_cast<SliceOp>(user);
      auto cast = part && part.isResolved() && part->hasOneUse()
                      ? dyn_cast<CastOp>(*part->user_begin())
                      : CastOp();
      if (!cast || cast.getTo() != element || part.getX() != x)
        return failure();
      casts.push_back(cast);
    }
    rewriter.setInsertionPointAfterValue(x);
    Value narrow = CastOp::create(rewriter, first.getLoc(), x, element);
    for (CastOp cast : casts) {
      Operation *part = cast.getX().getDefiningOp();
      rewriter.setInsertionPoint(part);
      auto operandOf = [&](Value) { return narrow; };
      rewriter.replaceOp(cast, rebuild(rewriter, part, operandOf, element));
      rewriter.eraseOp(part);
    }
    return success();
  }
};

// move(cast(x) to wider) -> cast(move(x)).
struct WidenLast : RewritePattern {
  WidenLast(MLIRContext *ctx) : RewritePattern(MatchAnyOpTypeTag(), 1, ctx) {}
  LogicalResult matchAndRewrite(Operation *move,
                                PatternRewriter &rewriter) const override {
    if (!onlyMoves(move) || !Recipes().contains(move))
      return failure();
    Type element;
    for (OpOperand &operand : move->getOpOperands()) {
      if (!isMoved(operand))
        continue;
      auto widen = operand.get().getDefiningOp<CastOp>();
      if (!widen || !isFloatCast(widen, /*toWider=*/true) ||
          (element && element != elementOf(widen.getX())))
        return failure();
      element = elementOf(widen.getX());
    }
    Type wide = elementOf(move->getResult(0));
    Value moved = rebuild(
        rewriter, move,
        [](Value x) { return x.getDefiningOp<CastOp>().getX(); }, element);
    rewriter.replaceOpWithNewOp<CastOp>(move, moved, wide);
    return success();
  }
};

// gather(cast(table) to wider) -> cast(gather(table)).
struct WidenRows : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherOp gather,
                                PatternRewriter &rewriter) const override {
    auto widen = gather.getX().getDefiningOp<CastOp>();
    if (!widen || !isFloatCast(widen, /*toWider=*/true) ||
        !Recipes().contains(widen.getOperation()))
      return failure();
    Type wide = elementOf(gather.getY());
    IRMapping map;
    map.map(gather.getX(), widen.getX());
    auto copy = cast<GatherOp>(rewriter.clone(*gather, map));
    copy.getY().setType(RankedTensorType::get(
        tensorOf(gather.getY()).getShape(), elementOf(widen.getX()),
        tensorOf(gather.getY()).getEncoding()));
    rewriter.replaceOpWithNewOp<CastOp>(gather, copy.getY(), wide);
    return success();
  }
};

// cast(cast(x) to wider) back -> x.
struct CastBack : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp cast,
                                PatternRewriter &rewriter) const override {
    auto widen = cast.getX().getDefiningOp<CastOp>();
    if (!widen || !isFloatCast(widen, /*toWider=*/true) ||
        elementOf(widen.getX()) != elementOf(cast.getY()))
      return failure();
    rewriter.replaceOp(cast, widen.getX());
    return success();
  }
};

struct MoveCasts : sinter::impl::MoveCastsBase<MoveCasts> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<NarrowFirst, NarrowSlices, WidenLast, WidenRows, CastBack>(
        &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
