//===- ScalarEmitter.cpp - conversions and integer arithmetic -------------===//
#include "dialects/Sinter/IR/ScalarEmitter.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace sinter;

using FPredicate = arith::CmpFPredicate;
using IPredicate = arith::CmpIPredicate;

Type sinter::getScalarType(Type element) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

Value ScalarEmitter::constant(Type type, double value) {
  if (auto f = dyn_cast<FloatType>(type))
    return make<arith::ConstantOp>(b.getFloatAttr(f, value));
  if (auto vector = dyn_cast<VectorType>(type))
    return make<arith::ConstantOp>(DenseElementsAttr::get(
        vector, b.getFloatAttr(vector.getElementType(), value)));
  return make<arith::ConstantOp>(b.getIntegerAttr(type, int64_t(value)));
}

Value ScalarEmitter::constant(Type type, llvm::APInt value) {
  return make<arith::ConstantOp>(b.getIntegerAttr(type, value));
}

bool ScalarEmitter::isFloat(Value x) {
  return isa<FloatType>(getElementTypeOrSelf(x));
}

Value ScalarEmitter::add(Value x, Value y) {
  return isFloat(x) ? make<arith::AddFOp>(x, y) : make<arith::AddIOp>(x, y);
}

Value ScalarEmitter::sub(Value x, Value y) {
  return isFloat(x) ? make<arith::SubFOp>(x, y) : make<arith::SubIOp>(x, y);
}

Value ScalarEmitter::mul(Value x, Value y) {
  return isFloat(x) ? make<arith::MulFOp>(x, y) : make<arith::MulIOp>(x, y);
}

Value ScalarEmitter::max(Value x, Value y, bool isUnsigned) {
  if (isFloat(x))
    return make<arith::MaximumFOp>(x, y);
  return isUnsigned ? make<arith::MaxUIOp>(x, y) : make<arith::MaxSIOp>(x, y);
}

Value ScalarEmitter::min(Value x, Value y, bool isUnsigned) {
  if (isFloat(x))
    return make<arith::MinimumFOp>(x, y);
  return isUnsigned ? make<arith::MinUIOp>(x, y) : make<arith::MinSIOp>(x, y);
}

static bool isNarrow(Type type) { return isa<Float16Type, BFloat16Type>(type); }

Value ScalarEmitter::widen(Value x) {
  return isNarrow(x.getType()) ? make<arith::ExtFOp>(b.getF32Type(), x) : x;
}

