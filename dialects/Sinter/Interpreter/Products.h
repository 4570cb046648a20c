//===- Products.h - products with packed matrices ---------------*- C++ -*-===//
#ifndef SINTER_INTERPRETER_PRODUCTS_H
#define SINTER_INTERPRETER_PRODUCTS_H

#include "dialects/Sinter/IR/Sinter.h"
#include "dialects/Sinter/Interpreter/Tensor.h"

namespace sinter {

/// Where sinter.pack puts element (k, column) of a matrix with `depth` rows.
struct PackedIndex {
  int64_t depth, lanes, interleave;

  int64_t operator()(int64_t k, int64_t column) const {
    int64_t groups = (depth + interleave - 1) / interleave;
    int64_t row = column / lanes * groups + k / interleave;
    return (row * lanes + column % lanes) * interleave + k % interleave;
  }
};

/// What sinter.packed_matmul and sinter.inner_matmul say beside their operands.
struct PackedProduct {
  int64_t interleave = 1, depthBlock = 0;
  std::optional<Activation> gate = {}, activation = {};

  template <typename OpTy> static PackedProduct of(OpTy op) {
    return {int64_t(op.getInterleave()), int64_t(op.getDepthBlock()),
            op.getGate(), op.getActivation()};
  }
};

/// y [M, N] = activation(x [M, K] times w [P, ceil(K / I), L * I] plus bias
/// [N], which may be absent). With a gate y [M, P * L / 2] = gate(a) * b of the
/// products a of each panel's first half of columns and b of the second. False
/// when sizes do not fit.
bool multiplyPacked(const PackedProduct &product, const Tensor &x,
                    const Tensor &w, const Tensor &bias, Tensor &y);

/// y[m] = x[m] times w[experts[m]], as multiplyPacked; w [E, P, ceil(K / I),
/// L * I]. Experts are in 0 .. E - 1, else false; with `skips` also E, whose
/// rows are 0.
bool multiplyExperts(const Tensor &x, const Tensor &w, const Tensor &experts,
                     int64_t interleave, bool skips, Tensor &y);

} // namespace sinter
#endif
