//===- RoundAttention.cpp - queries as narrow as keys and values ----------===//
//
// With a cache they are as the cache stores them; without one, queries, keys
// and values are rounded together.
//
//===----------------------------------------------------------------------===//
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
    getOperation().walk([](AttentionOp op) {
      auto width = dimsOf(op.getK())[3].getConstant();
      if (!elementOf(op.getQ()).isF32() || !width || *width % 2 ||
          op.getSinks())
        return;
      OpBuilder b(op);
      Type narrow = b.getBF16Type();
      for (OpOperand *x :
           {&op.getQMutable(), &op.getKMutable(), &op.getVMutable()})
        x->set(CastOp::create(b, op.getLoc(), x->get(), narrow));
      // Widened behind what only moves it: where it is used.
      Value y = op.getY();
      y.setType(getTensorType(dimsOf(y), narrow));
      while (y.hasOneUse() && isa<TransposeOp, ReshapeOp>(*y.user_begin())) {
        y = y.user_begin()->getResult(0);
        y.setType(getTensorType(dimsOf(y), narrow));
      }
      b.setInsertionPointAfterValue(y);
      Value wide = CastOp::create(b, op.getLoc(), y, b.getF32Type());
      y.replaceAllUsesExcept(wide, wide.getDefiningOp());
    });
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