Value ScalarEmitter::narrow(Value x, Type type) {
  return x.getType() == type ? x : floatToFloat(x, type);
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

Value ScalarEmitter::cast(Value x, Type from, Type to) {
  if (from == to)
    return x;
  bool unsignedFrom = from.isUnsignedInteger() || from.isInteger(1);
  Type target = getScalarType(to);
  if (to.isInteger(1)) { // x != 0; NaN is true
    Value zero = constant(x.getType(), 0.0);
    return isa<FloatType>(from) ? compare(FPredicate::UNE, x, zero)
                                : compare(IPredicate::ne, x, zero);
  }
  if (isa<FloatType>(from))
    return isa<FloatType>(to)
               ? floatToFloat(x, to)
               : floatToInteger(x, target, to.isUnsignedInteger());
  if (isa<FloatType>(to))
    return integerToFloat(x, to, unsignedFrom);
  unsigned width = from.getIntOrFloatBitWidth(),
           wanted = to.getIntOrFloatBitWidth();
  if (width == wanted)
    return x;
  if (width > wanted)
    return make<arith::TruncIOp>(target, x);
  return unsignedFrom ? make<arith::ExtUIOp>(target, x)
                      : make<arith::ExtSIOp>(target, x);
}

Value ScalarEmitter::floatToFloat(Value x, Type to) {
  Type from = x.getType();
  if (from == to)
    return x;
  if (isNarrow(from))
    return floatToFloat(make<arith::ExtFOp>(b.getF32Type(), x), to);
  if (from.isF32() && to.isF64())
    return make<arith::ExtFOp>(to, x);
  // f64 to f16 must not round twice on its way through f32.
  if (from.isF64() && isNarrow(to))
    x = roundToOddF32(x);
  return make<arith::TruncFOp>(to, x);
}

// f64 to f32 so that a second rounding to a narrower type is right: exact, or
// the neighbour whose last bit is set.
Value ScalarEmitter::roundToOddF32(Value x) {
  Type i32 = b.getI32Type(), f32 = b.getF32Type();
  Value nearest = make<arith::TruncFOp>(f32, x);
  Value back = make<arith::ExtFOp>(x.getType(), nearest);
  Value bits = make<arith::BitcastOp>(i32, nearest);
  Value away =
      compare(FPredicate::OGT, make<math::AbsFOp>(back), make<math::AbsFOp>(x));
  Value less = sub(bits, make<arith::ExtUIOp>(i32, away));
  Value odd = make<arith::OrIOp>(less, constant(i32, 1));
  Value exact = compare(FPredicate::UEQ, back, x);
  return make<arith::BitcastOp>(f32, select(exact, bits, odd));
}

// Toward zero; out of range gives the nearest bound, NaN 0.
Value ScalarEmitter::floatToInteger(Value x, Type to, bool isUnsigned) {
  x = widen(x);
  Type from = x.getType();
  unsigned width = to.getIntOrFloatBitWidth();
  llvm::APInt lowest = isUnsigned ? llvm::APInt::getMinValue(width)
                                  : llvm::APInt::getSignedMinValue(width);
  llvm::APInt highest = isUnsigned ? llvm::APInt::getMaxValue(width)
                                   : llvm::APInt::getSignedMaxValue(width);
  // 2^bits as a float is exact, the highest integer may not be.
  double limit = std::ldexp(1.0, isUnsigned ? width : width - 1);
  Value tooHigh = compare(FPredicate::OGE, x, constant(from, limit));
  Value tooLow =
      compare(FPredicate::OLE, x, constant(from, isUnsigned ? -1.0 : -limit));
  Value isNaN = compare(FPredicate::UNO, x, x);
  Value outside =
      make<arith::OrIOp>(make<arith::OrIOp>(tooHigh, tooLow), isNaN);
  Value safe = select(outside, constant(from, 0.0), x);
  Value inside;
  if (isUnsigned && width < 64) // no native unsigned conversion in x86-64-v3
    inside =
        make<arith::TruncIOp>(to, make<arith::FPToSIOp>(b.getI64Type(), safe));
  else if (isUnsigned)
    inside = make<arith::FPToUIOp>(to, safe);
  else if (width < 32)
    inside =
        make<arith::TruncIOp>(to, make<arith::FPToSIOp>(b.getI32Type(), safe));
  else
    inside = make<arith::FPToSIOp>(to, safe);
  Value low = select(tooLow, constant(to, lowest), inside);
  return select(tooHigh, constant(to, highest), low);
}

Value ScalarEmitter::integerToFloat(Value x, Type to, bool isUnsigned) {
  unsigned width = x.getType().getIntOrFloatBitWidth();
  // bf16 has f32's range but 8 bits: an integer that f32 would round goes
  // through f64. f16 ends at 65504, where f32 is exact.
  Type through = to;
  if (to.isF16())
    through = b.getF32Type();
  else if (to.isBF16())
    through = width > 16 ? Type(b.getF64Type()) : Type(b.getF32Type());
  Value y = isUnsigned ? make<arith::UIToFPOp>(through, x)
                       : make<arith::SIToFPOp>(through, x);
  return floatToFloat(y, to);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

Value ScalarEmitter::sigmoid(Value x) {
  Value one = constant(x.getType(), 1.0);
  Value e = make<math::ExpOp>(make<arith::NegFOp>(x));
  return make<arith::DivFOp>(one, add(one, e));
}

Value ScalarEmitter::activate(Activation kind, Value x) {
  Type type = x.getType();
  switch (kind) {
  case Activation::silu:
    return mul(x, sigmoid(x));
  case Activation::relu:
    return max(x, constant(type, 0.0), false);
  case Activation::gelu: {
    Value erf = make<math::ErfOp>(mul(x, constant(type, 0.70710678118654752)));
    return mul(mul(x, constant(type, 0.5)), add(constant(type, 1.0), erf));
  }
  case Activation::gelu_tanh: {
    // (1 + tanh u) / 2 = sigmoid(2 u)
    Value cube = mul(mul(x, x), x);
    Value u = add(x, mul(constant(type, 0.044715), cube));
    return mul(x, sigmoid(mul(constant(type, 2 * 0.79788456080286536), u)));
  }
  }
  llvm_unreachable("all activations are listed");
}

Value ScalarEmitter::divide(Value x, Value y, bool isUnsigned) {
  Type type = x.getType();
  Value zero = constant(type, 0.0), one = constant(type, 1.0);
  Value byZero = compare(IPredicate::eq, y, zero);
  if (isUnsigned) {
    Value q = make<arith::DivUIOp>(x, select(byZero, one, y));
    return select(byZero, zero, q);
  }
  // The smallest integer by -1 traps on x86: take -x instead.
  Value byMinusOne = compare(IPredicate::eq, y, constant(type, -1.0));
  Value unsafe = make<arith::OrIOp>(byZero, byMinusOne);
  Value q = make<arith::DivSIOp>(x, select(unsafe, one, y));
  q = select(byMinusOne, sub(zero, x), q);
  return select(byZero, zero, q);
}

Value ScalarEmitter::integerPower(Value x, Value n, bool isUnsigned) {
  Type type = x.getType(), i64 = b.getI64Type();
  Value one = constant(type, 1.0), zero = constant(type, 0.0);
  // Widest exponent; for exponents of 2^63 and more the low bits decide alike.
  Value bits = n.getType() == i64 ? n
               : isUnsigned       ? make<arith::ExtUIOp>(i64, n)
                                  : make<arith::ExtSIOp>(i64, n);
  Value result = one, base = x;
  // Powers of an even base are 0 after 64 steps, those of an odd base repeat
  // with a period that divides 2^62: 63 bits of the exponent decide all.
  for (int step = 0; step < 63; ++step) {
    Value bit = make<arith::TruncIOp>(
        b.getI1Type(), make<arith::ShRUIOp>(bits, constant(i64, double(step))));
    result = select(bit, mul(result, base), result);
    if (step < 62)
      base = mul(base, base);
  }
  if (isUnsigned)
    return result;
  Value negative = compare(IPredicate::slt, bits, constant(i64, 0.0));
  Value isOne = compare(IPredicate::eq, x, one);
  Value isMinusOne = compare(IPredicate::eq, x, constant(type, -1.0));
  Value oddExponent = make<arith::TruncIOp>(b.getI1Type(), bits);
  Value inverse = select(
      isOne, one,
      select(isMinusOne, select(oddExponent, constant(type, -1.0), one), zero));
  return select(negative, inverse, result);
}
