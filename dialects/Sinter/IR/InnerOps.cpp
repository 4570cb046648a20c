//===- InnerOps.cpp - effects and verifiers of inner tiles ----------------===//
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/IR/Builders.h"

#define GET_OP_CLASSES
#include "dialects/Sinter/IR/SinterOps.cpp.inc"

using namespace mlir;
using namespace sinter;

// On memrefs: inputs are read, the destination is written, and read where it is
// added to. On tensors: none.
static void
innerEffects(DestinationStyleOpInterface op,
             SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
                 &effects) {
  auto product = dyn_cast<InnerMatMulOp>(op.getOperation());
  bool accumulates = product && product.getAccumulate();
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    bool isInit = op.isDpsInit(&operand);
    if (isInit)
      effects.emplace_back(MemoryEffects::Write::get(), &operand, 0, true,
                           SideEffects::DefaultResource::get());
    if (!isInit || accumulates)
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
SINTER_INNER_EFFECTS(InnerExpertMatMulOp)
SINTER_INNER_EFFECTS(InnerNormOp)
SINTER_INNER_EFFECTS(InnerSoftmaxOp)
SINTER_INNER_EFFECTS(InnerAttentionOp)

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

// True unless both are static and differ.
static bool mayAgree(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

static LogicalResult sizesDisagree(Operation *op) {
  auto diagnostic = op->emitOpError("C1: sizes do not agree:");
  for (Type type : op->getOperandTypes())
    if (isa<ShapedType>(type))
      diagnostic << " " << type;
  return diagnostic;
}

// Rows x [M, K] times panels w [P, ceil(K / I), L * I] to out [M, N], each of
// whose columns is made of `parts` of w's; where these are several, they fill
// the panels.
static LogicalResult verifyPanels(Operation *op, ArrayRef<int64_t> x,
                                  ArrayRef<int64_t> w, ArrayRef<int64_t> out,
                                  int64_t interleave, int64_t parts = 1) {
  if (x.size() != 2 || w.size() != 3 || out.size() != 2 ||
      ShapedType::isDynamic(w[2]) || !mayAgree(x[0], out[0]))
    return sizesDisagree(op);
  bool isDynamic = ShapedType::isDynamic(x[1]) || ShapedType::isDynamic(w[1]);
  if (interleave <= 0 || w[2] % interleave || (interleave > 1 && isDynamic))
    return op->emitOpError("C2: interleave ")
           << interleave << " does not fit " << op->getOperand(0).getType()
           << " and " << op->getOperand(1).getType();
  if (!isDynamic && llvm::divideCeilSigned(x[1], interleave) != w[1])
    return sizesDisagree(op);
  int64_t columns = w[2] / interleave / parts;
  if (w[2] / interleave % parts)
    return sizesDisagree(op);
  if (!ShapedType::isDynamic(w[0]) && !ShapedType::isDynamic(out[1]) &&
      (out[1] > w[0] * columns || out[1] <= (w[0] - 1) * columns ||
       (parts > 1 && out[1] % columns)))
    return sizesDisagree(op);
  return success();
}

int64_t InnerMatMulOp::getPanelColumns() {
  int64_t lanes = shapeOf(getW()).back() / int64_t(getInterleave());
  return getGate() ? lanes / 2 : lanes;
}

LogicalResult InnerMatMulOp::verify() {
  ArrayRef<int64_t> out = shapeOf(getOut());
  if (getGate() && (getBias() || getActivation()))
    return emitOpError("C4: a gate and ")
           << (getBias() ? "a bias" : "an activation");
  if (failed(verifyPanels(*this, shapeOf(getX()), shapeOf(getW()), out,
                          getInterleave(), getGate() ? 2 : 1)))
    return failure();
  if (getBias() && (shapeOf(getBias()).size() != 1 ||
                    !mayAgree(shapeOf(getBias())[0], out[1])))
    return sizesDisagree(*this);
  if (getAccumulate() &&
      (getGate() || !getElementTypeOrSelf(getOut().getType()).isF32()))
    return emitOpError("C5: accumulate of ")
           << (getGate() ? "a gate" : "a type that is not f32");
  if (!isDepthBlock(getDepthBlock(), getInterleave(), shapeOf(getX())[1],
                    getElementTypeOrSelf(getW().getType()),
                    getElementTypeOrSelf(getOut().getType())))
    return emitOpError("C3: depth_block ")
           << getDepthBlock() << " does not fit " << getX().getType() << " and "
           << getW().getType();
  return success();
}

LogicalResult InnerExpertMatMulOp::verify() {
  ArrayRef<int64_t> w = shapeOf(getW()), experts = shapeOf(getExperts());
  if (w.size() != 4 || experts.size() != 1 ||
      !mayAgree(experts[0], shapeOf(getX())[0]) ||
      !cast<ShapedType>(getExperts().getType()).getElementType().isInteger(64))
    return sizesDisagree(*this);
  return verifyPanels(*this, shapeOf(getX()), w.drop_front(), shapeOf(getOut()),
                      getInterleave());
}

LogicalResult InnerNormOp::verify() {
  ArrayRef<int64_t> x = shapeOf(getX()), out = shapeOf(getOut());
  if (x.size() != 2 || out.size() != 2 || ShapedType::isDynamic(x[1]) ||
      !mayAgree(x[0], out[0]) || x[1] != out[1])
    return sizesDisagree(*this);
  for (Value row : {getScale(), getBias()})
    if (row && (shapeOf(row).size() != 1 || !mayAgree(shapeOf(row)[0], x[1])))
      return sizesDisagree(*this);
  return success();
}

LogicalResult InnerSoftmaxOp::verify() {
  ArrayRef<int64_t> x = shapeOf(getX()), out = shapeOf(getOut());
  if (x.size() != 2 || out.size() != 2 || !mayAgree(x[0], out[0]) ||
      !mayAgree(x[1], out[1]))
    return sizesDisagree(*this);
  return success();
}

LogicalResult InnerAttentionOp::verify() {
  ArrayRef<int64_t> q = shapeOf(getQ()), keys = shapeOf(getKeys());
  ArrayRef<int64_t> values = shapeOf(getValues()), out = shapeOf(getOut());
  int64_t interleave = getInterleave();
  bool hasBatch = q.size() == 4;
  if ((q.size() != 3 && !hasBatch) || keys.size() != 4 || values.size() != 3 ||
      out.size() != q.size() || interleave <= 0 ||
      (hasBatch && !mayAgree(q[0], out[0])))
    return sizesDisagree(*this);
  q = q.take_back(3), out = out.take_back(3);
  auto whole = [&](int64_t part) {
    return ShapedType::isDynamic(part) ? part : part * interleave;
  };
  if (!mayAgree(q[0], out[0]) || !mayAgree(q[1], out[1]) ||
      !mayAgree(q[2], whole(keys[2])) || !mayAgree(keys[0], values[0]) ||
      !mayAgree(values[2], whole(out[2])))
    return sizesDisagree(*this);
  int64_t heads = q[1], kvHeads = keys[0], room = whole(values[1]);
  if (ShapedType::isDynamic(keys[3]) || keys[3] <= 0 ||
      keys[3] % (interleave * interleave))
    return emitOpError("C1: interleave ")
           << interleave << " does not fit " << getKeys().getType();
  int64_t lanes = keys[3] / interleave;
  if (!hasBatch && !ShapedType::isDynamic(heads) &&
      !ShapedType::isDynamic(kvHeads) && (kvHeads <= 0 || heads % kvHeads))
    return sizesDisagree(*this);
  if (!ShapedType::isDynamic(keys[1]) && !mayAgree(keys[1] * lanes, room))
    return sizesDisagree(*this);
  for (Value x : {getSlopes(), getSinks()})
    if (x && (shapeOf(x).size() != 1 || !mayAgree(shapeOf(x)[0], heads)))
      return sizesDisagree(*this);
  if (int64_t(getBlock()) <= 0 || int64_t(getBlock()) % lanes)
    return emitOpError("C1: block ") << getBlock() << " is no multiple of the "
                                     << lanes << " positions of a panel";
  if (getMask()) {
    ArrayRef<int64_t> mask = shapeOf(getMask());
    if (mask.size() != 4 ||
        (!ShapedType::isDynamic(mask[3]) && mask[3] % lanes))
      return emitOpError("C2: a mask of ")
             << getMask().getType()
             << " is no [B, H, M, C] in whole vectors of " << lanes;
  }
  if (!hasBatch && !ShapedType::isDynamic(room) && room % int64_t(getBlock()))
    return emitOpError("C1: block ")
           << getBlock() << " does not divide a room of " << room;
  return success();
}
