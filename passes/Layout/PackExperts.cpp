//===- PackExperts.cpp - rows read the one matrix that they chose ---------===//
//
// Runs before PackMatMuls, which reports what is left. The matrices of all
// experts are packed one after another; a product reads those that were chosen,
// and no copy of them is made. Where a graph computes all experts and
// multiplies by the router's weights (RowWeights.h), the rows that are
// multiplied by 0 choose none.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/ChosenMatrix.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/Layout/Layout.h"
#include "passes/Layout/RowWeights.h"

namespace sinter {
#define GEN_PASS_DEF_PACKEXPERTS
#include "passes/Layout/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
/// One product for each row of the leading dimensions of y.
class ExpertPacker {
public:
  ExpertPacker(ModuleOp module, ReportEntries &report, int64_t lanes,
               bool storesWide)
      : rewriter(module.getContext()), report(report), lanes(lanes),
        storesWide(storesWide) {}

  void packChosen(MatMulOp matmul, const ChosenMatrix &chosen);
  void packAll(MatMulOp matmul, Value weights);

private:
  Value repeat(Value x, ArrayRef<DimExpr> dims);
  Value number(int64_t value);
  void pack(MatMulOp matmul, Value table, Value rows, Value experts,
            ArrayRef<DimExpr> batch, bool skips);

  IRRewriter rewriter;
  ReportEntries &report;
  int64_t lanes;
  bool storesWide;
};
} // namespace

Value ExpertPacker::repeat(Value x, ArrayRef<DimExpr> dims) {
  auto type = getTensorType(dims, elementOf(x));
  return type == x.getType()
             ? x
             : BroadcastToOp::create(rewriter, x.getLoc(), type, x, Value())
                   .getY();
}

Value ExpertPacker::number(int64_t value) {
  auto type = RankedTensorType::get({}, rewriter.getI64Type());
  return ConstantOp::create(rewriter, rewriter.getUnknownLoc(), type,
                            DenseElementsAttr::get(type, value));
}

// `table` [E, K, N], rows [batch.., K], experts [batch..].
void ExpertPacker::pack(MatMulOp matmul, Value table, Value rows, Value experts,
                        ArrayRef<DimExpr> batch, bool skips) {
  Location loc = matmul.getLoc();
  int64_t interleave = elementOf(table).isBF16() ? 2 : 1;
  Value panels = PackOp::create(rewriter, loc, table, lanes, interleave);
  ArrayRef<int64_t> sizes = tensorOf(table).getShape();
  int64_t depth = sizes[1], columns = sizes[2];
  DimExpr count = product(batch);
  rows = reshapeTo(rewriter, rows, {count, depth});
  experts = reshapeTo(rewriter, experts, {count});
  Value result = PackedExpertMatMulOp::create(
      rewriter, loc, getTensorType({count, columns}, elementOf(matmul.getY())),
      rows, panels, experts, interleave, skips);
  rewriter.replaceOp(matmul,
                     reshapeTo(rewriter, result, dimsOf(matmul.getY())));

  std::string kernel = "packed ";
  llvm::raw_string_ostream os(kernel);
  os << elementOf(table) << ", panels of " << lanes << ", chosen of "
     << sizes[0];
  if (skips)
    os << " or none";
  auto text = [&](StringRef key, const std::string &value) {
    return rewriter.getNamedAttr(key, rewriter.getStringAttr(value));
  };
  report.add("expert_matmul", loc, "kernel", "",
             {text("m", count.str()), text("n", std::to_string(columns)),
              text("k", std::to_string(depth)), text("kernel", kernel)});
}

/// A weight that is widened where it is used is stored narrow.
static Value stripWidening(Value table, bool storesWide) {
  auto widen = table.getDefiningOp<CastOp>();
  bool isNarrow =
      widen && elementOf(widen.getX()).getIntOrFloatBitWidth() == 16;
  return isNarrow && !storesWide ? widen.getX() : table;
}

