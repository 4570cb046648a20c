//===- InverseTrigonometric.cpp - atan, asin, acos ------------------------===//
//
// In f64, so that what asin and acos take the atan of is exact enough.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Math/Functions.h"
#include <numbers>

using namespace mlir;
using namespace sinter;
using std::numbers::pi;

// atan of an f64: within tan(pi / 8) a polynomial, beyond it and beyond its
// inverse an angle of pi / 4 or pi / 2 less.
static Value buildWideAtan(const MathBuilder &m, Value x) {
  using P = arith::CmpFPredicate;
  constexpr double eighth = 0.41421356237309503; // tan(pi / 8)
  Value a = m.abs(x), one = m.wide(1);
  Value isMiddle = m.compare(P::OGT, a, m.wide(eighth));
  Value isFar = m.compare(P::OGT, a, m.wide(1 / eighth));
  Value over = m.select(isMiddle, m.sub(a, one), a);
  over = m.select(isFar, m.wide(-1), over);
  Value under = m.select(isMiddle, m.add(a, one), one);
  under = m.select(isFar, a, under);
  Value t = m.div(over, under), z = m.mul(t, t);
  Value p = m.horner(z, {0.030893236269126455, -0.058909627797346445,
                         0.075685148475045247, -0.090791341886966442,
                         0.11110449729957526, -0.14285693586102699,
                         0.19999999685440253, -0.33333333331696069});
  Value start = m.select(isMiddle, m.wide(pi / 4), m.wide(0));
  start = m.select(isFar, m.wide(pi / 2), start);
  return m.copySign(m.add(start, m.fma(m.mul(t, z), p, t)), x);
}

Value sinter::buildAtan(const MathBuilder &m, Value x) {
  return m.narrow(buildWideAtan(m, m.widen(x)));
}

// Of x / sqrt(1 - x^2), which is infinite where |x| is 1 and NaN beyond.
Value sinter::buildAsin(const MathBuilder &m, Value x) {
  Value w = m.widen(x), one = m.wide(1);
  Value rest = m.sqrt(m.mul(m.sub(one, w), m.add(one, w)));
  return m.narrow(buildWideAtan(m, m.div(w, rest)));
}

// Twice that of sqrt((1 - x) / (1 + x)): no cancellation near 1.
Value sinter::buildAcos(const MathBuilder &m, Value x) {
  Value w = m.widen(x), one = m.wide(1);
  Value half = buildWideAtan(m, m.sqrt(m.div(m.sub(one, w), m.add(one, w))));
  return m.narrow(m.add(half, half));
}
