//===- TanhErf.cpp - tanh and the error function --------------------------===//
//
// tanh, erf: an odd polynomial near 0, beyond it 1 minus something that e^x
// gives.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/CPU/Math/Functions.h"

using namespace mlir;
using namespace sinter;

// tanh a = 1 - 2 / (e^(2 a) + 1).
Value sinter::buildTanh(const MathBuilder &m, Value x) {
  Value a = m.abs(x), z = m.mul(a, a);
  Value p = m.horner(z, {-0.00571704516, 0.020650588, -0.0537434965,
                         0.133314908, -0.333332837});
  Value near = m.fma(m.mul(a, z), p, a);
  Value e = m.make<math::ExpOp>(m.add(a, a));
  Value far = m.sub(m.real(1), m.div(m.real(2), m.add(e, m.real(1))));
  Value isNear = m.compare(arith::CmpFPredicate::OLE, a, m.real(0.625));
  return m.copySign(m.select(isNear, near, far), x);
}

// erf a = 1 - e^(-a r(a)); from 3.95 on that is 1.
Value sinter::buildErf(const MathBuilder &m, Value x) {
  Value a = m.atMost(m.abs(x), 3.95), z = m.mul(a, a);
  Value p =
      m.horner(z, {8.40992361e-05, -0.000815262843, 0.00520196045,
                   -0.0268597994, 0.112837031, -0.376126349, 0.128379166});
  Value near = m.fma(x, p, x);
  Value r = m.horner(a, {4.93826474e-06, -4.55817863e-05, -4.95837594e-05,
                         0.00293014944, -0.0226741266, 0.105262689, 0.635625303,
                         1.12855172});
  Value far = m.sub(m.real(1), m.make<math::ExpOp>(m.neg(m.mul(a, r))));
  Value isNear = m.compare(arith::CmpFPredicate::OLE, a, m.real(0.92));
  return m.select(isNear, near, m.copySign(far, x));
}

// erfc a = e^(-a r(a)); r's end goes on behind 3.95, where erfc is below a
// quarter of an ulp of 1. No part near 0: the sum does not see more of erf.
Value sinter::buildOnePlusErf(const MathBuilder &m, Value x) {
  Value a = m.abs(x);
  Value r = m.horner(m.atMost(a, 3.95),
                     {-8.04381853e-06, 0.000106026615, -0.000587950577,
                      0.00157675985, -5.87812356e-05, -0.0192171428,
                      0.102799207, 0.636616111, 1.12837934});
  Value rest = m.make<math::ExpOp>(m.neg(m.mul(a, r)));
  Value isNegative = m.compare(arith::CmpFPredicate::OLT, x, m.real(0));
  return m.select(isNegative, rest, m.sub(m.real(2), rest));
}
