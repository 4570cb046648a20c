//===- MemoryCall.h - call a tiled or bufferized function -------*- C++ -*-===//
//
// From passes/Tile on, an entry function takes memory and indices that have
// roles (sinter.role). This calls one with the arguments that the function had
// before, and reads the results back, so that both can be compared.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_EQUIV_MEMORYCALL_H
#define SINTER_EQUIV_MEMORYCALL_H

#include "Draw.h"

namespace sinter {

/// True when the function's arguments have roles.
bool takesMemory(mlir::func::FuncOp function);

/// Runs `function` as a team of `members` for the arguments of `before`;
/// returns what `before` would. A race between members is an error.
mlir::FailureOr<Data>
callWithMemory(mlir::func::FuncOp before, mlir::func::FuncOp function,
               llvm::ArrayRef<Datum> arguments, const SymbolValues &symbols,
               const EvaluationOptions &options, int64_t members);

} // namespace sinter
#endif
