//===- ElementwiseScalars.cpp - the scalar function of elementwise ops ----===//
//
// arith and math ops; passes/CPU expands what would become a call of libm.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/ScalarEmitter.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sinter;

using FPredicate = arith::CmpFPredicate;
using IPredicate = arith::CmpIPredicate;
using E = ScalarEmitter;

// Runs `function` on arguments widened to f32 where they are f16 or bf16.
static Value widened(OpBuilder &b, Location loc, ValueRange args,
                     llvm::function_ref<Value(E &, ArrayRef<Value>)> function) {
  E e(b, loc);
  SmallVector<Value> wide;
  for (Value arg : args)
    wide.push_back(isa<FloatType>(arg.getType()) ? e.widen(arg) : arg);
  Value y = function(e, wide);
  return isa<FloatType>(y.getType()) ? e.narrow(y, args[0].getType()) : y;
}

static bool isUnsigned(Value tensor) {
  return elementOf(tensor).isUnsignedInteger();
}

#define SINTER_SCALAR(Op)                                                      \
  Value Op::emitScalar(OpBuilder &b, Location loc, ValueRange args)

// An op whose scalar function is one math op on floats.
#define SINTER_MATH_SCALAR(Op, MathOp)                                         \
  SINTER_SCALAR(Op) {                                                          \
    return widened(b, loc, args, [](E &e, ArrayRef<Value> x) {                 \
      return e.make<MathOp>(x[0]);                                             \
    });                                                                        \
  }
SINTER_MATH_SCALAR(ExpOp, math::ExpOp)
SINTER_MATH_SCALAR(LogOp, math::LogOp)
SINTER_MATH_SCALAR(SqrtOp, math::SqrtOp)
SINTER_MATH_SCALAR(SinOp, math::SinOp)
SINTER_MATH_SCALAR(CosOp, math::CosOp)
SINTER_MATH_SCALAR(TanOp, math::TanOp)
SINTER_MATH_SCALAR(AsinOp, math::AsinOp)
SINTER_MATH_SCALAR(AcosOp, math::AcosOp)
SINTER_MATH_SCALAR(AtanOp, math::AtanOp)
SINTER_MATH_SCALAR(SinhOp, math::SinhOp)
SINTER_MATH_SCALAR(CoshOp, math::CoshOp)
SINTER_MATH_SCALAR(AsinhOp, math::AsinhOp)
SINTER_MATH_SCALAR(AcoshOp, math::AcoshOp)
SINTER_MATH_SCALAR(AtanhOp, math::AtanhOp)
SINTER_MATH_SCALAR(TanhOp, math::TanhOp)
SINTER_MATH_SCALAR(ErfOp, math::ErfOp)
SINTER_MATH_SCALAR(FloorOp, math::FloorOp)
SINTER_MATH_SCALAR(CeilOp, math::CeilOp)
SINTER_MATH_SCALAR(RoundOp, math::RoundEvenOp)

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

SINTER_SCALAR(AbsOp) {
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) -> Value {
    if (E::isFloat(x[0]))
      return e.make<math::AbsFOp>(x[0]);
    if (isUnsigned(getX()))
      return x[0];
    Value zero = e.constant(x[0].getType(), 0.0);
    Value negative = e.compare(IPredicate::slt, x[0], zero);
    return e.select(negative, e.sub(zero, x[0]), x[0]);
  });
}

SINTER_SCALAR(NegOp) {
  return widened(b, loc, args, [](E &e, ArrayRef<Value> x) -> Value {
    if (E::isFloat(x[0]))
      return e.make<arith::NegFOp>(x[0]);
    return e.sub(e.constant(x[0].getType(), 0.0), x[0]);
  });
}

SINTER_SCALAR(SignOp) {
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) -> Value {
    Type type = x[0].getType();
    Value zero = e.constant(type, 0.0), one = e.constant(type, 1.0);
    if (E::isFloat(x[0])) { // 0 and NaN stay
      Value minus = e.constant(type, -1.0);
      Value below =
          e.select(e.compare(FPredicate::OLT, x[0], zero), minus, x[0]);
      return e.select(e.compare(FPredicate::OGT, x[0], zero), one, below);
    }
    if (isUnsigned(getX()))
      return e.select(e.compare(IPredicate::ne, x[0], zero), one, zero);
    Value minus = e.constant(type, -1.0);
    Value below = e.select(e.compare(IPredicate::slt, x[0], zero), minus, zero);
    return e.select(e.compare(IPredicate::sgt, x[0], zero), one, below);
  });
}

SINTER_SCALAR(ReciprocalOp) {
  return widened(b, loc, args, [](E &e, ArrayRef<Value> x) -> Value {
    return e.make<arith::DivFOp>(e.constant(x[0].getType(), 1.0), x[0]);
  });
}

SINTER_SCALAR(SigmoidOp) {
  return widened(b, loc, args,
                 [](E &e, ArrayRef<Value> x) { return e.sigmoid(x[0]); });
}

SINTER_SCALAR(ReluOp) {
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) -> Value {
    if (isUnsigned(getX()))
      return x[0];
    return e.max(x[0], e.constant(x[0].getType(), 0.0), false);
  });
}

SINTER_SCALAR(NotOp) {
  E e(b, loc);
  return e.make<arith::XOrIOp>(args[0], e.constant(args[0].getType(), -1.0));
}

