//===- StoreWeights.cpp - recipes leave the functions for tables ----------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/Recipe.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/Layout/Layout.h"
#include "llvm/ADT/StringExtras.h"

namespace sinter {
#define GEN_PASS_DEF_STOREWEIGHTS
#include "passes/Layout/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// Constants below this stay in the code: scalars, epsilons, small shapes.
static constexpr int64_t smallestStored = 16;

namespace {
class WeightStore {
public:
  WeightStore(ModuleOp module) : module(module), symbols(module) {}
  LogicalResult store(func::FuncOp function);

private:
  TableOp getTable(Value recipe);
  std::string nameOf(Value recipe);

  ModuleOp module;
  SymbolTable symbols;
  Recipes recipes;
  llvm::MapVector<Value, TableOp> tables; // of one function
};
} // namespace

// The first param's name as a symbol, else "constant".
std::string WeightStore::nameOf(Value recipe) {
  std::string name;
  for (Operation *op : getRecipeOps(recipe))
    if (auto param = dyn_cast<ParamOp>(op)) {
      name = param.getName().str();
      break;
    }
  if (name.empty())
    name = "constant";
  for (char &c : name)
    if (!llvm::isAlnum(c) && c != '_' && c != '.')
      c = '_';
  if (llvm::isDigit(name[0]))
    name = "_" + name;
  return name;
}

TableOp WeightStore::getTable(Value recipe) {
  TableOp &table = tables[recipe];
  if (table)
    return table;
  OpBuilder b(module.getContext());
  OperationState state(recipe.getLoc(), TableOp::getOperationName());
  state.addAttribute("sym_name", b.getStringAttr(nameOf(recipe)));
  state.addAttribute("type", TypeAttr::get(recipe.getType()));
  state.addRegion();
  table = cast<TableOp>(Operation::create(state));
  b.setInsertionPointToStart(&table.getEntries()[0].emplaceBlock());
  IRMapping map;
  for (Operation *op : getRecipeOps(recipe))
    b.clone(*op, map);
  YieldOp::create(b, recipe.getLoc(), map.lookup(recipe));
  // In the order in which they are first read: before the functions.
  Block::iterator at = module.getBody()->begin();
  while (at != module.getBody()->end() && isa<TableOp>(*at))
    ++at;
  symbols.insert(table, at);
  return table;
}

LogicalResult WeightStore::store(func::FuncOp function) {
  // Tables are in the order of first use: the stream of a token.
  SmallVector<OpOperand *> uses;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<TabulateOp>(op) && recipes.contains(op))
      return WalkResult::skip();
    if (recipes.contains(op))
      return WalkResult::advance();
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      auto type = dyn_cast<RankedTensorType>(value.getType());
      if (!type || !recipes.contains(value))
        continue;
      bool isSmall = value.getDefiningOp<ConstantOp>() &&
                     type.getNumElements() < smallestStored;
      if (!isSmall)
        uses.push_back(&operand);
    }
    return WalkResult::advance();
  });
  OpBuilder b(module.getContext());
  for (OpOperand *use : uses) {
    TableOp table = getTable(use->get());
    b.setInsertionPoint(use->getOwner());
    Value load =
        LoadOp::create(b, use->get().getLoc(), use->get().getType(),
                       FlatSymbolRefAttr::get(table.getSymNameAttr()), Value());
    use->set(load);
  }
  // What is left of the recipes has no users: users first, and what a region
  // holds before the op that owns it.
  SmallVector<Operation *> ops;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
  return success();
}

namespace {
struct StoreWeights : sinter::impl::StoreWeightsBase<StoreWeights> {
  void runOnOperation() override {
    WeightStore store(getOperation());
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (failed(store.store(function)))
        return signalPassFailure();
  }
};
} // namespace
