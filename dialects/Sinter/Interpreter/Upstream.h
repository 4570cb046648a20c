//===- Upstream.h - ops of upstream dialects, by family ---------*- C++ -*-===//
#ifndef SINTER_INTERPRETER_UPSTREAM_H
#define SINTER_INTERPRETER_UPSTREAM_H

#include "dialects/Sinter/Interpreter/Evaluation.h"

namespace sinter {

// Each returns nullopt for an op of another family.
std::optional<mlir::LogicalResult> interpretControl(mlir::Operation *op,
                                                    Evaluation &eval);
std::optional<mlir::LogicalResult> interpretScalars(mlir::Operation *op,
                                                    Evaluation &eval);
std::optional<mlir::LogicalResult> interpretTensors(mlir::Operation *op,
                                                    Evaluation &eval);
std::optional<mlir::LogicalResult> interpretLinalg(mlir::Operation *op,
                                                   Evaluation &eval);
std::optional<mlir::LogicalResult> interpretMemory(mlir::Operation *op,
                                                   Evaluation &eval);

/// Concrete values of attributes and index values.
Shape evaluateSizes(Evaluation &eval, llvm::ArrayRef<mlir::OpFoldResult> sizes);
/// map applied to these dimensions and symbols; nullopt on division by zero.
std::optional<Shape> applyMap(mlir::AffineMap map,
                              llvm::ArrayRef<int64_t> operands);

/// Writes `from` into `to` at offsets by strides. Sizes of 1 may be missing
/// from `from`'s shape. With `before`, elements that equal it are not written,
/// and the positions of the others are appended to `written`.
mlir::LogicalResult insertSlice(Evaluation &eval, mlir::Operation *op,
                                const Tensor &from,
                                llvm::ArrayRef<int64_t> offsets,
                                llvm::ArrayRef<int64_t> sizes,
                                llvm::ArrayRef<int64_t> strides, Tensor &to,
                                const Tensor *before = nullptr,
                                std::vector<int64_t> *written = nullptr);

} // namespace sinter
#endif
