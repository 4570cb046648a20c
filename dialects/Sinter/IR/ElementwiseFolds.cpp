//===- ElementwiseFolds.cpp - canonical forms of elementwise ops ----------===//
#include "dialects/Sinter/IR/Folds.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

Attribute sinter::getSplat(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto constant = dyn_cast<ConstantOp>(op)) {
      auto elements = dyn_cast<DenseElementsAttr>(constant.getValue());
      return elements && elements.isSplat()
                 ? elements.getSplatValue<Attribute>()
                 : Attribute();
    }
    if (!isa<BroadcastToOp, ReshapeOp>(op))
      break;
    value = op->getOperand(0);
  }
  return {};
}

std::optional<double> sinter::getSplatNumber(Value value) {
  Attribute splat = getSplat(value);
  if (auto number = dyn_cast_if_present<FloatAttr>(splat))
    return number.getValueAsDouble();
  if (auto number = dyn_cast_if_present<IntegerAttr>(splat)) {
    Type type = number.getType();
    if (type.isInteger(1) || type.isUnsignedInteger())
      return double(number.getValue().getZExtValue());
    return double(number.getValue().getSExtValue());
  }
  return std::nullopt;
}

namespace {

/// True where `x op c` (c on the right) is x for every x, NaN and -0 included.
bool isRightIdentity(Operation *op, double c, Type element) {
  bool isFloat = isa<FloatType>(element);
  if (isa<MulOp, DivOp>(op))
    return c == 1;
  if (isa<PowOp>(op))
    return c == 1;
  if (isa<SubOp>(op))
    return c == 0 && !std::signbit(c);
  if (isa<AddOp>(op)) // -0 + 0 is 0, so only -0 is neutral for floats
    return c == 0 && (!isFloat || std::signbit(c));
  if (isa<AndOp>(op)) // of integers all bits would have to be set
    return c != 0 && element.isInteger(1);
  if (isa<OrOp, XorOp>(op))
    return c == 0;
  return false;
}

struct RightIdentity : RewritePattern {
  RightIdentity(MLIRContext *ctx)
      : RewritePattern(MatchAnyOpTypeTag(), 1, ctx) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MulOp, DivOp, PowOp, SubOp, AddOp, AndOp, OrOp, XorOp>(op))
      return failure();
    bool commutes = op->hasTrait<OpTrait::IsCommutative>();
    for (unsigned side : {1u, 0u}) {
      if (side == 0 && !commutes)
        break;
      auto c = getSplatNumber(op->getOperand(side));
      if (!c || !isRightIdentity(op, *c, elementOf(op->getResult(0))))
        continue;
      replaceBroadcast(rewriter, op, op->getOperand(1 - side));
      return success();
    }
    return failure();
  }
};

/// and(x, 0) -> 0, or(x, true) -> true.
struct Absorbing : RewritePattern {
  Absorbing(MLIRContext *ctx) : RewritePattern(MatchAnyOpTypeTag(), 1, ctx) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<AndOp, OrOp>(op) ||
        (isa<OrOp>(op) && !elementOf(op->getResult(0)).isInteger(1)))
      return failure();
    for (Value operand : op->getOperands()) {
      auto c = getSplatNumber(operand);
      if (!c || (*c != 0) != isa<OrOp>(op))
        continue;
      replaceBroadcast(rewriter, op, operand);
      return success();
    }
    return failure();
  }
};

/// and, or, min, max of x and x -> x.
struct Idempotent : RewritePattern {
  Idempotent(MLIRContext *ctx) : RewritePattern(MatchAnyOpTypeTag(), 1, ctx) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa<AndOp, OrOp, MinOp, MaxOp>(op) ||
        op->getOperand(0) != op->getOperand(1))
      return failure();
    rewriter.replaceOp(op, op->getOperand(0));
    return success();
  }
};

/// neg(neg(x)), not(not(x)) -> x.
template <typename Op> struct Involution : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().template getDefiningOp<Op>();
    if (!inner)
      return failure();
    rewriter.replaceOp(op, inner.getX());
    return success();
  }
};

/// pow(x, 2) -> x * x: the square of a float of up to 24 bits is exact in
/// double, so both round once.
struct SquareIsMul : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PowOp op,
                                PatternRewriter &rewriter) const override {
    auto exponent = getSplatNumber(op.getB());
    if (exponent != 2.0 || !isa<FloatType>(elementOf(op.getA())) ||
        elementOf(op.getA()).isF64() || op.getA().getType() != op.getType())
      return failure();
    rewriter.replaceOpWithNewOp<MulOp>(op, op.getA(), op.getA());
    return success();
  }
};

/// 1 / x -> reciprocal(x); x / 2^k -> x * 2^-k.
struct DivByPowerOfTwo : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    auto element = dyn_cast<FloatType>(elementOf(op.getA()));
    if (!element)
      return failure();
    if (getSplatNumber(op.getA()) == 1.0 &&
        op.getB().getType() == op.getType()) {
      rewriter.replaceOpWithNewOp<ReciprocalOp>(op, op.getB());
      return success();
    }
    auto divisor = getSplatNumber(op.getB());
    int exponent;
    if (!divisor || std::abs(std::frexp(*divisor, &exponent)) != 0.5 ||
        std::abs(exponent) > 12) // far from f16's smallest normal numbers
      return failure();
    auto type = tensorOf(op.getB());
    Value scalar = op.getB();
    auto value =
        DenseElementsAttr::get(RankedTensorType::get({}, element),
                               rewriter.getFloatAttr(element, 1 / *divisor));
    scalar = ConstantOp::create(rewriter, op.getLoc(), value.getType(), value);
    if (type.getRank())
      scalar =
          BroadcastToOp::create(rewriter, op.getLoc(), type, scalar, Value());
    rewriter.replaceOpWithNewOp<MulOp>(op, op.getA(), scalar);
    return success();
  }
};

