//===- ReportEntries.h - what passes say about fusion and kernels ---------===//
//
// The module attribute `sinter.report` collects one dictionary a candidate:
// kind, where (the ONNX node), state ("fused", "missed", "kernel") and why.
// A pass owns the kinds that it reports, so running it again counts nothing
// twice. lib/Pipeline/Report.h prints the list.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IR_REPORTENTRIES_H
#define SINTER_IR_REPORTENTRIES_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/Twine.h"

namespace sinter {
inline constexpr llvm::StringLiteral reportAttrName = "sinter.report";

class ReportEntries {
public:
  /// Forgets earlier entries of `kinds`.
  ReportEntries(mlir::ModuleOp module, llvm::ArrayRef<llvm::StringRef> kinds);
  /// Writes the attribute.
  ~ReportEntries();
  ReportEntries(const ReportEntries &) = delete;

  void fused(llvm::StringRef kind, mlir::Location where,
             const llvm::Twine &how = "");
  void missed(llvm::StringRef kind, mlir::Location where,
              const llvm::Twine &why);
  void add(llvm::StringRef kind, mlir::Location where, llvm::StringRef state,
           const llvm::Twine &reason,
           llvm::ArrayRef<mlir::NamedAttribute> more = {});

private:
  mlir::ModuleOp module;
  llvm::SmallVector<mlir::Attribute> entries;
};

/// The ONNX node's name, or file:line, or "?".
std::string describeLocation(mlir::Location location);

} // namespace sinter
#endif
