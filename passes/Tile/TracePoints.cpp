//===- TracePoints.cpp - where each op's work begins, for profiles --------===//
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "passes/Tile/Tile.h"
#include "passes/Tile/Work.h"

namespace sinter {
#define GEN_PASS_DEF_TRACEPOINTS
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// The iteration of the layer loop around an op, or null.
static Value getLayer(Operation *op) {
  Value layer;
  for (auto loop = op->getParentOfType<scf::ForOp>(); loop;
       loop = loop->getParentOfType<scf::ForOp>())
    layer = loop.getInductionVar();
  return layer;
}

static bool isTile(Operation *op) {
  return isa<scf::ForallOp>(op) ||
         (isa<TilingInterface>(op) && isa<DestinationStyleOpInterface>(op));
}

// Is `op` one piece of work? A loop without tiles is: it only stores, or its
// steps depend on each other.
static bool isWhole(Operation *op) {
  if (isTile(op) || op->hasAttr(serialAttrName))
    return true;
  auto stopAtTile = [](Operation *inner) {
    return isTile(inner) ? WalkResult::interrupt() : WalkResult::advance();
  };
  return isa<scf::ForOp>(op) && !op->walk(stopAtTile).wasInterrupted();
}

namespace {
struct TracePoints : sinter::impl::TracePointsBase<TracePoints> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function->hasAttr(entryAttrName))
      return;
    SmallVector<Operation *> ops;
    function.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (!isWhole(op))
        return WalkResult::advance();
      ops.push_back(op);
      return WalkResult::skip();
    });
    for (Operation *op : ops) {
      OpBuilder b(op);
      TracePointOp::create(b, op->getLoc(), getWork(op), getLayer(op));
    }
  }
};
} // namespace
