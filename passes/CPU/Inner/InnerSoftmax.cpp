//===- InnerSoftmax.cpp - softmax of rows ---------------------------------===//
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/CPU/Inner/Emitter.h"
#include "passes/CPU/Inner/Inner.h"

using namespace mlir;
using namespace sinter;

namespace {
struct InnerSoftmaxPattern : OpRewritePattern<InnerSoftmaxOp> {
  InnerSoftmaxPattern(MLIRContext *ctx, TargetAttr target)
      : OpRewritePattern(ctx, /*benefit=*/2), target(target) {}

  LogicalResult matchAndRewrite(InnerSoftmaxOp op,
                                PatternRewriter &rewriter) const override;
  TargetAttr target;
};
} // namespace

LogicalResult
InnerSoftmaxPattern::matchAndRewrite(InnerSoftmaxOp op,
                                     PatternRewriter &rewriter) const {
  Value x = op.getX(), out = op.getOut();
  if (!isRowContiguousF32(x) || !isRowContiguousF32(out))
    return failure();
  Emitter e(rewriter, op.getLoc(), target.getLanes());
  double infinity = std::numeric_limits<double>::infinity();
  Value columns = e.dim(x, 1);
  Value narrow = e.imul(e.idiv(columns, e.index(e.lanes)), e.index(e.lanes));

  e.loop(e.index(0), e.dim(x, 0), 1, [&](Value m) {
    Value top =
        e.loop(e.index(0), narrow, e.lanes, {e.splat(-infinity)},
               [&](Value c, Emitter::Values s) {
                 return Emitter::Values{e.max(s[0], e.vload(x, {m, c}))};
               })[0];
    top = e.reduce(top, [&](Value a, Value b) { return e.max(a, b); });
    top = e.loop(narrow, columns, 1, {top}, [&](Value c, Emitter::Values s) {
      return Emitter::Values{e.max(s[0], e.load(x, {m, c}))};
    })[0];
    Value topVector = e.broadcast(top);
    // The exponentials go to out; a log softmax only needs their sum.
    bool log = op.getLog();
    Value sum = e.loop(e.index(0), narrow, e.lanes, {e.splat(0)},
                       [&](Value c, Emitter::Values s) {
                         Value y = e.exp(e.sub(e.vload(x, {m, c}), topVector));
                         if (!log)
                           e.vstore(y, out, {m, c});
                         return Emitter::Values{e.add(s[0], y)};
                       })[0];
    sum = e.reduce(sum, [&](Value a, Value b) { return e.add(a, b); });
    sum = e.loop(narrow, columns, 1, {sum}, [&](Value c, Emitter::Values s) {
      Value y = e.exp(e.sub(e.load(x, {m, c}), top));
      if (!log)
        e.store(y, out, {m, c});
      return Emitter::Values{e.add(s[0], y)};
    })[0];
    Value last = log ? Value(math::LogOp::create(rewriter, e.loc, sum)) : sum;
    Value lastVector = e.broadcast(last);
    auto finish = [&](Value v, Value t, Value l) {
      return log ? e.sub(e.sub(v, t), l) : e.div(v, l);
    };
    Value from = log ? x : out;
    e.loop(e.index(0), narrow, e.lanes, [&](Value c) {
      e.vstore(finish(e.vload(from, {m, c}), topVector, lastVector), out,
               {m, c});
    });
    e.loop(narrow, columns, 1, [&](Value c) {
      e.store(finish(e.load(from, {m, c}), top, last), out, {m, c});
    });
  });
  rewriter.eraseOp(op);
  return success();
}

void sinter::populateInnerSoftmaxPatterns(RewritePatternSet &patterns,
                                          TargetAttr target) {
  patterns.add<InnerSoftmaxPattern>(patterns.getContext(), target);
}
