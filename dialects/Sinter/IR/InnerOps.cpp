//===- InnerOps.cpp - effects of inner tiles ------------------------------===//
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/IR/Builders.h"

#define GET_OP_CLASSES
#include "dialects/Sinter/IR/SinterOps.cpp.inc"

using namespace mlir;
using namespace sinter;

// On memrefs: inputs are read, the destination is written. On tensors: none.
static void
innerEffects(DestinationStyleOpInterface op,
             SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
                 &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand, 0, true,
                           SideEffects::DefaultResource::get());
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand, 0, true,
                           SideEffects::DefaultResource::get());
  }
}

#define SINTER_INNER_EFFECTS(Op)                                               \
  void Op::getEffects(                                                         \
      SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>      \
          &effects) {                                                          \
    innerEffects(cast<DestinationStyleOpInterface>(getOperation()), effects);  \
  }
SINTER_INNER_EFFECTS(InnerMatMulOp)
SINTER_INNER_EFFECTS(InnerNormOp)
SINTER_INNER_EFFECTS(InnerSoftmaxOp)
SINTER_INNER_EFFECTS(InnerAttentionOp)
