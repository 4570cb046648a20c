//===- Report.h - what was fused, what was not, and why -------------------===//
#ifndef SINTER_PIPELINE_REPORT_H
#define SINTER_PIPELINE_REPORT_H

#include "mlir/IR/BuiltinOps.h"
#include <string>

namespace sinter {

/// The `sinter.report` of all uses of a model as JSON: {"fused": {kind: count},
/// "missed":
/// [{kind, where, reason}], "matmuls": [{where, kernel, m, n, k, reason}],
/// "notes": [...]}, keys and entries in a stable order. Where there are several
/// uses, an entry has "use": "FLAG=true" or so.
std::string makeReport(mlir::ModuleOp model);

/// Candidates that were found and not fused.
llvm::SmallVector<mlir::DictionaryAttr> getMissed(mlir::ModuleOp model);
/// Number of candidates of any kind, fused or missed.
unsigned countCandidates(mlir::ModuleOp model);

} // namespace sinter
#endif
