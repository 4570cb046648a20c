//===- Polynomial.h - arithmetic read as a polynomial in two values -------===//
//
// 0.5 * x * (1 + tanh(..)), x * (0.5 + 0.5 * tanh(..)) and so on are one
// function. Reading an expression as a polynomial in x and t, where t is the
// tanh, makes all spellings equal.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_FUSE_POLYNOMIAL_H
#define SINTER_FUSE_POLYNOMIAL_H

#include "mlir/IR/Value.h"
#include <map>
#include <optional>

namespace sinter {

/// Coefficients by the powers of x and t.
using Polynomial = std::map<std::pair<int, int>, double>;

/// `value` as a polynomial in x and t (t may be null); nullopt when something
/// else is in it or it is too large to be an activation.
std::optional<Polynomial> getPolynomial(mlir::Value value, mlir::Value x,
                                        mlir::Value t);
/// Equal up to the roundings of constants in `element`.
bool isClose(const Polynomial &a, const Polynomial &b, mlir::Type element);

} // namespace sinter
#endif
