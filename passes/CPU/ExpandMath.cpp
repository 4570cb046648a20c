//===- ExpandMath.cpp - math functions become arithmetic ------------------===//
//
// Generated code links with nothing, so every function of the math dialect that
// LLVM would turn into a libm call is written out. f32 on scalars and vectors;
// f16 and bf16 are computed in f32 by the passes before.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/CPU/CPU.h"

namespace sinter {
#define GEN_PASS_DEF_EXPANDMATH
#include "passes/CPU/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
// Shorthand for one type of operand.
struct Builder {
  OpBuilder &b;
  Location loc;
  Type type; // f32 or a vector of it

  Value constant(double v) const {
    TypedAttr attr = b.getF32FloatAttr(v);
    if (auto vector = dyn_cast<VectorType>(type))
      attr = DenseElementsAttr::get(vector, Attribute(attr));
    return arith::ConstantOp::create(b, loc, attr);
  }
  Type intType() const {
    Type i32 = b.getI32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      return VectorType::get(vector.getShape(), i32);
    return i32;
  }
  Value integer(int32_t v) const {
    TypedAttr attr = b.getI32IntegerAttr(v);
    if (auto vector = dyn_cast<VectorType>(intType()))
      attr = DenseElementsAttr::get(vector, Attribute(attr));
    return arith::ConstantOp::create(b, loc, attr);
  }
  Value mul(Value x, Value y) const {
    return arith::MulFOp::create(b, loc, x, y);
  }
  Value add(Value x, Value y) const {
    return arith::AddFOp::create(b, loc, x, y);
  }
  Value fma(Value x, Value y, Value z) const {
    return math::FmaOp::create(b, loc, x, y, z);
  }
  Value horner(Value x, ArrayRef<double> coefficients) const {
    Value p = constant(coefficients[0]);
    for (double c : coefficients.drop_front())
      p = fma(p, x, constant(c));
    return p;
  }
};

bool isF32(Type type) { return getElementTypeOrSelf(type).isF32(); }

// sin and cos: x - n pi/2 in three parts (Cody, Waite), exact enough up to
// |x| = 1e5, then Cephes' polynomials on [-pi/4, pi/4]; n decides which one and
// the sign.
template <typename Op, int shift> struct SinCosPattern : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!isF32(op.getType()))
      return failure();
    Builder e{rewriter, op.getLoc(), op.getType()};
    Value x = op.getOperand();
    Value n = math::RoundEvenOp::create(
        rewriter, e.loc, e.mul(x, e.constant(0.636619772367581343)));
    Value minus = arith::NegFOp::create(rewriter, e.loc, n);
    Value r = e.fma(minus, e.constant(1.57079601287841796875), x);
    r = e.fma(minus, e.constant(3.1391647326017846e-7), r);
    r = e.fma(minus, e.constant(5.390302529957764e-15), r);
    Value z = e.mul(r, r);
    Value s =
        e.horner(z, {-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1});
    s = e.fma(e.mul(s, z), r, r);
    Value c = e.horner(
        z, {2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2});
    c = e.fma(e.mul(c, z), z, e.fma(e.constant(-0.5), z, e.constant(1)));
    // Beyond the range of i32 the result has no meaning; keep it defined.
    Value bounded = arith::MinNumFOp::create(
        rewriter, e.loc,
        arith::MaxNumFOp::create(rewriter, e.loc, n, e.constant(-2e9)),
        e.constant(2e9));
    Value quadrant =
        arith::FPToSIOp::create(rewriter, e.loc, e.intType(), bounded);
    quadrant =
        arith::AddIOp::create(rewriter, e.loc, quadrant, e.integer(shift));
    auto bit = [&](int32_t mask) -> Value {
      return arith::CmpIOp::create(
          rewriter, e.loc, arith::CmpIPredicate::ne,
          arith::AndIOp::create(rewriter, e.loc, quadrant, e.integer(mask)),
          e.integer(0));
    };
    Value y = arith::SelectOp::create(rewriter, e.loc, bit(1), c, s);
    Value negated = arith::NegFOp::create(rewriter, e.loc, y);
    y = arith::SelectOp::create(rewriter, e.loc, bit(2), negated, y);
    // NaN and infinity give NaN: x - x is NaN for both.
    Value nan = arith::SubFOp::create(rewriter, e.loc, x, x);
    rewriter.replaceOpWithNewOp<arith::AddFOp>(op, y, nan);
    return success();
  }
};

// f16, bf16: compute in f32 and round once.
template <typename Op> struct ThroughF32 : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    Type element = getElementTypeOrSelf(op.getType());
    if (!element.isF16() && !element.isBF16())
      return failure();
    Type wide = rewriter.getF32Type();
    if (auto vector = dyn_cast<VectorType>(op.getType()))
      wide = VectorType::get(vector.getShape(), wide);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(
          arith::ExtFOp::create(rewriter, op.getLoc(), wide, operand));
    Value y = Op::create(rewriter, op.getLoc(), TypeRange{wide},
                         ValueRange(operands));
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), y);
    return success();
  }
};

// Through f32, as onnxruntime and ml_dtypes round f64 to bf16.
struct DoubleToBFloat16 : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getIn().getType()).isF64() ||
        !getElementTypeOrSelf(op.getType()).isBF16())
      return failure();
    Type single = rewriter.getF32Type();
    if (auto vector = dyn_cast<VectorType>(op.getType()))
      single = VectorType::get(vector.getShape(), single);
    Value x =
        arith::TruncFOp::create(rewriter, op.getLoc(), single, op.getIn());
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), x);
    return success();
  }
};

struct ExpandMath : sinter::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinCosPattern<math::SinOp, 0>, SinCosPattern<math::CosOp, 1>>(
        &getContext(), /*benefit=*/10);
    patterns.add<ThroughF32<math::ExpOp>, ThroughF32<math::LogOp>,
                 ThroughF32<math::TanhOp>, ThroughF32<math::ErfOp>,
                 ThroughF32<math::SinOp>, ThroughF32<math::CosOp>,
                 ThroughF32<math::PowFOp>>(&getContext(), /*benefit=*/10);
    math::populateExpansionPatterns(patterns, {"powf", "exp2", "fpowi"});
    populateMathPolynomialApproximationPatterns(patterns);
    arith::populateCeilFloorDivExpandOpsPatterns(patterns);
    patterns.add<DoubleToBFloat16>(&getContext());
    arith::populateExpandBFloat16Patterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation().walk([&](Operation *op) {
      if (isa<math::ExpOp, math::LogOp, math::TanhOp, math::ErfOp, math::SinOp,
              math::CosOp, math::PowFOp, math::Exp2Op, math::AtanOp,
              math::Log1pOp, math::ExpM1Op>(op)) {
        op->emitError("no native code for ")
            << op->getName().getStringRef().drop_front(5) << " of "
            << getElementTypeOrSelf(op->getResult(0).getType())
            << "; use f32 for this node";
        signalPassFailure();
      }
    });
  }
};
} // namespace
