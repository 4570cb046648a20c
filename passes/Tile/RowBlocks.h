//===- RowBlocks.h - rows of a product that stay near -----------*- C++ -*-===//
#ifndef SINTER_PASSES_TILE_ROWBLOCKS_H
#define SINTER_PASSES_TILE_ROWBLOCKS_H

#include "dialects/Sinter/IR/Sinter.h"

namespace sinter {

/// Blocks of rows of a product with stored panels, each multiplied by panel
/// after panel before the next block is: its rows stay in L2, where all rows
/// would come from L3 again for each panel.
struct RowBlocks {
  /// How many there are, and the rows of each but the last, which may have
  /// fewer.
  mlir::Value count, rows;

  /// Nullopt: one block is best, or the target is not known.
  static std::optional<RowBlocks> make(mlir::OpBuilder &b, InnerMatMulOp op);
};

} // namespace sinter
#endif
