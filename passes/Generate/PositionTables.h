//===- PositionTables.h - what positions decide is looked up --------------===//
#ifndef SINTER_GENERATE_POSITIONTABLES_H
#define SINTER_GENERATE_POSITIONTABLES_H

#include "passes/Generate/Decoder.h"

namespace sinter {

/// A table of the model with a row for each position.
struct PositionBound {
  int64_t positions; // that it has rows for
  std::string name;
  mlir::Location location;
};

/// Tables that positions select rows of.
llvm::SmallVector<PositionBound> findPositionBounds(mlir::func::FuncOp step,
                                                    mlir::Value tokens,
                                                    const DimExpr &first);

/// Replaces what positions and weights alone decide by rows `past` ..
/// `past + rows - 1` of a table: of the model's own where it is a gather from
/// it, else of a sinter.tabulate of `maxLength` rows. What a few f32 operations
/// give is left to each step.
void makePositionTables(mlir::func::FuncOp step, mlir::Value tokens,
                        int64_t maxLength);

} // namespace sinter
#endif
