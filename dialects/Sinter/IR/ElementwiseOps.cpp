//===- ElementwiseOps.cpp - types of elementwise ops ----------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace sinter;

// y has the broadcast shape of all operands and the given element type.
static LogicalResult inferBroadcast(std::optional<Location> loc,
                                    StringRef constraint, ValueRange operands,
                                    Type element,
                                    SmallVectorImpl<Type> &results) {
  Dims dims = dimsOf(operands[0]);
  for (Value operand : operands.drop_front()) {
    auto next = broadcastDims(dims, dimsOf(operand));
    if (!next)
      return inferError(loc, constraint,
                        ": shapes do not broadcast: ", operands[0].getType(),
                        " and ", operand.getType());
    dims = *next;
  }
  results.push_back(getTensorType(dims, element));
  return success();
}

#define SINTER_INFER_UNARY(Op)                                                 \
  LogicalResult Op::inferReturnTypes(MLIRContext *, std::optional<Location>,   \
                                     Adaptor adaptor,                          \
                                     SmallVectorImpl<Type> &results) {         \
    results.push_back(adaptor.getX().getType());                               \
    return success();                                                          \
  }
SINTER_INFER_UNARY(AbsOp)
SINTER_INFER_UNARY(NegOp)
SINTER_INFER_UNARY(SignOp)
SINTER_INFER_UNARY(ExpOp)
SINTER_INFER_UNARY(LogOp)
SINTER_INFER_UNARY(SqrtOp)
SINTER_INFER_UNARY(ReciprocalOp)
SINTER_INFER_UNARY(SinOp)
SINTER_INFER_UNARY(CosOp)
SINTER_INFER_UNARY(TanOp)
SINTER_INFER_UNARY(AsinOp)
SINTER_INFER_UNARY(AcosOp)
SINTER_INFER_UNARY(AtanOp)
SINTER_INFER_UNARY(SinhOp)
SINTER_INFER_UNARY(CoshOp)
SINTER_INFER_UNARY(AsinhOp)
SINTER_INFER_UNARY(AcoshOp)
SINTER_INFER_UNARY(AtanhOp)
SINTER_INFER_UNARY(TanhOp)
SINTER_INFER_UNARY(ErfOp)
SINTER_INFER_UNARY(SigmoidOp)
SINTER_INFER_UNARY(ReluOp)
SINTER_INFER_UNARY(FloorOp)
SINTER_INFER_UNARY(CeilOp)
SINTER_INFER_UNARY(RoundOp)
SINTER_INFER_UNARY(NotOp)
SINTER_INFER_UNARY(ActivationOp)

LogicalResult IsNaNOp::inferReturnTypes(MLIRContext *ctx,
                                        std::optional<Location>,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  results.push_back(
      getTensorType(dimsOf(adaptor.getX()), IntegerType::get(ctx, 1)));
  return success();
}

#define SINTER_INFER_BINARY(Op)                                                \
  LogicalResult Op::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> loc, Adaptor adaptor,             \
      SmallVectorImpl<Type> &results) {                                        \
    if (elementOf(adaptor.getA()) != elementOf(adaptor.getB()))                \
      return inferError(                                                       \
          loc, "C1: element types differ: ", adaptor.getA().getType(),         \
          " and ", adaptor.getB().getType());                                  \
    return inferBroadcast(loc, "C2", adaptor.getOperands(),                    \
                          elementOf(adaptor.getA()), results);                 \
  }
SINTER_INFER_BINARY(AddOp)
SINTER_INFER_BINARY(SubOp)
SINTER_INFER_BINARY(MulOp)
SINTER_INFER_BINARY(DivOp)
SINTER_INFER_BINARY(MinOp)
SINTER_INFER_BINARY(MaxOp)
SINTER_INFER_BINARY(AndOp)
SINTER_INFER_BINARY(OrOp)
SINTER_INFER_BINARY(XorOp)

LogicalResult PowOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      Adaptor adaptor,
                                      SmallVectorImpl<Type> &results) {
  return inferBroadcast(loc, "C1", adaptor.getOperands(),
                        elementOf(adaptor.getA()), results);
}

LogicalResult CompareOp::inferReturnTypes(MLIRContext *ctx,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  Type element = elementOf(adaptor.getA());
  if (element != elementOf(adaptor.getB()))
    return inferError(loc,
                      "C1: element types differ: ", adaptor.getA().getType(),
                      " and ", adaptor.getB().getType());
  auto predicate = adaptor.getPredicate();
  if (element.isInteger(1) && predicate != Predicate::eq &&
      predicate != Predicate::ne)
    return inferError(loc, "C1: bool has no order, only eq and ne");
  return inferBroadcast(loc, "C2", adaptor.getOperands(),
                        IntegerType::get(ctx, 1), results);
}

LogicalResult SelectOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  if (elementOf(adaptor.getA()) != elementOf(adaptor.getB()))
    return inferError(loc,
                      "C1: element types differ: ", adaptor.getA().getType(),
                      " and ", adaptor.getB().getType());
  return inferBroadcast(loc, "C2", adaptor.getOperands(),
                        elementOf(adaptor.getA()), results);
}

LogicalResult CastOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  results.push_back(getTensorType(dimsOf(adaptor.getX()), adaptor.getTo()));
  return success();
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getX().getType() == getType())
    return getX();
  return {};
}

LogicalResult GatedOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  if (elementOf(adaptor.getGate()) != elementOf(adaptor.getUp()))
    return inferError(loc,
                      "C1: element types differ: ", adaptor.getGate().getType(),
                      " and ", adaptor.getUp().getType());
  return inferBroadcast(loc, "C1", adaptor.getOperands(),
                        elementOf(adaptor.getGate()), results);
}
