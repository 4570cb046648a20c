//===- CacheLayout.h - where keys and values lie in the cache -------------===//
//
// Layers follow each other; of a layer first its keys [heads][room / panel]
// [keyDim / I][panel * I], then its values [heads][room / I][valueDim * I], I
// the interleave. Room is the layer's ring, or the capacity rounded up to whole
// attention blocks. Keys in panels of positions are what the attention kernel
// reads as it reads packed weights: one vector of positions at a time. I is 2
// where vdpbf16ps multiplies pairs.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TILE_CACHELAYOUT_H
#define SINTER_TILE_CACHELAYOUT_H

#include "dialects/Sinter/IR/Sinter.h"

namespace sinter {

class CacheLayout {
public:
  static constexpr int64_t panel = 32;  // positions beside each other
  static constexpr int64_t block = 256; // positions that attention merges

  /// On the CPU that the module around `op` is for, as every op of it says.
  CacheLayout(CacheType type, mlir::Operation *op);

  /// One layer's, by its ring (0: all positions).
  mlir::MemRefType getKeys(int64_t ring) const;
  mlir::MemRefType getValues(int64_t ring) const;
  /// Bytes from a layer's start to its values.
  int64_t getValuesOffset(int64_t ring) const;

  /// Layers have the same layout again after `starts.size()` of them, which are
  /// `period` bytes; starts[i] is where the i-th begins.
  llvm::SmallVector<int64_t> starts;
  int64_t interleave = 1;
  int64_t period = 0;
  /// Bytes of all layers, and of a vector behind the last row, which is read
  /// whole; nullopt when that is more than 2^62.
  std::optional<int64_t> total;

private:
  int64_t getRoom(int64_t ring) const { return ring ? ring : capacity; }

  CacheType type;
  int64_t capacity = 0; // of whole blocks
};

/// Do keys, values and blocks of such an op fill AMX tiles of 32 elements of a
/// dot product by 32 columns, on a target that has them?
bool fillsTiles(InnerAttentionOp op, TargetAttr target);

} // namespace sinter
#endif
