//===- MathBuilder.cpp - a shorthand for arithmetic -----------------------===//
#include "passes/CPU/Math/MathBuilder.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace sinter;

Value MathBuilder::constant(TypedAttr attr) const {
  if (auto vector = dyn_cast<VectorType>(like(attr.getType())))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(b, loc, attr);
}

Value MathBuilder::fma(Value x, Value y, Value z) const {
  return make<math::FmaOp>(x, y, z);
}

Value MathBuilder::roundEven(Value x) const {
  return make<math::RoundEvenOp>(x);
}

Value MathBuilder::abs(Value x) const { return make<math::AbsFOp>(x); }

Value MathBuilder::sqrt(Value x) const { return make<math::SqrtOp>(x); }

Value MathBuilder::copySign(Value magnitude, Value sign) const {
  return make<math::CopySignOp>(magnitude, sign);
}

Value MathBuilder::horner(Value x, ArrayRef<double> coefficients) const {
  auto number = [&](double c) { return isWide(x) ? wide(c) : real(c); };
  Value p = number(coefficients.front());
  for (double c : coefficients.drop_front())
    p = fma(p, x, number(c));
  return p;
}

Value MathBuilder::atMost(Value x, double bound) const {
  Value limit = real(bound);
  return select(compare(arith::CmpFPredicate::OGT, x, limit), limit, x);
}

Value MathBuilder::atLeast(Value x, double bound) const {
  Value limit = real(bound);
  return select(compare(arith::CmpFPredicate::OLT, x, limit), limit, x);
}
