//===- ExpandMath.cpp - math functions become arithmetic ------------------===//
//
// Generated code links with nothing, so every function of the math dialect that
// LLVM would turn into a libm call is written out: the common ones of f32 by
// Math/, rarer ones by MLIR's approximations, f16 and bf16 through f32.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/CPU/CPU.h"
#include "passes/CPU/Math/Functions.h"

namespace sinter {
#define GEN_PASS_DEF_EXPANDMATH
#include "passes/CPU/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
using Build = Value (*)(const MathBuilder &, Value);

template <typename Op> struct FunctionPattern : OpRewritePattern<Op> {
  FunctionPattern(MLIRContext *ctx, Build build)
      : OpRewritePattern<Op>(ctx, /*benefit=*/10), build(build) {}

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return failure();
    MathBuilder m(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, build(m, op.getOperand()));
    return success();
  }
  Build build;
};

// Native vectors of AVX-512, which kernels are made of.
struct WideExpPattern : OpRewritePattern<math::ExpOp> {
  WideExpPattern(MLIRContext *ctx)
      : OpRewritePattern<math::ExpOp>(ctx, /*benefit=*/11) {}

  LogicalResult matchAndRewrite(math::ExpOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getType() != VectorType::get({16}, rewriter.getF32Type()))
      return failure();
    MathBuilder m(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, buildExpWithScale(m, op.getOperand()));
    return success();
  }
};

// 1 + erf x of f32.
struct OnePlusErfPattern : OpRewritePattern<math::ErfOp> {
  OnePlusErfPattern(MLIRContext *ctx)
      : OpRewritePattern<math::ErfOp>(ctx, /*benefit=*/11) {}

  LogicalResult matchAndRewrite(math::ErfOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32() || !op->hasOneUse())
      return failure();
    auto sum = dyn_cast<arith::AddFOp>(*op->user_begin());
    if (!sum || !(matchPattern(sum.getLhs(), m_OneFloat()) ||
                  matchPattern(sum.getRhs(), m_OneFloat())))
      return failure();
    MathBuilder m(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(sum, buildOnePlusErf(m, op.getOperand()));
    rewriter.eraseOp(op);
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

template <typename Op>
void addFunction(RewritePatternSet &patterns, Build build) {
  patterns.add<FunctionPattern<Op>>(patterns.getContext(), build);
  patterns.add<ThroughF32<Op>>(patterns.getContext(), /*benefit=*/10);
}

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
    addFunction<math::ExpOp>(patterns, buildExp);
    auto target = getOperation()->getAttrOfType<TargetAttr>(targetAttrName);
    if (target && target.getLanes() == 16)
      patterns.add<WideExpPattern>(&getContext());
    addFunction<math::LogOp>(patterns, buildLog);
    addFunction<math::TanhOp>(patterns, buildTanh);
    addFunction<math::ErfOp>(patterns, buildErf);
    patterns.add<OnePlusErfPattern>(&getContext());
    addFunction<math::SinOp>(patterns, buildSin);
    addFunction<math::CosOp>(patterns, buildCos);
    addFunction<math::TanOp>(patterns, buildTan);
    addFunction<math::AsinOp>(patterns, buildAsin);
    addFunction<math::AcosOp>(patterns, buildAcos);
    addFunction<math::AtanOp>(patterns, buildAtan);
    addFunction<math::SinhOp>(patterns, buildSinh);
    addFunction<math::CoshOp>(patterns, buildCosh);
    addFunction<math::AsinhOp>(patterns, buildAsinh);
    addFunction<math::AcoshOp>(patterns, buildAcosh);
    addFunction<math::AtanhOp>(patterns, buildAtanh);
    patterns.add<ThroughF32<math::PowFOp>>(&getContext(), /*benefit=*/10);
    math::populateExpansionPatterns(patterns, {"powf", "exp2", "fpowi"});
    populateMathPolynomialApproximationPatterns(patterns);
    arith::populateCeilFloorDivExpandOpsPatterns(patterns);
    patterns.add<DoubleToBFloat16>(&getContext());
    arith::populateExpandBFloat16Patterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation().walk([&](Operation *op) {
      if (isa<math::ExpOp, math::LogOp, math::TanhOp, math::ErfOp, math::SinOp,
              math::CosOp, math::TanOp, math::AsinOp, math::AcosOp,
              math::AtanOp, math::SinhOp, math::CoshOp, math::AsinhOp,
              math::AcoshOp, math::AtanhOp, math::PowFOp, math::Exp2Op,
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
