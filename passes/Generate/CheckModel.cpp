//===- CheckModel.cpp - the invariants of level 2 -------------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "passes/Generate/Decoder.h"
#include "passes/Generate/Generate.h"

namespace sinter {
#define GEN_PASS_DEF_CHECKMODEL
#include "passes/Generate/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static LogicalResult checkShapes(func::FuncOp func) {
  auto walk = func.walk([](Operation *op) -> WalkResult {
    if (auto resolve = dyn_cast<ResolveShapeOpInterface>(op);
        resolve && !resolve.isResolved())
      return op->emitOpError("level 2 wants resolved shapes");
    for (Type type : op->getResultTypes())
      if (auto tensor = dyn_cast<RankedTensorType>(type))
        for (const DimExpr &d : getDims(tensor))
          if (d.isUnknown())
            return op->emitOpError("level 2 wants known sizes, not ") << type;
    return WalkResult::advance();
  });
  return failure(walk.wasInterrupted());
}

/// Each state of the cache has one successor, and no one reads a state after
/// its memory has become the next one.
static LogicalResult checkCache(func::FuncOp func) {
  SmallVector<Value> states;
  for (BlockArgument argument : func.getArguments())
    if (isa<CacheType>(argument.getType()))
      states.push_back(argument);
  func.walk([&](CacheAppendOp op) { states.push_back(op.getNext()); });
  for (Value state : states) {
    Operation *next = nullptr;
    for (Operation *user : state.getUsers()) {
      if (isa<CachedAttentionOp>(user))
        continue;
      if (next)
        return user->emitOpError("uses a state of the cache that '")
               << next->getName() << "' already took";
      next = user;
    }
    if (!next)
      return func.emitError("a state of the cache is lost");
    for (Operation *user : state.getUsers())
      if (user != next && user->getBlock() == next->getBlock() &&
          next->isBeforeInBlock(user))
        return user->emitOpError("reads a state of the cache after its "
                                 "memory became the next state");
  }
  return success();
}

static LogicalResult checkStep(func::FuncOp step) {
  FunctionType type = step.getFunctionType();
  auto isTensor = [](Type t, ArrayRef<DimExpr> dims) {
    auto tensor = dyn_cast<RankedTensorType>(t);
    return tensor && getDims(tensor).size() == dims.size() &&
           llvm::all_of_zip(getDims(tensor), dims,
                            [](const DimExpr &a, const DimExpr &b) {
                              return a == b || b.isUnknown();
                            });
  };
  // Without a cache a step recomputes the whole prefix.
  bool recomputes = type.getNumInputs() == 4 && type.getNumResults() == 1;
  bool cached = type.getNumInputs() == 5 && type.getNumResults() == 2 &&
                isa<CacheType>(type.getInput(4)) &&
                type.getInput(4) == type.getResult(1);
  bool fits = (recomputes || cached) &&
              isTensor(type.getInput(0), {rowsDim()}) &&
              isTensor(type.getResult(0),
                       {DimExpr::symbol(wantedSymbol), DimExpr::unknown()}) &&
              getElementTypeOrSelf(type.getResult(0)).isF32();
  StringRef symbols[] = {pastSymbol, totalSymbol, wantedSymbol};
  for (unsigned i = 1; fits && i < 4; ++i) {
    auto symbol = step.getArgAttrOfType<StringAttr>(i, symbolAttrName);
    fits = type.getInput(i).isIndex() && symbol &&
           symbol.getValue() == symbols[i - 1];
  }
  if (!fits)
    return step.emitError("@step is not (tokens [rows], past, total, wanted, "
                          "cache) -> (f32 logits [wanted, vocabulary], cache)");
  auto module = step->getParentOfType<ModuleOp>();
  auto length = module->getAttrOfType<IntegerAttr>(maxLengthAttrName);
  if (!length || !module->getAttrOfType<IntegerAttr>(prefillChunkAttrName) ||
      (cached &&
       length.getInt() > cast<CacheType>(type.getInput(4)).getCapacity()))
    return step.emitError("the module wants ")
           << maxLengthAttrName << " (at most the cache's capacity) and "
           << prefillChunkAttrName;
  if (recomputes)
    return success();
  auto walk = step.walk([](AttentionOp op) -> WalkResult {
    return op.emitOpError("a step attends over the cache");
  });
  return failure(walk.wasInterrupted());
}

namespace {
struct CheckModelPass : sinter::impl::CheckModelBase<CheckModelPass> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      auto entry = func->getAttrOfType<StringAttr>(entryAttrName);
      if (!entry)
        continue;
      if (failed(checkShapes(func)) || failed(checkCache(func)) ||
          (entry == "step" && failed(checkStep(func))))
        return signalPassFailure();
    }
    markAllAnalysesPreserved();
  }
};
} // namespace
