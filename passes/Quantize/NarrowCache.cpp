//===- NarrowCache.cpp - the cache's element type -------------------------===//
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "passes/Quantize/Quantize.h"

namespace sinter {
#define GEN_PASS_DEF_NARROWCACHE
#include "passes/Quantize/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static Type withElement(Type type, Type element) {
  auto cache = dyn_cast<CacheType>(type);
  if (!cache)
    return type;
  return CacheType::get(type.getContext(), cache.getLayers(), cache.getHeads(),
                        cache.getCapacity(), cache.getKeyDim(),
                        cache.getValueDim(), element, cache.getRings());
}

namespace {
struct NarrowCache : sinter::impl::NarrowCacheBase<NarrowCache> {
  using NarrowCacheBase::NarrowCacheBase;

  void runOnOperation() override {
    FloatType type = parseFloatType(&getContext(), element);
    if (!type) {
      getOperation().emitError("no float type ") << element;
      return signalPassFailure();
    }
    auto set = [&](auto values) {
      for (Value value : values)
        value.setType(withElement(value.getType(), type));
    };
    getOperation().walk([&](Operation *op) {
      set(op->getResults());
      for (Region &region : op->getRegions())
        for (Block &block : region)
          set(block.getArguments());
      if (auto function = dyn_cast<FunctionOpInterface>(op)) {
        auto all = [&](ArrayRef<Type> types) {
          return llvm::map_to_vector(
              types, [&](Type t) { return withElement(t, type); });
        };
        function.setType(FunctionType::get(&getContext(),
                                           all(function.getArgumentTypes()),
                                           all(function.getResultTypes())));
      }
    });
  }
};
} // namespace
