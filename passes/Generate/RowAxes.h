//===- RowAxes.h - which dimension of a value counts the step's rows ------===//
//
// A value is row-wise in dimension `axis` when row r of it (`each` of its
// elements, one after another: the experts of a token) depends on row r of the
// inputs only (attention over the cache counts as row-wise: it sees earlier
// positions, not other rows' computation). Values that follow from weights are
// the same for every row. `fromPositions` marks values that positions and
// weights alone decide: they can be stored as tables.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_GENERATE_ROWAXES_H
#define SINTER_GENERATE_ROWAXES_H

#include "dialects/Sinter/IR/Recipe.h"
#include "passes/Generate/Decoder.h"

namespace sinter {

/// On a range of 0 .. rows - 1 that numbers the step's rows, not positions.
inline constexpr llvm::StringLiteral countsRowsAttrName = "sinter.counts_rows";

/// What the index tuples of gather_nd or scatter_nd are joined of; empty for
/// others.
mlir::ValueRange getTupleParts(mlir::Value indices);

struct RowAxis {
  int64_t axis = 0;
  bool fromPositions = false;
  int64_t each = 1;

  /// Of the dimension.
  DimExpr size() const { return rowsDim() * DimExpr(each); }
};

class RowAxes {
public:
  /// Looks at a step function whose row count is `rowsDim()`; `tokens` is its
  /// input, ranges that start at `firstPosition` (plus a number) are positions.
  RowAxes(mlir::func::FuncOp step, mlir::Value tokens, DimExpr firstPosition);

  /// Nullopt: not row-wise.
  std::optional<RowAxis> get(mlir::Value value) const;
  bool isRecipe(mlir::Value value) { return recipes.contains(value); }
  /// The same for all rows: a recipe, or what the total length decides too.
  bool isFixed(mlir::Value value) {
    return recipes.contains(value) || fixed.contains(value);
  }
  /// For a range that counts positions: its first element minus the first
  /// position.
  std::optional<int64_t> getPositionOffset(mlir::Value value) const;
  /// For rows of a stored table at the step's positions: its row dimension.
  std::optional<int64_t> getTableAxis(SliceOp slice);

private:
  bool isOfTotal(mlir::Operation *op);
  std::optional<RowAxis> infer(mlir::Operation *op);
  std::optional<RowAxis> inferAligned(mlir::Operation *op);
  std::optional<RowAxis> inferMatMul(mlir::Operation *op);
  std::optional<RowAxis> inferRepeated(BroadcastToOp op);
  bool countsRows(mlir::Value x);
  bool isRows(mlir::Value x) const;
  bool staysInRow(mlir::Value tuples);
  std::optional<RowAxis> inferScatter(ScatterNDOp scatter);

  Recipes recipes;
  DimExpr first;
  llvm::DenseMap<mlir::Value, RowAxis> known;
  llvm::DenseSet<mlir::Value> fixed; // but no recipe
};

} // namespace sinter
#endif
