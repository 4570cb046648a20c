//===- RegisterTile.h - the one contraction loop of all kernels -----------===//
#ifndef SINTER_PASSES_CPU_INNER_REGISTERTILE_H
#define SINTER_PASSES_CPU_INNER_REGISTERTILE_H

#include "passes/CPU/Inner/Emitter.h"

namespace sinter {

/// rows x vectors accumulators: c[r][v] += a(k, r) * b(k, v) for k ascending in
/// `from` .. `to` - 1, as one loop with every accumulator a loop value. What b
/// loads may hold several elements of k for each lane (`parts`): then from and
/// to count groups, and within a group k descends, as vdpbf16ps adds.
struct RegisterTile {
  int64_t rows, vectors;
  int64_t unroll = 1, parts = 1;
  /// The left vector of row r at k (a broadcast), and vector v of the other
  /// side at group k / parts.
  std::function<mlir::Value(mlir::Value k, int64_t r)> a = {};
  std::function<mlir::Value(mlir::Value group, int64_t v)> b = {};
  /// Part i of what b loaded; null when parts is 1.
  std::function<mlir::Value(mlir::Value loaded, int64_t i)> part = {};
  /// accumulator + left * right; null is the f32 fma.
  std::function<mlir::Value(mlir::Value, mlir::Value, mlir::Value)> multiply =
      {};

  Emitter::Values emit(Emitter &e, mlir::Value from, mlir::Value to,
                       Emitter::Values accumulators) const;
  /// The first `count` elements of one group.
  Emitter::Values step(Emitter &e, mlir::Value group, int64_t count,
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
