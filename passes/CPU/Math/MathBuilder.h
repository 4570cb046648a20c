//===- MathBuilder.h - a shorthand for arithmetic on scalars and vectors --===//
//
// The functions of this folder are written once for scalars and for vectors of
// any width: a loop of scalars that LLVM vectorizes and a kernel of vectors
// give the same bits.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_PASSES_CPU_MATH_MATHBUILDER_H
#define SINTER_PASSES_CPU_MATH_MATHBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

namespace sinter {

/// Builds on values of one shape; element types are named where they matter.
class MathBuilder {
public:
  using Value = mlir::Value;

  MathBuilder(mlir::OpBuilder &b, mlir::Location loc, mlir::Type shape)
      : b(b), loc(loc), shape(shape) {}

  /// `element` in the shape of this builder.
  mlir::Type like(mlir::Type element) const {
    auto vector = mlir::dyn_cast<mlir::VectorType>(shape);
    return vector ? vector.clone(element) : element;
  }
  mlir::Type f32() const { return like(b.getF32Type()); }
  mlir::Type f64() const { return like(b.getF64Type()); }
  mlir::Type i32() const { return like(b.getI32Type()); }
  mlir::Type i64() const { return like(b.getI64Type()); }

  Value real(double v) const { return constant(b.getF32FloatAttr(v)); }
  Value wide(double v) const { return constant(b.getF64FloatAttr(v)); }
  Value wideInteger(int64_t v) const {
    return constant(b.getI64IntegerAttr(v));
  }
  Value integer(int32_t v) const { return constant(b.getI32IntegerAttr(v)); }

  Value add(Value x, Value y) const { return make<mlir::arith::AddFOp>(x, y); }
  Value sub(Value x, Value y) const { return make<mlir::arith::SubFOp>(x, y); }
  Value mul(Value x, Value y) const { return make<mlir::arith::MulFOp>(x, y); }
  Value div(Value x, Value y) const { return make<mlir::arith::DivFOp>(x, y); }
  Value neg(Value x) const { return make<mlir::arith::NegFOp>(x); }
  Value fma(Value x, Value y, Value z) const;
  Value roundEven(Value x) const;
  Value abs(Value x) const;
  Value sqrt(Value x) const;
  Value copySign(Value magnitude, Value sign) const;
  /// Coefficients from the highest power down; of the element type of x.
  Value horner(Value x, llvm::ArrayRef<double> coefficients) const;

  Value iadd(Value x, Value y) const { return make<mlir::arith::AddIOp>(x, y); }
  Value isub(Value x, Value y) const { return make<mlir::arith::SubIOp>(x, y); }
  Value shl(Value x, int32_t n) const {
    return make<mlir::arith::ShLIOp>(x, integerLike(x, n));
  }
  Value shr(Value x, int32_t n) const {
    return make<mlir::arith::ShRSIOp>(x, integerLike(x, n));
  }
  /// A float as the integer of its width, and back.
  Value bits(Value x) const {
    return mlir::arith::BitcastOp::create(b, loc, isWide(x) ? i64() : i32(), x);
  }
  Value fromBits(Value x) const {
    return mlir::arith::BitcastOp::create(b, loc, isWide(x) ? f64() : f32(), x);
  }
  /// f32 to f64 and back.
  Value widen(Value x) const {
    return mlir::arith::ExtFOp::create(b, loc, f64(), x);
  }
  Value narrow(Value x) const {
    return mlir::arith::TruncFOp::create(b, loc, f32(), x);
  }

  Value compare(mlir::arith::CmpFPredicate p, Value x, Value y) const {
    return mlir::arith::CmpFOp::create(b, loc, p, x, y);
  }
  Value select(Value condition, Value x, Value y) const {
    return make<mlir::arith::SelectOp>(condition, x, y);
  }
  /// x, or the bound where x is beyond it; NaN stays.
  Value atMost(Value x, double bound) const;
  Value atLeast(Value x, double bound) const;

  template <typename Op, typename... Operands>
  Value make(Operands... operands) const {
    return Op::create(b, loc, operands...);
  }

  /// 1.5 * 2^52: added to an f64 below 2^51 it rounds to an integer, which then
  /// stands in the low bits of the sum.
  static constexpr double roundingShift = 6755399441055744;

  mlir::OpBuilder &b;
  mlir::Location loc;

private:
  static bool isWide(Value x) {
    return mlir::getElementTypeOrSelf(x.getType()).getIntOrFloatBitWidth() ==
           64;
  }
  Value integerLike(Value x, int32_t n) const {
    return isWide(x) ? wideInteger(n) : integer(n);
  }
  Value constant(mlir::TypedAttr attr) const;
  mlir::Type shape;
};

} // namespace sinter
#endif
