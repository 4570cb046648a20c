//===- Simplify.cpp - the level-1 pipeline to its fixpoint ----------------===//
#include "passes/Simplify/Simplify.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace sinter {
#define GEN_PASS_DEF_SIMPLIFY
#include "passes/Simplify/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// Each round resolves at least one op more; nested shape arithmetic of known
// exporters needs 2 to 4 rounds. The bound only guards against a pair of
// rewrites that undo each other.
static constexpr unsigned maxRounds = 32;

static FrozenRewritePatternSet getPatterns(MLIRContext *ctx) {
  RewritePatternSet patterns(ctx);
  for (Dialect *dialect : ctx->getLoadedDialects())
    dialect->getCanonicalizationPatterns(patterns);
  for (RegisteredOperationName op : ctx->getRegisteredOperations())
    op.getCanonicalizationPatterns(patterns, ctx);
  populateSinkUnitDims(patterns);
  populateSinkTransposes(patterns);
  populateShiftRanges(patterns);
  populateSinkSelects(patterns);
  populateSplitMerged(patterns);
  return std::move(patterns);
}

LogicalResult sinter::simplify(func::FuncOp func) {
  FrozenRewritePatternSet patterns = getPatterns(func.getContext());
  IRRewriter rewriter(func.getContext());
  for (unsigned round = 0; round < maxRounds; ++round) {
    bool changed = false;
    if (failed(resolveShapes(func, changed)))
      return failure();
    foldConstants(func, changed);
    bool rewritten = false, joined = false;
    if (failed(applyPatternsGreedily(func, patterns, GreedyRewriteConfig(),
                                     &rewritten)))
      return func.emitError("sinter-simplify: rewrites do not come to an end");
    DominanceInfo dominance(func);
    eliminateCommonSubExpressions(rewriter, dominance, func, &joined);
    if (!changed && !rewritten && !joined)
      return success();
  }
  return func.emitError("sinter-simplify: no fixpoint after ")
         << maxRounds << " rounds";
}

namespace {
struct SimplifyPass : sinter::impl::SimplifyBase<SimplifyPass> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (failed(simplify(func)))
        return signalPassFailure();
  }
};
} // namespace
