//===- IdentityGathers.h - gathers that select everything in order --------===//
#ifndef SINTER_GENERATE_IDENTITYGATHERS_H
#define SINTER_GENERATE_IDENTITYGATHERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sinter {

/// Replaces gather_nd ops by their operand where index j is j. A buffer that is
/// written at the end of what it holds (GroupQueryAttention) is read through
/// such a gather: in a step nothing lies behind the end.
void foldIdentityGathers(mlir::func::FuncOp step);

} // namespace sinter
#endif
