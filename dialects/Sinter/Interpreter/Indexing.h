//===- Indexing.h - walking shapes in row-major order -----------*- C++ -*-===//
#ifndef SINTER_INTERPRETER_INDEXING_H
#define SINTER_INTERPRETER_INDEXING_H

#include "dialects/Sinter/Interpreter/Tensor.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace sinter {

/// Row-major strides in elements.
Shape stridesOf(llvm::ArrayRef<int64_t> shape);
int64_t countOf(llvm::ArrayRef<int64_t> shape);

/// Every index of `shape` in row-major order.
void forEachIndex(llvm::ArrayRef<int64_t> shape,
                  llvm::function_ref<void(llvm::ArrayRef<int64_t>)> visit);

/// Numpy broadcasting; nullopt when sizes clash.
std::optional<Shape> broadcastShapes(llvm::ArrayRef<int64_t> a,
                                     llvm::ArrayRef<int64_t> b);
/// Strides by which an operand of shape `from` is read along `to`, to which it
/// broadcasts: 0 where it repeats.
Shape broadcastStrides(llvm::ArrayRef<int64_t> from,
                       llvm::ArrayRef<int64_t> to);
/// Sum of index[i] * strides[i].
int64_t positionOf(llvm::ArrayRef<int64_t> index,
                   llvm::ArrayRef<int64_t> strides);
/// An index that counts from the end where it is negative, as 0 .. size - 1;
/// nullopt outside.
std::optional<int64_t> wrapIndex(int64_t index, int64_t size);

} // namespace sinter
#endif
