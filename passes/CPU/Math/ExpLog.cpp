//===- ExpLog.cpp - e^x and the natural logarithm -------------------------===//
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "passes/CPU/Math/Functions.h"
#include <numbers>

using namespace mlir;
using namespace sinter;
using std::numbers::ln2;

static constexpr int32_t oneBits = 0x3f800000;

namespace {
// e^x = 2^n p.
struct ExpParts {
  Value n, p;
  Value shifted; // n in its low bits, beside those of `shifter`
};
} // namespace

// n is the nearest integer to x / ln 2, p = e^r, r reduced in two parts (Cody,
// Waite). Adding 1.5 * 2^23 rounds to an integer, which then stands in the low
// bits of the sum: no conversion, which NaN would make poison. From 89 on the
// result is infinity by itself, below -104 it is 0; no x is less than `least`.
static ExpParts splitExp(const MathBuilder &m, Value x, double least) {
  constexpr double shifter = 12582912;
  constexpr double high = float(ln2);
  Value v = m.atLeast(m.atMost(x, 89), least);
  Value shifted = m.fma(v, m.real(1 / ln2), m.real(shifter));
  Value n = m.sub(shifted, m.real(shifter));
  Value r = m.fma(n, m.real(-high), v);
  r = m.fma(n, m.real(high - ln2), r);
  Value p = m.horner(r, {0.00138145988, 0.00836871658, 0.041668389, 0.166665211,
                         0.49999994, 1, 1});
  return {n, p, shifted};
}

Value sinter::buildExp(const MathBuilder &m, Value x) {
  auto [n, p, shifted] = splitExp(m, x, -104.5);
  // A product that underflows takes Intel's CPUs 200 cycles, one with 0 none.
  Value isZero = m.compare(arith::CmpFPredicate::OLT, x, m.real(-104));
  p = m.select(isZero, m.real(0), p);
  // 2^n as two factors, so that subnormal results and infinity come out right.
  Value k = m.isub(m.bits(shifted), m.integer(0x4b400000));
  Value half = m.shr(k, 1);
  auto power = [&](Value e) {
    return m.fromBits(m.iadd(m.shl(e, 23), m.integer(oneBits)));
  };
  return m.mul(m.mul(p, power(half)), power(m.isub(k, half)));
}

Value sinter::buildExpWithScale(const MathBuilder &m, Value x) {
  // Exponents of -1000 and less are no underflow, which would take Intel's CPUs
  // 300 cycles (masked scores are -infinity).
  auto [n, p, shifted] = splitExp(m, x, -745);
  auto constant = [&](Type type, int64_t value) -> Value {
    return arith::ConstantOp::create(m.b, m.loc,
                                     m.b.getIntegerAttr(type, value));
  };
  Value all = constant(m.b.getI16Type(), -1);
  Value currentRounding = constant(m.b.getI32Type(), 4);
  return LLVM::CallIntrinsicOp::create(
             m.b, m.loc, x.getType(),
             m.b.getStringAttr("llvm.x86.avx512.mask.scalef.ps.512"),
             ValueRange{p, n, p, all, currentRounding})
      .getResult(0);
}

// log x = e ln 2 + log(1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); the large
// part of ln 2 has so few bits that its product with e is exact.
Value sinter::buildLog(const MathBuilder &m, Value x) {
  using P = arith::CmpFPredicate;
  constexpr double high = 0.693359375;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Value isSmall = m.compare(P::OLT, x, m.real(0x1p-126));
  Value v = m.select(isSmall, m.mul(x, m.real(0x1p23)), x);
  Value bits = m.bits(v);
  Value e = m.shr(m.isub(bits, m.integer(0x3f3504f3)), 23);
  Value f = m.sub(m.fromBits(m.isub(bits, m.shl(e, 23))), m.real(1));
  Value exponent = arith::SIToFPOp::create(m.b, m.loc, m.f32(), e);
  exponent = m.add(exponent, m.select(isSmall, m.real(-23), m.real(0)));
  Value z = m.mul(f, f);
  Value p = m.horner(f, {0.0674664229, -0.116756521, 0.11888162, -0.124055885,
                         0.142195523, -0.166679963, 0.200021192, -0.250000089,
                         0.333333135});
  Value tail = m.fma(m.mul(f, z), p, m.mul(exponent, m.real(ln2 - high)));
  tail = m.fma(z, m.real(-0.5), tail);
  Value y = m.fma(exponent, m.real(high), m.add(f, tail));
  // 0, negative numbers, infinity, NaN.
  Value isPositive = m.compare(P::OGT, x, m.real(0));
  Value isFinite = m.compare(P::OLT, x, m.real(infinity));
  Value other = m.select(isPositive, m.real(infinity),
                         m.real(std::numeric_limits<double>::quiet_NaN()));
  Value isZero = m.compare(P::OEQ, x, m.real(0));
  other = m.select(isZero, m.real(-infinity), other);
  Value isOrdinary = m.make<arith::AndIOp>(isPositive, isFinite);
  return m.select(isOrdinary, y, other);
}
