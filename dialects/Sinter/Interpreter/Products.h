//===- Products.h - products with packed matrices ---------------*- C++ -*-===//
#ifndef SINTER_INTERPRETER_PRODUCTS_H
#define SINTER_INTERPRETER_PRODUCTS_H

#include "dialects/Sinter/Interpreter/Tensor.h"

namespace sinter {

/// y [M, N] = x [M, K] times w [P, K, L] plus bias [N] (may be absent). False
/// when sizes do not fit.
bool multiplyPacked(const Tensor &x, const Tensor &w, const Tensor &bias,
                    Tensor &y);

} // namespace sinter
#endif
