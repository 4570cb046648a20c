//===- Roll.cpp - the pass ------------------------------------------------===//
#include "passes/Roll/Roll.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/Roll/BuildLoop.h"
#include "passes/Roll/Schedule.h"

namespace sinter {
#define GEN_PASS_DEF_ROLL
#include "passes/Roll/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// A model has few stacks of layers (encoder, decoder).
static constexpr unsigned maxStacks = 8;

static void eraseUnusedTables(ModuleOp module) {
  llvm::DenseSet<StringAttr> used;
  module.walk([&](LoadOp load) { used.insert(load.getTableAttr().getAttr()); });
  for (TableOp table : llvm::make_early_inc_range(module.getOps<TableOp>()))
    if (!used.contains(table.getSymNameAttr()))
      table->erase();
}

namespace {
struct RollPass : sinter::impl::RollBase<RollPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    ReportEntries report(module, {"roll"});
    SymbolTable symbols(module);
    Builder b(module.getContext());
    for (auto function : module.getOps<func::FuncOp>()) {
      if (function.isDeclaration() || !function.getBody().hasOneBlock())
        continue;
      Block &block = function.getBody().front();
      bool rolled = false;
      for (unsigned i = 0; i < maxStacks; ++i) {
        orderByNeed(block);
        auto alignment = findLayers(block);
        if (!alignment)
          break;
        Location where = alignment->layers.front().back()->getLoc();
        scf::ForOp loop = buildLoop(*alignment, symbols);
        sortTopologically(&block);
        report.add("roll", where, "note",
                   "layers that differ in their weights only are one loop",
                   {b.getNamedAttr("layers", b.getI64IntegerAttr(
                                                 alignment->layers.size())),
                    b.getNamedAttr("carried",
                                   b.getI64IntegerAttr(loop.getNumResults()))});
        rolled = true;
      }
      if (!rolled)
        report.add("roll", function.getLoc(), "note",
                   "no layers that differ in their weights only");
    }
    eraseUnusedTables(module);
  }
};
} // namespace
