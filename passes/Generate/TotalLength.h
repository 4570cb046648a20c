//===- TotalLength.h - conditions on the length of the whole prompt -------===//
#ifndef SINTER_GENERATE_TOTALLENGTH_H
#define SINTER_GENERATE_TOTALLENGTH_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sinter {

/// A choice between two values by one condition over sizes, as models with
/// rotary factors for long and short contexts make it, is about the length
/// after the whole prompt: each chunk of it must choose the same. In @step that
/// is the symbol "total" and not "past + rows" (`hasPast`), nor "rows".
void chooseByTotalLength(mlir::func::FuncOp step, bool hasPast);

} // namespace sinter
#endif
