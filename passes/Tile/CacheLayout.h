//===- CacheLayout.h - where keys and values lie in the cache -------------===//
//
// For layer l, at l * stride bytes: keys [heads][capacity / panel][keyDim]
// [panel], then values [heads][capacity][valueDim]. The capacity is rounded up
// to whole attention blocks. Keys in panels of positions are what the attention
// kernel reads as it reads packed weights: one vector of positions at a time.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TILE_CACHELAYOUT_H
#define SINTER_TILE_CACHELAYOUT_H

#include "dialects/Sinter/IR/Sinter.h"

namespace sinter {

struct CacheLayout {
  static constexpr int64_t panel = 32;  // positions beside each other
  static constexpr int64_t block = 256; // positions that attention merges

  explicit CacheLayout(CacheType type);

  mlir::MemRefType keys, values; // of one layer
  int64_t valuesOffset = 0;      // bytes from the layer's start
  int64_t stride = 0;            // bytes of a layer
  /// Bytes of all layers; nullopt when that is more than 2^62.
  std::optional<int64_t> total;
};

} // namespace sinter
#endif
