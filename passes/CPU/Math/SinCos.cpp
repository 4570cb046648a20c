//===- SinCos.cpp - sine, cosine and tangent ------------------------------===//
//
// In f64, for every f32 argument. x 2/pi is wanted modulo 4 to 2^-60: 2/pi in
// eight pieces of 24 bits makes each product with x exact, multiples of 4 drop
// out of each product alone, also exactly, and what is left is summed from the
// large to the small. A table by exponent (Payne, Hanek 1983) would be shorter
// and not vectorize.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/Math/Functions.h"

using namespace mlir;
using namespace sinter;

namespace {
struct Reduced {
  Value quadrant; // i32, modulo 4
  Value rest;     // f64 in [-1/2, 1/2], in quarter turns
};
} // namespace

static Reduced reduce(const MathBuilder &m, Value x) {
  constexpr double pieces[] = {0xa2f983p-24,  0x6e4e44p-48,  0x1529fcp-72,
                               0x2757d1p-96,  0xf534ddp-120, 0xc0db62p-144,
                               0x95993cp-168, 0x439041p-192};
  Value wide = m.widen(x);
  SmallVector<Value> parts;
  Value sum;
  for (double piece : pieces) {
    Value t = m.mul(wide, m.wide(piece));
    Value fours = m.roundEven(m.mul(t, m.wide(0.25)));
    parts.push_back(m.fma(fours, m.wide(-4), t));
    sum = sum ? m.add(sum, parts.back()) : parts.back();
  }
  Value shifted = m.add(sum, m.wide(m.roundingShift));
  Value n = m.sub(shifted, m.wide(m.roundingShift));
  Value quadrant =
      arith::TruncIOp::create(m.b, m.loc, m.i32(), m.bits(shifted));
  Value rest = m.sub(parts.front(), n);
  for (Value part : ArrayRef<Value>(parts).drop_front())
    rest = m.add(rest, part);
  return {quadrant, rest};
}

namespace {
/// Of the rest; which of the two an argument wants depends on its quadrant.
struct SineAndCosine {
  Value quadrant, sine, cosine;
};
} // namespace

static SineAndCosine buildBoth(const MathBuilder &m, Value x) {
  Reduced r = reduce(m, x);
  Value z = m.mul(r.rest, r.rest);
  Value s =
      m.mul(r.rest, m.horner(z, {-3.556391440623613e-06, 0.00016042926829300353,
                                 -0.0046817525921720692, 0.079692626155810325,
                                 -0.64596409750431116, 1.5707963267948899}));
  Value c = m.horner(z, {-2.485101273370727e-05, 0.00091916176781446667,
                         -0.020863468008995564, 0.25366950715430708,
                         -1.2337005501201781, 0.99999999999994449});
  return {r.quadrant, s, c};
}

static Value isSet(const MathBuilder &m, Value number, int32_t mask) {
  return arith::CmpIOp::create(m.b, m.loc, arith::CmpIPredicate::ne,
                               m.make<arith::AndIOp>(number, m.integer(mask)),
                               m.integer(0));
}

/// y, or x where that is 0: keeps its sign.
static Value keepZero(const MathBuilder &m, Value x, Value y) {
  return m.select(m.compare(arith::CmpFPredicate::OEQ, x, m.real(0)), x, y);
}

// The sine of `shift` quarter turns more.
static Value buildSine(const MathBuilder &m, Value x, int32_t shift) {
  auto [turns, s, c] = buildBoth(m, x);
  Value quadrant = m.iadd(turns, m.integer(shift));
  Value y = m.select(isSet(m, quadrant, 1), c, s);
  y = m.select(isSet(m, quadrant, 2), m.neg(y), y);
  return m.narrow(y);
}

Value sinter::buildSin(const MathBuilder &m, Value x) {
  return keepZero(m, x, buildSine(m, x, 0));
}

Value sinter::buildCos(const MathBuilder &m, Value x) {
  return buildSine(m, x, 1);
}

Value sinter::buildTan(const MathBuilder &m, Value x) {
  auto [quadrant, s, c] = buildBoth(m, x);
  Value isOdd = isSet(m, quadrant, 1);
  Value y = m.div(m.select(isOdd, m.neg(c), s), m.select(isOdd, s, c));
  return keepZero(m, x, m.narrow(y));
}