SINTER_SCALAR(IsNaNOp) {
  return widened(b, loc, args, [](E &e, ArrayRef<Value> x) {
    return e.compare(FPredicate::UNO, x[0], x[0]);
  });
}

SINTER_SCALAR(CastOp) {
  return E(b, loc).cast(args[0], elementOf(getX()), getTo());
}

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

SINTER_SCALAR(AddOp) {
  return widened(b, loc, args,
                 [](E &e, ArrayRef<Value> x) { return e.add(x[0], x[1]); });
}

SINTER_SCALAR(SubOp) {
  return widened(b, loc, args,
                 [](E &e, ArrayRef<Value> x) { return e.sub(x[0], x[1]); });
}

SINTER_SCALAR(MulOp) {
  return widened(b, loc, args,
                 [](E &e, ArrayRef<Value> x) { return e.mul(x[0], x[1]); });
}

SINTER_SCALAR(DivOp) {
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) -> Value {
    if (E::isFloat(x[0]))
      return e.make<arith::DivFOp>(x[0], x[1]);
    return e.divide(x[0], x[1], isUnsigned(getA()));
  });
}

SINTER_SCALAR(MinOp) {
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) {
    return e.min(x[0], x[1], isUnsigned(getA()));
  });
}

SINTER_SCALAR(MaxOp) {
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) {
    return e.max(x[0], x[1], isUnsigned(getA()));
  });
}

SINTER_SCALAR(AndOp) { return E(b, loc).make<arith::AndIOp>(args[0], args[1]); }
SINTER_SCALAR(OrOp) { return E(b, loc).make<arith::OrIOp>(args[0], args[1]); }
SINTER_SCALAR(XorOp) { return E(b, loc).make<arith::XOrIOp>(args[0], args[1]); }

// The exponent when all its elements are one known number.
static std::optional<double> getSplatExponent(Value exponent) {
  DenseElementsAttr value;
  if (!matchPattern(exponent, m_Constant(&value)) || !value.isSplat())
    return std::nullopt;
  if (isa<FloatType>(value.getElementType()))
    return value.getSplatValue<APFloat>().convertToDouble();
  APInt integer = value.getSplatValue<APInt>();
  return value.getElementType().isUnsignedInteger()
             ? double(integer.getZExtValue())
             : double(integer.getSExtValue());
}

// x^n for an exponent that is cheap, or null.
static Value emitKnownPower(E &e, Value x, double exponent) {
  if (exponent == 1)
    return x;
  if (exponent == 2)
    return e.mul(x, x);
  if (exponent == 3)
    return e.mul(e.mul(x, x), x);
  if (exponent == -1)
    return e.make<arith::DivFOp>(e.constant(x.getType(), 1.0), x);
  return Value();
}

SINTER_SCALAR(PowOp) {
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) -> Value {
    Type baseType = elementOf(getA()), exponentType = elementOf(getB());
    if (isa<FloatType>(baseType)) {
      if (auto exponent = getSplatExponent(getB()))
        if (Value y = emitKnownPower(e, x[0], *exponent))
          return y;
      Type type = x[0].getType();
      Value exponent = x[1];
      if (!E::isFloat(exponent) || exponent.getType() != type) {
        // An f64 exponent of an f32 base is not rounded first.
        bool wide =
            exponentType.isF64() || (!E::isFloat(exponent) &&
                                     exponentType.getIntOrFloatBitWidth() > 16);
        Type common = wide ? Type(e.b.getF64Type()) : type;
        Type from = E::isFloat(exponent) ? exponent.getType() : exponentType;
        return e.make<math::PowFOp>(e.cast(x[0], type, common),
                                    e.cast(exponent, from, common));
      }
      return e.make<math::PowFOp>(x[0], exponent);
    }
    bool isUnsignedExponent = exponentType.isUnsignedInteger();
    if (!E::isFloat(x[1]))
      return e.integerPower(x[0], x[1], isUnsignedExponent);
    Type f64 = e.b.getF64Type();
    Value y = e.make<math::PowFOp>(e.cast(x[0], baseType, f64),
                                   e.cast(x[1], x[1].getType(), f64));
    return e.cast(y, f64, baseType);
  });
}

SINTER_SCALAR(CompareOp) {
  static constexpr FPredicate floats[] = {FPredicate::OEQ, FPredicate::UNE,
                                          FPredicate::OLT, FPredicate::OLE,
                                          FPredicate::OGT, FPredicate::OGE};
  static constexpr IPredicate integers[] = {IPredicate::eq,  IPredicate::ne,
                                            IPredicate::slt, IPredicate::sle,
                                            IPredicate::sgt, IPredicate::sge};
  static constexpr IPredicate naturals[] = {IPredicate::eq,  IPredicate::ne,
                                            IPredicate::ult, IPredicate::ule,
                                            IPredicate::ugt, IPredicate::uge};
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) {
    auto i = unsigned(getPredicate());
    if (E::isFloat(x[0]))
      return e.compare(floats[i], x[0], x[1]);
    return e.compare((isUnsigned(getA()) ? naturals : integers)[i], x[0], x[1]);
  });
}

SINTER_SCALAR(SelectOp) { return E(b, loc).select(args[0], args[1], args[2]); }

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

SINTER_SCALAR(ActivationOp) {
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) {
    return e.activate(getKind(), x[0]);
  });
}

SINTER_SCALAR(GatedOp) {
  return widened(b, loc, args, [&](E &e, ArrayRef<Value> x) {
    return e.mul(e.activate(getKind(), x[0]), x[1]);
  });
}
