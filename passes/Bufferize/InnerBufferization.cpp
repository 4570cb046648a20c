//===- InnerBufferization.cpp - inner ops on tensors become memref ops ----===//
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "passes/Bufferize/Bufferize.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace sinter;

namespace {
// All of them write every element of `out` and read nothing of it, but for a
// product that is added to it, and attention, whose tiles write their own pairs
// only: what others wrote must stay, as if it were read.
template <typename OpTy>
struct InnerModel
    : DstBufferizableOpInterfaceExternalModel<InnerModel<OpTy>, OpTy> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    auto product = dyn_cast<InnerMatMulOp>(op);
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand) ||
           isa<InnerAttentionOp>(op) || (product && product.getAccumulate());
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    SmallVector<Value> operands;
    Value out;
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      if (isa<TensorType>(value.getType())) {
        auto buffer = getBuffer(rewriter, value, options, state);
        if (failed(buffer))
          return failure();
        value = *buffer;
      }
      operands.push_back(value);
      if (cast<DestinationStyleOpInterface>(op).isDpsInit(&operand))
        out = value;
    }
    rewriter.setInsertionPoint(op);
    OperationState created(op->getLoc(), op->getName(), operands, TypeRange(),
                           op->getAttrs());
    created.propertiesAttr = op->getPropertiesAsAttribute();
    rewriter.create(created);
    replaceOpWithBufferizedValues(rewriter, op, out);
    return success();
  }
};
} // namespace

void sinter::registerBufferizeInterfaces(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *ctx, SinterDialect *) {
    InnerMatMulOp::attachInterface<InnerModel<InnerMatMulOp>>(*ctx);
    InnerExpertMatMulOp::attachInterface<InnerModel<InnerExpertMatMulOp>>(*ctx);
    InnerNormOp::attachInterface<InnerModel<InnerNormOp>>(*ctx);
    InnerSoftmaxOp::attachInterface<InnerModel<InnerSoftmaxOp>>(*ctx);
    InnerAttentionOp::attachInterface<InnerModel<InnerAttentionOp>>(*ctx);
  });
}
