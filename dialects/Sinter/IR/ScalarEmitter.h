//===- ScalarEmitter.h - a shorthand to write scalar code -----------------===//
//
// What the scalar functions of elementwise ops are written with. Integers are
// signless; where the sign matters, methods take the tensor's element type.
// f16 and bf16 are widened to f32, computed, and rounded once.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IR_SCALAREMITTER_H
#define SINTER_IR_SCALAREMITTER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace sinter {

enum class Activation : uint32_t;

class ScalarEmitter {
public:
  using Value = mlir::Value;
  using Type = mlir::Type;

  ScalarEmitter(mlir::OpBuilder &b, mlir::Location loc) : b(b), loc(loc) {}

  /// A float or a vector of floats?
  static bool isFloat(Value x);

  /// A constant of a float, a vector of floats, or a signless integer type.
  Value constant(Type type, double value);
  Value constant(Type type, llvm::APInt value);

  template <typename Op, typename... Args> Value make(Args &&...args) {
    return Op::create(b, loc, std::forward<Args>(args)...);
  }
  Value compare(mlir::arith::CmpFPredicate p, Value x, Value y) {
    return make<mlir::arith::CmpFOp>(p, x, y);
  }
  Value compare(mlir::arith::CmpIPredicate p, Value x, Value y) {
    return make<mlir::arith::CmpIOp>(p, x, y);
  }
  Value select(Value c, Value x, Value y) {
    return make<mlir::arith::SelectOp>(c, x, y);
  }
  Value add(Value x, Value y); // floats or integers
  Value sub(Value x, Value y);
  Value mul(Value x, Value y);
  /// Larger or smaller one; NaN wins.
  Value max(Value x, Value y, bool isUnsigned);
  Value min(Value x, Value y, bool isUnsigned);

  /// f16 and bf16 to f32, the rest as it is; and back.
  Value widen(Value x);
  Value narrow(Value x, Type type);

  /// sinter.cast: element types with their sign.
  Value cast(Value x, Type from, Type to);
  /// 1 / (1 + e^-x) for f32 or f64, or vectors of them.
  Value sigmoid(Value x);
  /// sinter.activation of the same types.
  Value activate(Activation kind, Value x);
  /// Integer quotient toward zero; x / 0 is 0, the smallest by -1 wraps.
  Value divide(Value x, Value y, bool isUnsigned);
  /// x^n by squaring, wrapping; a negative n gives what is left of 1 / x^-n.
  Value integerPower(Value x, Value n, bool isUnsigned);

  mlir::OpBuilder &b;
  mlir::Location loc;

private:
  Value floatToFloat(Value x, Type to);
  Value floatToInteger(Value x, Type to, bool isUnsigned);
  Value integerToFloat(Value x, Type to, bool isUnsigned);
  Value roundToOddF32(Value x);
};

/// The type of an element as loops hold it: integers without sign.
mlir::Type getScalarType(mlir::Type element);

} // namespace sinter
#endif
