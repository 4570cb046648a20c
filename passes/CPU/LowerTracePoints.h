//===- LowerTracePoints.h - trace points of one entry ---------------------===//
#ifndef SINTER_CPU_LOWERTRACEPOINTS_H
#define SINTER_CPU_LOWERTRACEPOINTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sinter {

/// On the module: an array of #sinter.work, indexed by point.
inline constexpr llvm::StringLiteral traceWorksAttrName = "sinter.trace_works";

/// Every sinter.trace_point of `entry` records itself where `call` (a pointer
/// to sinter_call) has a trace; else it is one branch. The works that were met,
/// by their numbers, are then the module's `sinter.trace_works`.
void lowerTracePoints(mlir::func::FuncOp entry, mlir::Value call,
                      mlir::Value member);

} // namespace sinter
#endif
