//===- Hyperbolic.cpp - sinh, cosh and the inverses -----------------------===//
//
// In f64, whose range and precision leave no case but the ends.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Math/Functions.h"
#include <limits>
#include <numbers>

using namespace mlir;
using namespace sinter;
using P = arith::CmpFPredicate;
using std::numbers::ln2;

static constexpr double infinity = std::numeric_limits<double>::infinity();

// e^a for 0 <= a <= 200.
static Value buildWideExp(const MathBuilder &m, Value a) {
  Value shifted = m.fma(a, m.wide(1 / ln2), m.wide(m.roundingShift));
  Value n = m.sub(shifted, m.wide(m.roundingShift));
  Value r = m.fma(n, m.wide(-ln2), a);
  Value q = m.horner(r, {2.4708269768499932e-05, 0.00019908952444711882,
                         0.0013889197253948017, 0.0083332817875415074,
                         0.041666664403721847, 0.16666666784512202,
                         0.50000000004271505});
  Value p = m.fma(m.mul(r, r), q, m.add(r, m.wide(1)));
  // To the exponent of p, which is that of 1 or one less.
  Value power = m.shl(m.bits(shifted), 52);
  return m.fromBits(m.iadd(m.bits(p), power));
}

// log(1 + u) for u >= 0 and NaN.
static Value buildWideLog1p(const MathBuilder &m, Value u) {
  constexpr int64_t rootOfHalf = 0x3fe6a09e667f3bcd;
  constexpr double whole = 4503599627370496; // 2^52
  Value v = m.add(u, m.wide(1)), bits = m.bits(v);
  Value e = m.make<arith::ShRUIOp>(m.isub(bits, m.wideInteger(rootOfHalf)),
                                   m.wideInteger(52));
  Value isNear = arith::CmpIOp::create(m.b, m.loc, arith::CmpIPredicate::eq, e,
                                       m.wideInteger(0));
  Value mantissa = m.fromBits(m.isub(bits, m.shl(e, 52)));
  // 1 + u has lost digits of a small u.
  Value f = m.select(isNear, u, m.sub(mantissa, m.wide(1)));
  Value s = m.div(f, m.add(f, m.wide(2))), z = m.mul(s, s);
  Value p = m.horner(z, {0.19584350344789783, 0.22176175268176079,
                         0.28572109470932172, 0.39999995618962836,
                         0.66666666675809216});
  Value magic = m.make<arith::OrIOp>(e, m.bits(m.wide(whole)));
  Value exponent = m.sub(m.fromBits(magic), m.wide(whole));
  Value y = m.fma(m.mul(s, z), p, m.add(s, s));
  y = m.fma(exponent, m.wide(ln2), y);
  return m.select(m.compare(P::OLT, u, m.wide(infinity)), y, u);
}

namespace {
/// |x| in f64, no more than what overflows anyway, and e^|x|.
struct Power {
  Value a, e, inverse;
};
} // namespace

static Power buildPower(const MathBuilder &m, Value x) {
  Value a = m.widen(m.atMost(m.abs(x), 200));
  Value e = buildWideExp(m, a);
  return {a, e, m.div(m.wide(1), e)};
}

Value sinter::buildSinh(const MathBuilder &m, Value x) {
  auto [a, e, inverse] = buildPower(m, x);
  Value z = m.mul(a, a);
  Value p = m.horner(z, {2.552981964475916e-08, 2.7552064068706068e-06,
                         0.00019841296045397476, 0.0083333332763416181,
                         0.16666666667069097});
  Value near = m.fma(m.mul(a, z), p, a);
  Value far = m.mul(m.sub(e, inverse), m.wide(0.5));
  Value isNear = m.compare(P::OLE, a, m.wide(1));
  return m.copySign(m.narrow(m.select(isNear, near, far)), x);
}

Value sinter::buildCosh(const MathBuilder &m, Value x) {
  auto [a, e, inverse] = buildPower(m, x);
  return m.narrow(m.mul(m.add(e, inverse), m.wide(0.5)));
}

// log(a + sqrt(a^2 + 1)).
Value sinter::buildAsinh(const MathBuilder &m, Value x) {
  Value a = m.widen(m.abs(x)), z = m.mul(a, a);
  Value root = m.sqrt(m.add(z, m.wide(1)));
  Value u = m.add(a, m.div(z, m.add(root, m.wide(1))));
  u = m.select(m.compare(P::OEQ, a, m.wide(infinity)), a, u);
  return m.copySign(m.narrow(buildWideLog1p(m, u)), x);
}

// log(x + sqrt(x^2 - 1)) in t = x - 1; NaN below 1.
Value sinter::buildAcosh(const MathBuilder &m, Value x) {
  Value t = m.sub(m.widen(x), m.wide(1));
  Value u = m.add(t, m.sqrt(m.mul(t, m.add(t, m.wide(2)))));
  Value isBelow = m.compare(P::OLT, t, m.wide(0));
  u = m.select(isBelow, m.wide(std::numeric_limits<double>::quiet_NaN()), u);
  return m.narrow(buildWideLog1p(m, u));
}

// log((1 + a) / (1 - a)) / 2; NaN beyond 1.
Value sinter::buildAtanh(const MathBuilder &m, Value x) {
  Value a = m.widen(m.abs(x));
  Value u = m.div(m.add(a, a), m.sub(m.wide(1), a));
  Value isBeyond = m.compare(P::OGT, a, m.wide(1));
  u = m.select(isBeyond, m.wide(std::numeric_limits<double>::quiet_NaN()), u);
  Value y = m.mul(buildWideLog1p(m, u), m.wide(0.5));
  return m.copySign(m.narrow(y), x);
}
