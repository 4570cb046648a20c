//===- CarryInPlace.cpp - loops write over what they carry ----------------===//
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Bufferize/Bufferize.h"

namespace sinter {
#define GEN_PASS_DEF_CARRYINPLACE
#include "passes/Bufferize/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// The tensor whose memory `value` has when everything is done in place.
static Value getDestination(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    auto result = cast<OpResult>(value);
    if (auto destination = dyn_cast<DestinationStyleOpInterface>(op))
      value = destination.getTiedOpOperand(result)->get();
    else if (auto forall = dyn_cast<scf::ForallOp>(op))
      value = forall.getTiedOpOperand(result)->get();
    else if (auto loop = dyn_cast<scf::ForOp>(op))
      value = loop.getInitArgs()[result.getResultNumber()];
    else if (isa<tensor::CastOp, tensor::ExpandShapeOp,
                 tensor::CollapseShapeOp>(op))
      value = op->getOperand(0);
    else
      break;
  }
  return value;
}

namespace {
struct CarryInPlace : sinter::impl::CarryInPlaceBase<CarryInPlace> {
  void runOnOperation() override {
    getOperation().walk([&](scf::ForOp loop) {
      auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
      OpBuilder b(yield);
      for (OpOperand &operand : yield->getOpOperands()) {
        Value carried = loop.getRegionIterArg(operand.getOperandNumber());
        if (!isa<RankedTensorType>(carried.getType()) ||
            getDestination(operand.get()) == carried)
          continue;
        auto copy =
            linalg::CopyOp::create(b, loop.getLoc(), operand.get(), carried);
        operand.set(copy.getResult(0));
      }
    });
  }
};
} // namespace
