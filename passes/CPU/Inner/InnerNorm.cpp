//===- InnerNorm.cpp - rms norm and layer norm of rows --------------------===//
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/CPU/Inner/Emitter.h"
#include "passes/CPU/Inner/Inner.h"

using namespace mlir;
using namespace sinter;

namespace {
struct InnerNormPattern : OpRewritePattern<InnerNormOp> {
  InnerNormPattern(MLIRContext *ctx, TargetAttr target)
      : OpRewritePattern(ctx, /*benefit=*/2), target(target) {}

  LogicalResult matchAndRewrite(InnerNormOp op,
                                PatternRewriter &rewriter) const override;
  TargetAttr target;
};

// Sums f over a row: four vectors of partial sums, folded in a fixed tree, then
// the scalar rest in order. `f` maps a value (vector or scalar) to what is
// summed.
Value sumRow(Emitter &e, Value x, Value m, int64_t columns,
             llvm::function_ref<Value(Value, bool vector)> f) {
  int64_t wide = columns / (4 * e.lanes) * (4 * e.lanes);
  int64_t narrow = columns / e.lanes * e.lanes;
  Emitter::Values acc(4, e.splat(0));
  acc = e.loop(e.index(0), e.index(wide), 4 * e.lanes, acc,
               [&](Value c, Emitter::Values acc) {
                 for (int64_t i = 0; i < 4; ++i)
                   acc[i] =
                       e.add(acc[i],
                             f(e.vload(x, {m, e.iadd(c, i * e.lanes)}), true));
                 return acc;
               });
  acc[0] =
      e.loop(e.index(wide), e.index(narrow), e.lanes, {acc[0]},
             [&](Value c, Emitter::Values s) {
               return Emitter::Values{e.add(s[0], f(e.vload(x, {m, c}), true))};
             })[0];
  Value vectors = e.add(e.add(acc[0], acc[1]), e.add(acc[2], acc[3]));
  Value total =
      e.reduce(vectors, [&](Value a, Value b) { return e.add(a, b); });
  return e.loop(e.index(narrow), e.index(columns), 1, {total},
                [&](Value c, Emitter::Values s) {
                  return Emitter::Values{
                      e.add(s[0], f(e.load(x, {m, c}), false))};
                })[0];
}
} // namespace

LogicalResult
InnerNormPattern::matchAndRewrite(InnerNormOp op,
                                  PatternRewriter &rewriter) const {
  Value x = op.getX(), scale = op.getScale(), bias = op.getBias();
  Value out = op.getOut();
  auto type = dyn_cast<MemRefType>(x.getType());
  if (!isRowContiguousF32(x) || !isRowContiguousF32(scale) ||
      !isRowContiguous(out) || (bias && !isRowContiguousF32(bias)) ||
      type.getRank() != 2 || type.isDynamicDim(1))
    return failure();
  Emitter e(rewriter, op.getLoc(), target.getLanes());
  int64_t columns = type.getDimSize(1);
  Value count = e.f32(columns),
        epsilon = e.f32(op.getEpsilon().convertToDouble());

  e.loop(e.index(0), e.dim(x, 0), 1, [&](Value m) {
    Value mean, meanVector;
    if (op.getCentered()) {
      mean = e.div(sumRow(e, x, m, columns, [](Value v, bool) { return v; }),
                   count);
      meanVector = e.broadcast(mean);
    }
    auto center = [&](Value v, bool vector) {
      return mean ? e.sub(v, vector ? meanVector : mean) : v;
    };
    Value squares = sumRow(e, x, m, columns, [&](Value v, bool vector) {
      Value d = center(v, vector);
      return e.mul(d, d);
    });
    Value deviation = math::SqrtOp::create(
        rewriter, e.loc, e.add(e.div(squares, count), epsilon));
    Value factor = e.div(e.f32(1), deviation);
    Value factorVector = e.broadcast(factor);
    auto finish = [&](Value v, Value s, Value shift, bool vector) {
      Value y =
          e.mul(e.mul(center(v, vector), vector ? factorVector : factor), s);
      return shift ? e.add(y, shift) : y;
    };
    int64_t narrow = columns / e.lanes * e.lanes;
    e.loop(e.index(0), e.index(narrow), e.lanes, [&](Value c) {
      e.vstore(finish(e.vload(x, {m, c}), e.vload(scale, c),
                      bias ? e.vload(bias, c) : Value(), true),
               out, {m, c});
    });
    e.loop(e.index(narrow), e.index(columns), 1, [&](Value c) {
      e.store(finish(e.load(x, {m, c}), e.load(scale, c),
                     bias ? e.load(bias, c) : Value(), false),
              out, {m, c});
    });
  });
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerNormPatterns(RewritePatternSet &patterns,
                                       TargetAttr target) {
  patterns.add<InnerNormPattern>(patterns.getContext(), target);
}
