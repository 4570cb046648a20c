//===- OwnFills.cpp - each op writes over a fill of its own ---------------===//
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Tile/Tile.h"

namespace sinter {
#define GEN_PASS_DEF_OWNFILLS
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static Value makeBefore(Operation *before, Operation *op) {
  return OpBuilder(before).clone(*op)->getResult(0);
}

namespace {
struct OwnFillsPass : sinter::impl::OwnFillsBase<OwnFillsPass> {
  void runOnOperation() override {
    SmallVector<linalg::FillOp> fills;
    getOperation().walk([&](linalg::FillOp fill) {
      if (!fill->use_empty() && !fill->hasOneUse())
        fills.push_back(fill);
    });
    for (linalg::FillOp fill : fills) {
      Value value = fill.getResult(0);
      for (OpOperand &use : llvm::make_early_inc_range(value.getUses())) {
        auto writer = dyn_cast<DestinationStyleOpInterface>(use.getOwner());
        if (!writer || !writer.isDpsInit(&use) || value.hasOneUse())
          continue;
        OpBuilder b(writer);
        Operation *own = b.clone(*fill);
        if (auto empty = fill.getOutputs()[0].getDefiningOp<tensor::EmptyOp>())
          own->setOperand(1, makeBefore(own, empty));
        use.set(own->getResult(0));
      }
    }
  }
};
} // namespace