void ExpertPacker::packChosen(MatMulOp matmul, const ChosenMatrix &chosen) {
  rewriter.setInsertionPoint(matmul);
  Value table = stripWidening(chosen.table->get(), storesWide);
  hoistRecipe(table, matmul);
  if (chosen.isTransposed)
    table = TransposeOp::create(rewriter, matmul.getLoc(), table,
                                ArrayRef<int64_t>{0, 2, 1});
  Dims batch = dimsOf(matmul.getY());
  batch.resize(batch.size() - 2);
  // The rows of an op without the unit dimension, repeated over the batch.
  DimExpr depth(tensorOf(table).getDimSize(1));
  Dims own = dimsOf(chosen.rows), all = batch;
  own.resize(own.size() - 2);
  own.push_back(depth);
  all.push_back(depth);
  Value rows = repeat(reshapeTo(rewriter, chosen.rows, own), all);
  pack(matmul, table, rows, chosen.experts, batch, /*skips=*/false);
}

// All rows of every matrix, but for those whose weight is 0. A weight of rank 2
// is one matrix, which rows choose or not.
void ExpertPacker::packAll(MatMulOp matmul, Value weights) {
  rewriter.setInsertionPoint(matmul);
  Location loc = matmul.getLoc();
  Value table = stripWidening(matmul.getB(), storesWide);
  hoistRecipe(table, matmul);
  Dims sizes = dimsOf(table), batch = dimsOf(matmul.getY());
  batch.pop_back();
  if (sizes.size() == 2) {
    sizes.insert(sizes.begin(), DimExpr(1));
    table = reshapeTo(rewriter, table, sizes);
  }
  int64_t count = *sizes[0].getConstant();
  Value experts = number(0);
  if (count > 1) { // row (e, t) is of matrix e
    Value each = RangeOp::create(
        rewriter, loc, getTensorType({sizes[0]}, rewriter.getI64Type()),
        number(0), number(count), number(1));
    experts = reshapeTo(rewriter, each, {sizes[0], 1});
  }
  experts = repeat(experts, batch);
  if (weights) {
    Dims own = dimsOf(weights);
    own.pop_back();
    Value column = reshapeTo(rewriter, weights, own);
    auto zero = RankedTensorType::get({}, elementOf(weights));
    Value none = ConstantOp::create(
        rewriter, loc, zero,
        DenseElementsAttr::get(
            zero, rewriter.getFloatAttr(zero.getElementType(), 0)));
    Value counts = CompareOp::create(rewriter, loc, Predicate::ne,
                                     repeat(column, batch), none);
    experts = SelectOp::create(rewriter, loc, counts, experts, number(count));
  }
  Dims all = batch;
  all.push_back(sizes[1]);
  pack(matmul, table, repeat(matmul.getA(), all), experts, batch,
       bool(weights));
}

/// Stored matrices on the right that packAll takes: one, or one for each entry
/// of the first dimension.
static bool isStored(MatMulOp matmul, Recipes &recipes) {
  Value w = matmul.getB();
  int64_t rank = rankOf(w);
  return recipes.contains(w) && !recipes.contains(matmul.getA()) &&
         isa<FloatType>(elementOf(w)) && tensorOf(w).hasStaticShape() &&
         tensorOf(w).getNumElements() > 0 && rankOf(matmul.getA()) >= 2 &&
         (rank == 2 || (rank == 3 && rankOf(matmul.getY()) == 3 &&
                        tensorOf(w).getDimSize(0) > 1));
}

namespace {
struct PackExperts : sinter::impl::PackExpertsBase<PackExperts> {
  using PackExpertsBase::PackExpertsBase;

  void runOnOperation() override {
    ReportEntries report(getOperation(), {"expert_matmul"});
    ExpertPacker packer(getOperation(), report, lanes, widen);
    SmallVector<MatMulOp> matmuls;
    getOperation().walk([&](MatMulOp op) {
      if (!op->getParentOfType<TabulateOp>() && !op->getParentOfType<TableOp>())
        matmuls.push_back(op);
    });
    // Weights of rows are followed through products: all of them first.
    llvm::DenseMap<Operation *, Value> weights;
    Recipes stored;
    for (MatMulOp matmul : matmuls)
      if (isStored(matmul, stored))
        weights[matmul] = findRowWeights(matmul, stored);
    for (MatMulOp matmul : matmuls) {
      Recipes recipes; // packing replaces values
      if (auto chosen = getChosenMatrix(matmul, recipes))
        packer.packChosen(matmul, *chosen);
      else if (auto it = weights.find(matmul);
               it != weights.end() &&
               (it->second || rankOf(matmul.getB()) == 3))
        packer.packAll(matmul, it->second);
    }
  }
};
} // namespace
