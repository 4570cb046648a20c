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
  /// Of two registers side by side.
  static constexpr int64_t width = columns * pair, height = rows * pair;

  /// Of the function that `e` is in.
  explicit TileUnit(Emitter &e);

  /// Before all else: how many rows registers with rows 0 ..
  /// and 16 .. have, 1 to 16.
  void configure(Value upper, Value lower);
  /// After all else: the registers are in their initial state again.
  void release() { call("llvm.x86.tilerelease", {}); }

  /// Sums of `high` by two registers (high is 1 or 2) become 0.
  void clear(int64_t high);
  /// The rows from `row` on of a memref [rows, K], elements k .. k + depth - 1.
  void loadRows(int64_t high, Value memref, Value row, Value k);
  /// Adds the products of these rows with two registers of columns, the first
  /// from `column` on of a memref [.., K / pair, columns * pair] and the second
  /// `distance` columns after; `at` are the indices before its last dimension.
  void multiply(int64_t high, Value memref, Emitter::Values at, Value column,
                int64_t distance = columns);
  /// The sums to rows and columns of a memref [rows, columns] from there on.
  void store(int64_t high, Value memref, Value row, Value column);

private:
  /// Where rows of a tile are: the address of an element, and the distance from
  /// row to row, those of the dimension before the last, in bytes.
  struct Place {
    Value address, stride;
  };
  Place placeOf(Value memref, mlir::ArrayRef<Value> at);
  static int64_t sumsOf(int64_t i, int64_t j) { return i * pair + j; }
  Value number(int64_t tile);
  void move(mlir::StringRef name, int64_t tile, Place place);
  void call(mlir::StringRef name, mlir::ValueRange operands);

  Emitter &e;
  Value configuration; // memory for it
};

} // namespace sinter
#endif
