//===- RegisterTile.h - the one contraction loop of all kernels -----------===//
#ifndef SINTER_PASSES_CPU_INNER_REGISTERTILE_H
#define SINTER_PASSES_CPU_INNER_REGISTERTILE_H

#include "passes/CPU/Inner/Emitter.h"

namespace sinter {

/// rows x vectors accumulators: c[r][v] += a(k, r) * b(k, v) for k ascending in
/// `from` .. `to` - 1, as one loop with every accumulator a loop value.
struct RegisterTile {
  int64_t rows, vectors;
  int64_t unroll = 1;
  /// The scalar of row r, and vector v of the other side, at step k.
  std::function<mlir::Value(mlir::Value k, int64_t r)> a;
  std::function<mlir::Value(mlir::Value k, int64_t v)> b;

  Emitter::Values emit(Emitter &e, mlir::Value from, mlir::Value to,
                       Emitter::Values accumulators) const;
};

/// Heights of the register tiles that cover any number of rows: the largest
/// that fits `registers` beside `vectors` columns, then 4, 2, 1.
llvm::SmallVector<int64_t> getTileHeights(int64_t registers, int64_t vectors);

/// body(first row, height) for consecutive tiles that cover first .. last - 1.
void forEachTile(Emitter &e, mlir::Value first, mlir::Value last,
                 llvm::ArrayRef<int64_t> heights,
                 llvm::function_ref<void(mlir::Value, int64_t)> body);

} // namespace sinter
#endif
