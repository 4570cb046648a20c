//===- StridedView.h - tensors of weights while they are written ----------===//
//
// Most of a weight's recipe moves elements: transpose, slice and reshape of a
// mapped file are views, concat and pack copy. A view is a pointer, sizes and
// strides (in elements), and what keeps the bytes alive.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TARGET_STRIDEDVIEW_H
#define SINTER_TARGET_STRIDEDVIEW_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <memory>

namespace sinter {

struct StridedView {
  const char *data = nullptr;
  int64_t elementBytes = 0; // 1, 2, 4 or 8
  llvm::SmallVector<int64_t, 4> sizes, strides;
  std::shared_ptr<const void> owner;

  static StridedView contiguous(const char *data, int64_t elementBytes,
                                llvm::ArrayRef<int64_t> sizes,
                                std::shared_ptr<const void> owner);
  int64_t getNumElements() const;
  bool isContiguous() const;
};

/// Copies every element of `from` to `to`, an array of strides (in elements)
/// for the same sizes. Blocks both sides so that a transpose does not miss the
/// cache on every element.
void copyStrided(const StridedView &from, char *to,
                 llvm::ArrayRef<int64_t> toStrides);

/// A contiguous copy, or the view itself when it is contiguous.
StridedView makeContiguous(const StridedView &view);

} // namespace sinter
#endif
