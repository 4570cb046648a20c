//===- RoundAttention.cpp - queries as narrow as the cache ----------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/Builders.h"
#include "passes/Quantize/Quantize.h"

namespace sinter {
#define GEN_PASS_DEF_ROUNDATTENTION
#include "passes/Quantize/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
struct RoundAttention : sinter::impl::RoundAttentionBase<RoundAttention> {
  void runOnOperation() override {
    auto target = getOperation()->getAttrOfType<TargetAttr>(targetAttrName);
    if (!target || !target.hasBFloat16Dot())
      return;
    getOperation().walk([](CachedAttentionOp op) {
      CacheType cache = op.getCache().getType();
      if (!cache.getElementType().isBF16() || cache.getKeyDim() % 2 ||
          !elementOf(op.getQ()).isF32())
        return;
      OpBuilder b(op);
      Value narrow =
          CastOp::create(b, op.getLoc(), op.getQ(), cache.getElementType());
      op.getQMutable().assign(narrow);
    });
  }
};
} // namespace
