//===- CopyLoops.h - loops that lay elements out anew -----------*- C++ -*-===//
#ifndef SINTER_PASSES_CPU_COPYLOOPS_H
#define SINTER_PASSES_CPU_COPYLOOPS_H

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace sinter {

/// Perfectly nested loops around one element that is loaded from one buffer and
/// stored to another.
struct CopyLoops {
  using Value = mlir::Value;

  llvm::SmallVector<mlir::scf::ForOp> loops; // the outermost first
  mlir::memref::LoadOp load;
  mlir::memref::StoreOp store;

  /// The `depth` loops of which `nest` ends with the innermost; nullopt when
  /// they do more than copy, have results, or steps that are not 1.
  static std::optional<CopyLoops> match(llvm::ArrayRef<mlir::Operation *> nest,
                                        size_t depth);

  /// By how much an index grows in one iteration of loop i; nullopt when that
  /// is not one constant.
  std::optional<int64_t> growth(Value index, size_t i) const;
  /// Do none of these indices depend on loop i?
  bool areFixed(mlir::ValueRange indices, size_t i) const;

  /// The indices of the load and of the store in the iteration with these
  /// values of the induction variables; what computes them is written there.
  llvm::SmallVector<Value> loadAt(mlir::OpBuilder &b,
                                  llvm::ArrayRef<Value> variables) const;
  llvm::SmallVector<Value> storeAt(mlir::OpBuilder &b,
                                   llvm::ArrayRef<Value> variables) const;
  /// The store's buffer with its last two dimensions as one.
  Value flattenStore(mlir::OpBuilder &b) const;
};

/// Where the iterations of a loop end that are whole steps of `lanes`.
mlir::Value endOfWholeSteps(mlir::OpBuilder &b, mlir::scf::ForOp loop,
                            int64_t lanes);

/// Loops [.., columns, pair] that store at [.., n, i] the 16-bit element i of 0
/// and 1, from column n of a row (which depends on i): vectors of whole `lanes`
/// columns, and loops for the rest. LLVM makes none: the strides differ, and it
/// cannot tell that the buffers are not one. False where loops are not so.
bool vectorizePairs(mlir::RewriterBase &rewriter,
                    llvm::ArrayRef<mlir::Operation *> nest, int64_t lanes);

/// Loops [.., k, rows, part] that store at [.., k, j, i] what lies at [.., k,
/// i] of row j, a word of 32 bits in all: squares of `lanes` words are
/// transposed in registers, and loops copy the rest. False where loops are not
/// so.
bool vectorizeTransposed(mlir::RewriterBase &rewriter,
                         llvm::ArrayRef<mlir::Operation *> nest, int64_t lanes);

} // namespace sinter
#endif
