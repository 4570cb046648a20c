//===- Report.h - what was fused, what was not, and why -------------------===//
#ifndef SINTER_PIPELINE_REPORT_H
#define SINTER_PIPELINE_REPORT_H

#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace sinter {

/// The module's `sinter.report` as JSON: {"fused": {kind: count}, "missed":
/// [{kind, where, reason}], "matmuls": [{where, kernel, m, n, k, reason}],
/// "notes": [...]}, keys and entries in a stable order.
std::string makeReport(mlir::ModuleOp module);

/// Number of candidates that were found and not fused.
unsigned countMissed(mlir::ModuleOp module);
/// Number of candidates of any kind, fused or missed.
unsigned countCandidates(mlir::ModuleOp module);

} // namespace sinter
#endif
