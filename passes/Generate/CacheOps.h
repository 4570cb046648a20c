//===- CacheOps.h - attention over the cache ------------------------------===//
#ifndef SINTER_GENERATE_CACHEOPS_H
#define SINTER_GENERATE_CACHEOPS_H

#include "passes/Generate/Decoder.h"

namespace sinter {

/// One attention as the cache sees it.
struct CachedLayer {
  AttentionOp attention;
  mlir::Value keys, values; // of the new rows, [rows, kv heads, D] up to views
  bool headsFirst = true; // [1, kv heads, rows, D], else [1, rows, kv heads, D]
  int64_t window = 0;
  std::vector<double> slopes; // ALiBi's, of each head; empty: none
  int64_t ring = 0;           // positions that are kept for the window; 0: all
};

/// All attentions of `step`, where each can use a cache: over a past (or over
/// the rows only, without `hasPast`) and causal. Nullopt with a reason and the
/// place of it.
std::optional<llvm::SmallVector<CachedLayer>>
findCachedLayers(mlir::func::FuncOp step, bool hasPast, std::string &reason,
                 mlir::Location &where);

/// Gives each layer with a window a ring that holds it and `chunk` new rows,
/// where that is less than all of `maxLength` positions.
void chooseRings(llvm::MutableArrayRef<CachedLayer> layers, int64_t maxLength,
                 int64_t chunk);

/// The cache's type for these layers; null with a reason when they differ.
CacheType getCacheType(llvm::ArrayRef<CachedLayer> layers, int64_t maxLength,
                       std::string &reason);

/// Replaces attentions by cache_append and cached_attention at position `past`;
/// returns the last state.
mlir::Value makeCacheOps(llvm::ArrayRef<CachedLayer> layers, mlir::Value cache,
                         mlir::Value past);

} // namespace sinter
#endif
