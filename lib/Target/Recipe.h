//===- Recipe.h - a weight's values from its recipe -----------------------===//
//
// The typed loops that run a table's region while the weight file is written:
// moves of elements on views of the mapped model, everything else through the
// reference interpreter, which also judges the moves (test/unit/target).
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TARGET_RECIPE_H
#define SINTER_TARGET_RECIPE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "lib/Target/StridedView.h"

namespace sinter {

/// The value that a table's entry yields. Errors are emitted on the op at
/// fault. Views of params alias the reader's memory.
mlir::FailureOr<StridedView> evaluateRecipe(mlir::Region &entry,
                                            ParamReader &params);

} // namespace sinter
#endif
