//===- Liveness.cpp - when a buffer is in use -----------------------------===//
#include "passes/Bufferize/Liveness.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace sinter;

BufferLiveness::BufferLiveness(func::FuncOp function) {
  unsigned next = 0;
  function.walk<WalkOrder::PreOrder>(
      [&](Operation *op) { spans[op].first = next++; });
  function.walk([&](Operation *op) { // post order: inner ops are known
    unsigned last = spans[op].first;
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Operation &inner : block)
          last = std::max(last, spans[&inner].last);
    spans[op].last = last;
  });
}

LiveRange BufferLiveness::get(Operation *allocation) const {
  LiveRange range;
  llvm::SetVector<Value> aliases;
  aliases.insert(allocation->getResult(0));
  for (unsigned i = 0; i < aliases.size(); ++i)
    for (OpOperand &use : aliases[i].getUses()) {
      Operation *user = use.getOwner();
      // The outermost op around the use that the allocation's block holds.
      Operation *here = allocation->getBlock()->findAncestorOpInBlock(*user);
      const LiveRange &span = spans.at(here ? here : user);
      range.first = std::min(range.first, span.first);
      range.last = std::max(range.last, span.last);
      for (Value result : user->getResults())
        if (isa<BaseMemRefType>(result.getType()))
          aliases.insert(result);
      if (auto loop = dyn_cast<scf::ForOp>(user)) {
        for (auto [init, argument] :
             llvm::zip_equal(loop.getInitArgs(), loop.getRegionIterArgs()))
          if (init == aliases[i])
            aliases.insert(argument);
      } else if (isa<scf::YieldOp>(user)) {
        for (Value result : user->getParentOp()->getResults())
          if (isa<BaseMemRefType>(result.getType()))
            aliases.insert(result);
      }
    }
  return range;
}
