//===- PackExperts.cpp - rows read the one matrix that they chose ---------===//
//
// Runs before PackMatMuls, which reports what is left. The matrices of all
// experts are packed one after another; a product reads those that were chosen,
// and no copy of them is made.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/ChosenMatrix.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/Layout/Layout.h"

namespace sinter {
#define GEN_PASS_DEF_PACKEXPERTS
#include "passes/Layout/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static Value reshapeTo(IRRewriter &rewriter, Value x, ArrayRef<DimExpr> dims) {
  auto type = getTensorType(dims, elementOf(x));
  return type == x.getType()
             ? x
             : ReshapeOp::create(rewriter, x.getLoc(), type, x, Value(), false)
                   .getY();
}

static void pack(IRRewriter &rewriter, MatMulOp matmul,
                 const ChosenMatrix &chosen, int64_t lanes, bool storesWide,
                 ReportEntries &report) {
  Location loc = matmul.getLoc();
  rewriter.setInsertionPoint(matmul);
  Value table = chosen.table->get();
  // A weight that is widened where it is used is stored narrow.
  if (auto widen = table.getDefiningOp<CastOp>();
      widen && !storesWide &&
      elementOf(widen.getX()).getIntOrFloatBitWidth() == 16)
    table = widen.getX();
  hoistRecipe(table, matmul);
  if (chosen.isTransposed)
    table =
        TransposeOp::create(rewriter, loc, table, ArrayRef<int64_t>{0, 2, 1});
  int64_t interleave = elementOf(table).isBF16() ? 2 : 1;
  Value panels = PackOp::create(rewriter, loc, table, lanes, interleave);
  ArrayRef<int64_t> sizes = tensorOf(table).getShape();
  int64_t depth = sizes[1], columns = sizes[2];

  Dims y = dimsOf(matmul.getY());
  Dims batch(y.begin(), y.end() - 2);
  DimExpr count = product(batch);
  // The rows of an op without the unit dimension, repeated over the batch.
  Dims own = dimsOf(chosen.rows);
  own.resize(own.size() - 2);
  own.push_back(depth);
  Value rows = reshapeTo(rewriter, chosen.rows, own);
  Dims all = batch;
  all.push_back(depth);
  if (own != all)
    rows = BroadcastToOp::create(
        rewriter, loc, getTensorType(all, elementOf(rows)), rows, Value());
  rows = reshapeTo(rewriter, rows, {count, depth});
  Value experts = reshapeTo(rewriter, chosen.experts, {count});
  Value result = PackedExpertMatMulOp::create(
      rewriter, loc, getTensorType({count, columns}, elementOf(matmul.getY())),
      rows, panels, experts, interleave);
  result = reshapeTo(rewriter, result, y);
  rewriter.replaceOp(matmul, result);

  std::string kernel = "packed ";
  llvm::raw_string_ostream(kernel) << elementOf(table) << ", panels of "
                                   << lanes << ", chosen of " << sizes[0];
  auto text = [&](StringRef key, const std::string &value) {
    return rewriter.getNamedAttr(key, rewriter.getStringAttr(value));
  };
  report.add("expert_matmul", loc, "kernel", "",
             {text("m", count.str()), text("n", std::to_string(columns)),
              text("k", std::to_string(depth)), text("kernel", kernel)});
}

namespace {
struct PackExperts : sinter::impl::PackExpertsBase<PackExperts> {
  using PackExpertsBase::PackExpertsBase;

  void runOnOperation() override {
    ReportEntries report(getOperation(), {"expert_matmul"});
    IRRewriter rewriter(&getContext());
    SmallVector<MatMulOp> matmuls;
    getOperation().walk([&](MatMulOp op) {
      if (!op->getParentOfType<TabulateOp>() && !op->getParentOfType<TableOp>())
        matmuls.push_back(op);
    });
    for (MatMulOp matmul : matmuls) {
      Recipes recipes; // packing replaces values
      if (auto chosen = getChosenMatrix(matmul, recipes))
        pack(rewriter, matmul, *chosen, lanes, widen, report);
    }
  }
};
} // namespace
