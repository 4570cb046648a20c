//===- ScalarMath.cpp - functions of one number, in double ----------------===//
#include "dialects/Sinter/Interpreter/ScalarMath.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APSInt.h"
#include <cmath>
#include <numbers>

using namespace sinter;

double sinter::activate(Activation kind, double x) {
  switch (kind) {
  case Activation::silu:
    return x / (1 + std::exp(-x));
  case Activation::gelu:
    return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
  case Activation::gelu_tanh:
    return x / 2 *
           (1 + std::tanh(std::sqrt(2 / std::numbers::pi) *
                          (x + 0.044715 * x * x * x)));
  case Activation::relu:
    return x > 0 || std::isnan(x) ? x : 0;
  }
  llvm_unreachable("no such activation");
}

// The integer nearest to x toward zero within the type's range.
static int64_t truncate(double x, ElementKind to) {
  if (std::isnan(x))
    return 0;
  unsigned bits = getElementSize(to) * 8;
  if (isUnsigned(to)) {
    double end = std::ldexp(1, bits);
    return x <= 0     ? 0
           : x >= end ? int64_t(~uint64_t(0) >> (64 - bits))
                      : int64_t(uint64_t(x));
  }
  double end = std::ldexp(1, bits - 1);
  int64_t last = int64_t(~uint64_t(0) >> (65 - bits));
  return x >= end ? last : x < -end ? -last - 1 : int64_t(x);
}

// One rounding to nearest even: through double, large 64-bit integers would be
// rounded twice.
static Scalar integerToFloat(Scalar x, ElementKind to) {
  const llvm::fltSemantics &semantics =
      to == ElementKind::f16    ? llvm::APFloat::IEEEhalf()
      : to == ElementKind::bf16 ? llvm::APFloat::BFloat()
      : to == ElementKind::f32  ? llvm::APFloat::IEEEsingle()
                                : llvm::APFloat::IEEEdouble();
  llvm::APFloat value(semantics);
  value.convertFromAPInt(llvm::APInt(64, x.integer, false, true),
                         !isUnsigned(x.kind),
                         llvm::APFloat::rmNearestTiesToEven);
  bool lossy;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven,
                &lossy);
  return Scalar::ofFloat(to, value.convertToDouble());
}

Scalar sinter::castScalar(Scalar x, ElementKind to) {
  if (to == ElementKind::i1)
    return Scalar::ofBool(x.isFloat() ? x.real != 0 : x.integer != 0);
  if (isFloat(to))
    // f64 to bf16 rounds to f32 first, as onnxruntime and ml_dtypes do.
    return !x.isFloat() ? integerToFloat(x, to)
           : to == ElementKind::bf16
               ? Scalar::ofFloat(to, static_cast<float>(x.real))
               : Scalar::ofFloat(to, x.real);
  return Scalar::ofInt(to, x.isFloat() ? truncate(x.real, to) : x.integer);
}

std::optional<int64_t> sinter::integerPower(int64_t base, int64_t exponent) {
  if (exponent < 0) { // 1 / base^-exponent, toward zero
    if (base == 0)
      return std::nullopt;
    return base == 1 ? 1 : base != -1 ? 0 : exponent % 2 ? -1 : 1;
  }
  uint64_t result = 1, factor = base;
  for (uint64_t left = exponent; left; left >>= 1, factor *= factor)
    if (left & 1)
      result *= factor;
  return int64_t(result);
}

template <typename T> static bool holds(Predicate predicate, T a, T b) {
  switch (predicate) {
  case Predicate::eq:
    return a == b;
  case Predicate::ne:
    return a != b;
  case Predicate::lt:
    return a < b;
  case Predicate::le:
    return a <= b;
  case Predicate::gt:
    return a > b;
  case Predicate::ge:
    return a >= b;
  }
  llvm_unreachable("no such predicate");
}

bool sinter::compareScalars(Predicate predicate, Scalar a, Scalar b) {
  if (a.isFloat())
    return holds(predicate, a.real, b.real);
  if (isUnsigned(a.kind))
    return holds(predicate, uint64_t(a.integer), uint64_t(b.integer));
  return holds(predicate, a.integer, b.integer);
}
