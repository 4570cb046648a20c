//===- TileStore.h - sums of a product become its results -------*- C++ -*-===//
#ifndef SINTER_PASSES_CPU_INNER_TILESTORE_H
#define SINTER_PASSES_CPU_INNER_TILESTORE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "passes/CPU/Inner/Emitter.h"

namespace sinter {

/// Writes the sums of rows and columns of a product to its result: with the
/// bias, the activation or the gate, added to what the result has where the op
/// says so, rounded to its elements, and no further than its columns.
class TileStore {
  using Value = mlir::Value;
  using Values = Emitter::Values;

public:
  TileStore(Emitter &e, Value out);
  TileStore(Emitter &e, InnerMatMulOp op);

  /// Is there vector code for these operands?
  static bool fits(InnerMatMulOp op);

  /// Sums of rows x vectors to columns n .. of `rows` of the result. A row may
  /// be there twice, with the same sums.
  void store(mlir::ArrayRef<Value> rows, int64_t vectors, Value n,
             mlir::ArrayRef<Value> sums) const;

  /// Is what follows more than a sum, so that it wants registers of its own?
  bool wantsBuffer() const { return activation || gate; }
  /// Rows `first` .. `end` - 1 of `vectors` vectors in a buffer, whose row 0 is
  /// `row` of the result, to columns n .., no further than `lastRow`. In a loop
  /// over the rows. With a gate the first half of the vectors are the gate's.
  void storeBuffer(Value buffer, Value first, Value end, int64_t vectors,
                   Value row, Value lastRow, Value n) const;

private:
  Emitter &e;
  Value out, bias, width;
  std::optional<Activation> activation, gate;
  bool accumulate = false;
};

} // namespace sinter
#endif
