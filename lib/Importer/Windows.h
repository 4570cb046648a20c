//===- Windows.h - the windows of convolutions and pools ------------------===//
#ifndef SINTER_IMPORTER_WINDOWS_H
#define SINTER_IMPORTER_WINDOWS_H

#include "lib/Importer/Node.h"

namespace sinter {

/// Windows over the dimensions of x [batch, channels, sizes...] behind the
/// second, one entry a dimension.
struct Windows {
  llvm::SmallVector<int64_t> kernel, strides, dilations;
  Dims before, after; // padding that the node states
  Dims extra;         // more at the end, for ceil_mode
  Dims out;           // windows along each dimension

  int64_t taps() const {
    int64_t count = 1;
    for (int64_t k : kernel)
      count *= k;
    return count;
  }
  /// From the first to the last element of a window.
  int64_t reach(size_t i) const { return (kernel[i] - 1) * dilations[i] + 1; }
  bool isPadded() const {
    auto any = [](const Dims &list) {
      return llvm::any_of(list, [](auto &v) { return v != DimExpr(0); });
    };
    return any(before) || any(after) || any(extra);
  }
};

/// Bounds sizes of windows so that sums of them are far from overflow.
inline constexpr int64_t mostWindowSize = int64_t(1) << 31;

/// `count` numbers of at least `least`, or of `fallback`; else refuses.
llvm::SmallVector<int64_t> readInts(Node &n, llvm::StringRef name, size_t count,
                                    int64_t fallback, int64_t least);

/// The sizes of a kernel: those of `weights` behind the first two, which are
/// channels out and channels / groups, or, `turned`, channels and channels out
/// / groups. Refuses weights that do not fit x, the groups and kernel_shape.
llvm::SmallVector<int64_t> readKernel(Node &n, mlir::Value x,
                                      mlir::Value weights, int64_t groups,
                                      bool turned);

/// The windows of x times `weights` [channels out, channels / groups,
/// kernel...] of known sizes that fit; `bias` may be null. [batch, channels
/// out, windows...].
mlir::Value convolveWindows(Node &n, const Windows &w, mlir::Value x,
                            mlir::Value weights, mlir::Value bias,
                            int64_t groups);

} // namespace sinter
#endif
