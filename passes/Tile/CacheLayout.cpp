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

MemRefType CacheLayout::getKeys(int64_t ring) const {
  return MemRefType::get({type.getHeads(), getRoom(ring) / panel,
                          type.getKeyDim() / interleave, panel * interleave},
                         type.getElementType());
}

MemRefType CacheLayout::getValues(int64_t ring) const {
  return MemRefType::get({type.getHeads(), getRoom(ring) / interleave,
                          type.getValueDim() * interleave},
                         type.getElementType());
}

int64_t CacheLayout::getValuesOffset(int64_t ring) const {
  return *bytesOf(getKeys(ring)); // a part of `total`
}

CacheLayout::CacheLayout(CacheType type, Operation *op) : type(type) {
  auto module = dyn_cast<ModuleOp>(op);
  module = module ? module : op->getParentOfType<ModuleOp>();
  auto target = module->getAttrOfType<TargetAttr>(targetAttrName);
  if (target && target.hasBFloat16Dot() && type.getElementType().isBF16() &&
      type.getKeyDim() % 2 == 0)
    interleave = 2;
  static constexpr int64_t limit = int64_t(1) << 62;
  if (type.getCapacity() > limit)
    return;
  capacity = llvm::alignTo(type.getCapacity(), block);
  // Blocks of 256 positions keep every part a multiple of 64 bytes.
  int64_t layouts = std::max<int64_t>(type.getRings().size(), 1);
  for (int64_t i = 0; i < layouts; ++i) {
    int64_t ring = type.getRing(i);
    auto keys = bytesOf(getKeys(ring)), values = bytesOf(getValues(ring));
    starts.push_back(period);
    if (!keys || !values || llvm::AddOverflow(period, *keys, period) ||
        llvm::AddOverflow(period, *values, period))
      return;
  }
  int64_t bytes;
  constexpr int64_t vectorBytes = 128; // of pairs, the widest
  int64_t whole = type.getLayers() / layouts, more = type.getLayers() % layouts;
  if (llvm::MulOverflow(period, whole, bytes) ||
      llvm::AddOverflow(bytes, more ? starts[more] : 0, bytes) ||
      llvm::AddOverflow(bytes, vectorBytes, bytes) || bytes > limit)
    return;
  total = bytes;
}

bool sinter::fillsTiles(InnerAttentionOp op, TargetAttr target) {
  constexpr int64_t size = 32;
  auto keys = cast<ShapedType>(op.getKeys().getType());
  auto values = cast<ShapedType>(op.getValues().getType());
  int64_t interleave = op.getInterleave();
  return target && target.hasBFloat16Tiles() && interleave == 2 &&
         getElementTypeOrSelf(op.getQ()).isBF16() &&
         keys.getElementType().isBF16() &&
         keys.getDimSize(2) * interleave % size == 0 &&
         keys.getDimSize(3) / interleave % size == 0 &&
         values.getDimSize(2) / interleave % size == 0 &&
         op.getBlock() % size == 0;
}
