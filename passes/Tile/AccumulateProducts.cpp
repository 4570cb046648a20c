//===- AccumulateProducts.cpp - a product is added where its sums end -----===//
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "passes/Tile/Tile.h"

namespace sinter {
#define GEN_PASS_DEF_ACCUMULATEPRODUCTS
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// The product of a loop that adds it to its destination and does no more.
static InnerMatMulOp findProduct(linalg::GenericOp op) {
  if (!mapsElements(op))
    return {};
  auto product = op.getInputs()[0].getDefiningOp<InnerMatMulOp>();
  Value destination = op.getOutputs()[0];
  if (!product || product.getGate() || product.getAccumulate() ||
      !product->hasOneUse() || product->getBlock() != op->getBlock() ||
      llvm::is_contained(
          llvm::map_range(product.getDpsInputs(), getViewSource),
          getViewSource(destination)) || // shares read what others write

      product.getResult(0).getType() != destination.getType() ||
      !getElementTypeOrSelf(destination).isF32())
    return {};
  Block *body = op.getBody();
  auto sum = dyn_cast<arith::AddFOp>(body->front());
  auto isArgument = [&](Value v, unsigned i) {
    return v == body->getArgument(i);
  };
  if (!sum || sum->getNextNode() != body->getTerminator() ||
      body->getTerminator()->getOperand(0) != sum ||
      !((isArgument(sum.getLhs(), 0) && isArgument(sum.getRhs(), 1)) ||
        (isArgument(sum.getLhs(), 1) && isArgument(sum.getRhs(), 0))))
    return {};
  return product;
}

namespace {
struct AccumulateProductsPass
    : sinter::impl::AccumulateProductsBase<AccumulateProductsPass> {
  void runOnOperation() override {
    SmallVector<std::pair<linalg::GenericOp, InnerMatMulOp>> sums;
    getOperation().walk([&](linalg::GenericOp op) {
      if (InnerMatMulOp product = findProduct(op))
        sums.push_back({op, product});
    });
    for (auto [op, product] : sums) {
      // What it is added to may come after it.
      product->moveBefore(op);
      product.getOutMutable().assign(op.getOutputs()[0]);
      product.setAccumulate(true);
      op.getResult(0).replaceAllUsesWith(product.getResult(0));
      op.erase();
    }
  }
};
} // namespace
