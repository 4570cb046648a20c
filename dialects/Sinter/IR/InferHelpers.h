//===- InferHelpers.h - shorthand for type inference and verifiers --------===//
#ifndef SINTER_IR_INFERHELPERS_H
#define SINTER_IR_INFERHELPERS_H

#include "dialects/Sinter/IR/Sinter.h"

namespace sinter {

inline mlir::RankedTensorType tensorOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}
inline Dims dimsOf(mlir::Value value) { return getDims(tensorOf(value)); }
inline mlir::Type elementOf(mlir::Value value) {
  return tensorOf(value).getElementType();
}
inline int64_t rankOf(mlir::Value value) { return tensorOf(value).getRank(); }

/// "'sinter.x' op C1: text", where there is a place to say it.
template <typename... Args>
mlir::LogicalResult inferError(std::optional<mlir::Location> loc,
                               Args &&...text) {
  if (!loc)
    return mlir::failure();
  auto diagnostic = mlir::emitError(*loc);
  (void)(diagnostic << ... << std::forward<Args>(text));
  return diagnostic;
}

} // namespace sinter
#endif
