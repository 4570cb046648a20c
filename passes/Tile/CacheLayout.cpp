//===- CacheLayout.cpp - where keys and values lie in the cache -----------===//
#include "passes/Tile/CacheLayout.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

// Bytes of a memref, or nullopt on overflow.
static std::optional<int64_t> bytesOf(MemRefType type) {
  return getTensorBytes(
      RankedTensorType::get(type.getShape(), type.getElementType()));
}

CacheLayout::CacheLayout(CacheType type) {
  static constexpr int64_t limit = int64_t(1) << 62;
  if (type.getCapacity() > limit)
    return;
  int64_t capacity = llvm::alignTo(type.getCapacity(), block);
  Type element = type.getElementType();
  keys = MemRefType::get(
      {type.getHeads(), capacity / panel, type.getKeyDim(), panel}, element);
  values =
      MemRefType::get({type.getHeads(), capacity, type.getValueDim()}, element);
  auto keyBytes = bytesOf(keys), valueBytes = bytesOf(values);
  int64_t bytes;
  // Blocks of 256 positions keep every part a multiple of 64 bytes.
  if (!keyBytes || !valueBytes ||
      llvm::AddOverflow(*keyBytes, *valueBytes, stride) ||
      llvm::MulOverflow(stride, type.getLayers(), bytes) || bytes > limit)
    return;
  valuesOffset = *keyBytes;
  total = bytes;
}
