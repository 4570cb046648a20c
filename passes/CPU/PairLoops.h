//===- PairLoops.h - loops that put two rows together -----------*- C++ -*-===//
#ifndef SINTER_PASSES_CPU_PAIRLOOPS_H
#define SINTER_PASSES_CPU_PAIRLOOPS_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace sinter {

/// `columns` is a loop over columns n around `pair`, one over i of 0 and 1,
/// which stores at [.., n, i] the 16-bit element that it loads from column n
/// (and whatever else may depend on i) of a buffer of its own. Makes vectors of
/// whole `lanes` columns, and leaves the rest to the loops. LLVM does not: the
/// strides differ, and it cannot tell that the buffers are not one. Does
/// nothing where the loops are not of that form.
void vectorizePairs(mlir::RewriterBase &rewriter, mlir::scf::ForOp columns,
                    mlir::scf::ForOp pair, int64_t lanes);

} // namespace sinter
#endif
