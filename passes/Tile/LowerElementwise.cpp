//===- LowerElementwise.cpp - elementwise ops as loops --------------------===//
#include "mlir/IR/Matchers.h"
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

// The scalar that all elements of `value` are, when it is known without a load.
static Value getUniformScalar(Lowering &l, Location loc, Value value) {
  DenseElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)) && constant.isSplat())
    return arith::ConstantOp::create(
        l.b, loc, cast<TypedAttr>(constant.getSplatValue<Attribute>()));
  auto elements = value.getDefiningOp<tensor::FromElementsOp>();
  if (elements && elements.getElements().size() == 1)
    return elements.getElements().front();
  return Value();
}

LogicalResult sinter::lowerElementwise(Lowering &l, Operation *op) {
  auto elementwise = cast<ElementwiseOpInterface>(op);
  Location loc = op->getLoc();
  auto resultType = cast<RankedTensorType>(op->getResult(0).getType());
  Dims dims = getDims(resultType);
  SmallVector<Lowering::Input> inputs;
  SmallVector<Value> uniform; // per operand: a scalar instead of an input
  for (Value operand : op->getOperands()) {
    Value value = l.get(operand);
    uniform.push_back(getUniformScalar(l, loc, value));
    if (!uniform.back())
      inputs.push_back(l.aligned(value, dimsOf(operand), dims, loc));
  }
  Value y = l.parallel(loc, dims, resultType.getElementType(), inputs,
                       [&](ScalarEmitter &e, ValueRange args) -> Value {
                         SmallVector<Value> scalars;
                         unsigned next = 0;
                         for (auto [operand, scalar] :
                              llvm::zip_equal(op->getOperands(), uniform)) {
                           Value x = scalar ? scalar : args[next++];
                           if (elementOf(operand).isInteger(1))
                             x = e.compare(arith::CmpIPredicate::ne, x,
                                           e.constant(x.getType(), 0.0));
                           scalars.push_back(x);
                         }
                         Value y = elementwise.emitScalar(e.b, loc, scalars);
                         return y.getType().isInteger(1)
                                    ? e.make<arith::ExtUIOp>(e.b.getI8Type(), y)
                                    : y;
                       });
  l.set(op->getResult(0), y);
  return success();
}
