//===- LowerLoops.cpp - linalg and copies become scf loops ----------------===//
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/CPU/CPU.h"
#include "passes/CPU/CopyLoops.h"

namespace sinter {
#define GEN_PASS_DEF_LOWERLOOPS
#include "passes/CPU/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
// One loop a dimension, in order; elements are copied one by one, which LLVM
// turns into vectors where the innermost dimension is contiguous.
void lowerCopy(RewriterBase &rewriter, memref::CopyOp copy) {
  Location loc = copy.getLoc();
  Value from = copy.getSource(), to = copy.getTarget();
  int64_t rank = cast<MemRefType>(from.getType()).getRank();
  Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  SmallVector<Value> lower(rank, zero), upper, step(rank, one);
  for (int64_t i = 0; i < rank; ++i)
    upper.push_back(memref::DimOp::create(rewriter, loc, from, i));
  scf::buildLoopNest(rewriter, loc, lower, upper, step,
                     [&](OpBuilder &b, Location at, ValueRange index) {
                       Value v = memref::LoadOp::create(b, at, from, index);
                       memref::StoreOp::create(b, at, v, to, index);
                     });
  rewriter.eraseOp(copy);
}

// A loop and those around it, the outermost first.
SmallVector<Operation *> nestOf(scf::ForOp loop) {
  SmallVector<Operation *> nest;
  for (Operation *op = loop; isa<scf::ForOp>(op); op = op->getParentOp())
    nest.push_back(op);
  std::reverse(nest.begin(), nest.end());
  return nest;
}

void vectorize(RewriterBase &rewriter, ArrayRef<Operation *> nest,
               TargetAttr target) {
  if (target && !vectorizePairs(rewriter, nest, target.getLanes()))
    vectorizeTransposed(rewriter, nest, target.getLanes());
}

struct LowerLoops : sinter::impl::LowerLoopsBase<LowerLoops> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    auto target = getOperation()->getAttrOfType<TargetAttr>(targetAttrName);
    // Those that were loops before: a cache's.
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      vectorize(rewriter, nestOf(loop), target);
    SmallVector<Operation *> work;
    getOperation().walk([&](Operation *op) {
      if (isa<linalg::LinalgOp, memref::CopyOp>(op))
        work.push_back(op);
    });
    for (Operation *op : work) {
      rewriter.setInsertionPoint(op);
      if (auto copy = dyn_cast<memref::CopyOp>(op)) {
        lowerCopy(rewriter, copy);
        continue;
      }
      FailureOr<linalg::LinalgLoops> loops =
          linalg::linalgOpToLoops(rewriter, cast<linalg::LinalgOp>(op));
      if (failed(loops)) {
        op->emitOpError("has no form in loops");
        return signalPassFailure();
      }
      rewriter.eraseOp(op);
      vectorize(rewriter, *loops, target);
    }
  }
};
} // namespace
