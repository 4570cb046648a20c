//===- TileUnit.h - the AMX tile registers ----------------------*- C++ -*-===//
//
// The instructions are called by register number, not through tiles that LLVM
// allocates (as upstream's amx dialect): those have fixed shapes, but the last
// rows of a step and the one row of a token are fewer than 16 at run time.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_PASSES_CPU_INNER_TILEUNIT_H
#define SINTER_PASSES_CPU_INNER_TILEUNIT_H

#include "passes/CPU/Inner/Emitter.h"

namespace sinter {

/// Writes code that sums products of bf16 in tile registers, two by two: sums
/// of up to 16 rows by 16 columns of f32 in registers 0 to 3, `depth` elements
/// of k of the rows in 4 and 5, those of the columns, in pairs, in 6 and 7.
class TileUnit {
  using Value = mlir::Value;

public:
  static constexpr int64_t rows = 16, columns = 16, depth = 32, pair = 2;

  /// Of the function that `e` is in.
  explicit TileUnit(Emitter &e);

  /// Before all else: how many rows registers with rows 0 ..
  /// and 16 .. have, 1 to 16.
  void configure(Value upper, Value lower);
  /// After all else: the registers are in their initial state again.
  void release() { call("llvm.x86.tilerelease", {}); }

  /// Where rows of a tile are: a memref's element and its distance from row to
  /// row in bytes.
  struct Place {
    Value address, stride;
  };
  Place placeOf(Value memref, mlir::ArrayRef<Value> at, int64_t rowDim);

  /// Sums of `high` by two registers: high is 1 or 2.
  void clear(int64_t high);
  void loadRows(int64_t i, Place place) { load(4 + i, place); }
  void loadColumns(int64_t j, Place place) { load(6 + j, place); }
  void multiply(int64_t i, int64_t j);
  void store(int64_t i, int64_t j, Place place);

private:
  static int64_t sumsOf(int64_t i, int64_t j) { return i * pair + j; }
  Value number(int64_t tile);
  void load(int64_t tile, Place place);
  void call(mlir::StringRef name, mlir::ValueRange operands);

  Emitter &e;
  Value configuration; // memory for it
};

} // namespace sinter
#endif
