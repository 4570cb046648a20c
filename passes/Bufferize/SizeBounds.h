//===- SizeBounds.h - what sizes that symbols decide can reach --*- C++ -*-===//
#ifndef SINTER_BUFFERIZE_SIZEBOUNDS_H
#define SINTER_BUFFERIZE_SIZEBOUNDS_H

#include "mlir/IR/Value.h"
#include <functional>
#include <optional>

namespace sinter {

/// The smallest and the largest value of an index.
struct SizeRange {
  int64_t low, high;
};

/// Interval arithmetic over the arith ops that sizes are computed by. `ofLeaf`
/// knows block arguments. Nullopt where a leaf or an op is unknown, or numbers
/// leave 64 bits.
std::optional<SizeRange> getSizeRange(
    mlir::Value index,
    llvm::function_ref<std::optional<SizeRange>(mlir::BlockArgument)> ofLeaf);

} // namespace sinter
#endif
