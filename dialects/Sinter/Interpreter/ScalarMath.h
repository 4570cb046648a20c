//===- ScalarMath.h - functions of one number, in double --------*- C++ -*-===//
#ifndef SINTER_INTERPRETER_SCALARMATH_H
#define SINTER_INTERPRETER_SCALARMATH_H

#include "dialects/Sinter/IR/Sinter.h"
#include "dialects/Sinter/Interpreter/Tensor.h"

namespace sinter {

double activate(Activation kind, double x);

/// sinter.cast: floats truncate toward zero, saturating (NaN gives 0); integers
/// wrap; anything to bool is x != 0.
Scalar castScalar(Scalar x, ElementKind to);

/// base^exponent with wrapping for integers, a squaring at a time. Nullopt for
/// 0 to a negative power.
std::optional<int64_t> integerPower(int64_t base, int64_t exponent);

bool compareScalars(Predicate predicate, Scalar a, Scalar b);

} // namespace sinter
#endif