struct FoldSelect : OpRewritePattern<SelectOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SelectOp op,
                                PatternRewriter &rewriter) const override {
    if (auto c = getSplatNumber(op.getCond())) {
      replaceBroadcast(rewriter, op, *c != 0 ? op.getA() : op.getB());
      return success();
    }
    if (op.getA() == op.getB() && op.getA().getType() == op.getType()) {
      rewriter.replaceOp(op, op.getA());
      return success();
    }
    if (auto inner = op.getCond().getDefiningOp<NotOp>()) {
      rewriter.replaceOpWithNewOp<SelectOp>(op, inner.getX(), op.getB(),
                                            op.getA());
      return success();
    }
    return failure();
  }
};

/// True when every value of `from` is exactly one of `to`.
bool isLossless(Type from, Type to) {
  if (from == to || from.isInteger(1))
    return true;
  auto intFrom = dyn_cast<IntegerType>(from), intTo = dyn_cast<IntegerType>(to);
  auto floatFrom = dyn_cast<FloatType>(from), floatTo = dyn_cast<FloatType>(to);
  bool isUnsigned = intFrom && intFrom.isUnsigned();
  if (intFrom && intTo) {
    if (isUnsigned == intTo.isUnsigned())
      return intTo.getWidth() >= intFrom.getWidth();
    return isUnsigned && intTo.getWidth() > intFrom.getWidth();
  }
  if (intFrom && floatTo) // f16's range ends at 65504
    return intFrom.getWidth() - !isUnsigned <= floatTo.getFPMantissaWidth();
  return floatFrom && floatTo &&
         floatFrom.getFPMantissaWidth() <= floatTo.getFPMantissaWidth() &&
         !(floatFrom.isBF16() && floatTo.isF16());
}

struct CastOfCast : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<CastOp>();
    if (!inner || !isLossless(elementOf(inner.getX()), inner.getTo()))
      return failure();
    rewriter.replaceOpWithNewOp<CastOp>(op, inner.getX(), op.getTo());
    return success();
  }
};

/// Comparisons of bools with a constant, and of a bool in number's clothing.
struct CompareOfBool : OpRewritePattern<CompareOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CompareOp op,
                                PatternRewriter &rewriter) const override {
    auto c = getSplatNumber(op.getB());
    Value x = op.getA();
    if (auto cast = x.getDefiningOp<CastOp>())
      x = cast.getX();
    if (!c || !elementOf(x).isInteger(1))
      return failure();
    auto holds = [&](double v) {
      switch (op.getPredicate()) {
      case Predicate::eq:
        return v == *c;
      case Predicate::ne:
        return v != *c;
      case Predicate::lt:
        return v < *c;
      case Predicate::le:
        return v <= *c;
      case Predicate::gt:
        return v > *c;
      case Predicate::ge:
        return v >= *c;
      }
      return false;
    };
    bool onFalse = holds(0), onTrue = holds(1);
    if (onFalse == onTrue) {
      auto type = RankedTensorType::get({}, rewriter.getI1Type());
      auto value = DenseElementsAttr::get(type, onTrue);
      Value scalar = ConstantOp::create(rewriter, op.getLoc(), type, value);
      replaceBroadcast(rewriter, op, scalar);
      return success();
    }
    if (!onTrue)
      x = NotOp::create(rewriter, op.getLoc(), x);
    replaceBroadcast(rewriter, op, x);
    return success();
  }
};

/// op(broadcast_to(x), y) -> op(x, y) where y alone gives the result its shape.
struct DropBroadcast : OpInterfaceRewritePattern<ElementwiseOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(ElementwiseOpInterface op,
                                PatternRewriter &rewriter) const override {
    for (OpOperand &operand : op->getOpOperands()) {
      auto broadcast = operand.get().getDefiningOp<BroadcastToOp>();
      if (!broadcast || broadcast.getShape())
        continue;
      std::optional<Dims> dims = dimsOf(broadcast.getX());
      for (OpOperand &other : op->getOpOperands())
        if (&other != &operand && dims)
          dims = broadcastDims(*dims, dimsOf(other.get()));
      auto type = tensorOf(op->getResult(0));
      if (!dims || getTensorType(*dims, type.getElementType()) != type)
        continue;
      rewriter.modifyOpInPlace(op, [&] { operand.set(broadcast.getX()); });
      return success();
    }
    return failure();
  }
};
} // namespace

void sinter::populateElementwiseFolds(RewritePatternSet &patterns) {
  patterns.add<RightIdentity, Absorbing, Idempotent, Involution<NegOp>,
               Involution<NotOp>, SquareIsMul, DivByPowerOfTwo, FoldSelect,
               CastOfCast, CompareOfBool, DropBroadcast>(patterns.getContext());
}
