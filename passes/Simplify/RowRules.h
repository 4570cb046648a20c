//===- RowRules.h - ops that compute each row from one row ----------------===//
#ifndef SINTER_SIMPLIFY_ROWRULES_H
#define SINTER_SIMPLIFY_ROWRULES_H

#include "dialects/Sinter/IR/InferHelpers.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace sinter {

/// The dimension of `op`'s one result that counts rows, where row i of it
/// follows from row i of each operand that has rows, and from all of the
/// others; nullopt where it does not. `axisOf` gives the row dimension of an
/// operand that has rows; one has. Sizes are not looked at.
std::optional<int64_t>
getRowAxis(mlir::Operation *op,
           llvm::function_ref<std::optional<int64_t>(mlir::Value)> axisOf);

} // namespace sinter
#endif
