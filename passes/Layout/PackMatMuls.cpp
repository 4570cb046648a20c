//===- PackMatMuls.cpp - matmuls read their weights packed ----------------===//
#include "dialects/Sinter/IR/ChosenMatrix.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/Recipe.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/Layout/Epilogue.h"
#include "passes/Layout/Layout.h"

namespace sinter {
#define GEN_PASS_DEF_PACKMATMULS
#include "passes/Layout/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
class Packer {
public:
  Packer(ModuleOp module, ReportEntries &report, int64_t lanes, bool widen)
      : rewriter(module.getContext()), report(report), lanes(lanes),
        storesWide(widen) {
    auto target = module->getAttrOfType<TargetAttr>(targetAttrName);
    hasDot = target && target.hasBFloat16Dot();
    hasTiles = target && target.hasBFloat16Tiles();
  }

  void pack(MatMulOp matmul);
  void gatherFromHead(GatherOp gather);

private:
  std::optional<std::string> whyNot(MatMulOp matmul);

  IRRewriter rewriter;
  ReportEntries &report;
  int64_t lanes;
  bool storesWide;
  bool hasDot; // bf16 rows may stay bf16
  bool hasTiles;
  Recipes recipes;
  // What is packed: the matrix [K, N] and its packed form.
  SmallVector<std::pair<Value, Value>> packed;
};
} // namespace

static bool isNarrow(Value x) {
  return elementOf(x).isF16() || elementOf(x).isBF16();
}

std::optional<std::string> Packer::whyNot(MatMulOp matmul) {
  Value w = matmul.getB();
  std::string whyNotChosen;
  if (!getChosenMatrix(matmul, recipes, &whyNotChosen) && !whyNotChosen.empty())
    return whyNotChosen;
  if (!recipes.contains(w))
    return "the right side is no stored weight";
  if (rankOf(w) != 2)
    return "the weight has rank " + std::to_string(rankOf(w)) + ", not 2";
  if (recipes.contains(matmul.getA()))
    return "both sides are stored weights";
  if (!isa<FloatType>(elementOf(w)))
    return "the weight holds integers";
  if (!tensorOf(w).hasStaticShape() || tensorOf(w).getNumElements() == 0)
    return "the weight is empty";
  return std::nullopt;
}

void Packer::pack(MatMulOp matmul) {
  Dims y = dimsOf(matmul.getY()), x = dimsOf(matmul.getA());
  auto sizes = [&](Builder &b) {
    return SmallVector<NamedAttribute>{
        b.getNamedAttr("m", b.getStringAttr(y[y.size() - 2].str())),
        b.getNamedAttr("n", b.getStringAttr(y.back().str())),
        b.getNamedAttr("k", b.getStringAttr(x.back().str()))};
  };
  auto kernel = [&](StringRef name) {
    auto list = sizes(rewriter);
    list.push_back(
        rewriter.getNamedAttr("kernel", rewriter.getStringAttr(name)));
    return list;
  };
  Location loc = matmul.getLoc();
  if (auto reason = whyNot(matmul)) {
    report.add("matmul", loc, "kernel", *reason, kernel("loops"));
    return;
  }
  Value w = matmul.getB(), rows = matmul.getA();
  // A weight that is widened where it is used is stored narrow.
  if (auto widen = w.getDefiningOp<CastOp>();
      widen && !storesWide && isNarrow(widen.getX()))
    w = widen.getX();
  int64_t interleave = elementOf(w).isBF16() ? 2 : 1;
  if (auto widen = rows.getDefiningOp<CastOp>();
      widen && hasDot && elementOf(w).isBF16() &&
      elementOf(widen.getX()).isBF16() && tensorOf(w).getDimSize(0) % 2 == 0)
    rows = widen.getX();
  // TDPBF16PS, when tiles are full.
  constexpr int64_t tileDepth = 32;
  int64_t depthBlock = 0;
  std::string whyNoTiles;
  if (hasTiles && elementOf(rows).isBF16()) {
    if (tensorOf(w).getDimSize(0) % tileDepth == 0)
      depthBlock = tileDepth;
    else
      whyNoTiles = "no AMX tiles: the depth is no multiple of " +
                   std::to_string(tileDepth);
  }
  Epilogue epilogue = Epilogue::find(rewriter, matmul, recipes, lanes, hasDot);
  Dims out = dimsOf(epilogue.result());
  rewriter.setInsertionPoint(epilogue.last());
  hoistRecipe(w, epilogue.last());
  std::string name = "packed ";
  llvm::raw_string_ostream(name)
      << elementOf(w) << ", panels of " << lanes
      << (depthBlock ? ", AMX tiles" : "") << epilogue.describe();
  bool isGated = epilogue.getGateKind() != nullptr;
  if (isGated)
    w = epilogue.getGate().interleave(rewriter, w, lanes);
  Value panels = PackOp::create(rewriter, loc, w, lanes, interleave);
  if (!isGated)
    packed.push_back({w, panels});
  DimExpr count = product(ArrayRef(x).drop_back());
  Value flat = reshapeTo(rewriter, rows, {count, tensorOf(w).getDimSize(0)});
  auto type = getTensorType({count, out.back()}, elementOf(epilogue.result()));
  Value result = PackedMatMulOp::create(
      rewriter, loc, type, flat, panels, epilogue.getBias(), interleave,
      depthBlock, epilogue.getGateKind(), epilogue.getActivationKind());
  std::string whyNot =
      whyNoTiles.empty() ? epilogue.whyNoGate().str() : whyNoTiles;
  epilogue.replace(rewriter, reshapeTo(rewriter, result, out));
  report.add("matmul", loc, "kernel", whyNot, kernel(name));
}

// x of gather(x, ids) along axis 0 when it is the transpose of a packed matrix.
void Packer::gatherFromHead(GatherOp gather) {
  Value table = gather.getX();
  if (gather.getAxis() != 0 || rankOf(table) != 2 || !recipes.contains(table))
    return;
  auto isTransposed = [](Value a, Value b) { // a = transpose(b)
    auto t = a.getDefiningOp<TransposeOp>();
    return t && t.getX() == b && t.getPerm()[0] == 1;
  };
  for (auto [matrix, panels] : packed) {
    if (!isTransposed(matrix, table) && !isTransposed(table, matrix))
      continue;
    rewriter.setInsertionPoint(gather);
    hoistRecipe(panels, gather);
    auto result = PackedGatherOp::create(
        rewriter, gather.getLoc(), gather.getY().getType(), panels,
        gather.getIndices(), tensorOf(table).getDimSize(0),
        panels.getDefiningOp<PackOp>().getInterleave());
    rewriter.replaceOp(gather, result);
    report.add("embedding", result.getLoc(), "kernel",
               "gathers from the packed head: stored once");
    return;
  }
}

namespace {
struct PackMatMuls : sinter::impl::PackMatMulsBase<PackMatMuls> {
  using PackMatMulsBase::PackMatMulsBase;

  void runOnOperation() override {
    ReportEntries report(getOperation(), {"matmul", "embedding"});
    Packer packer(getOperation(), report, lanes, widen);
    SmallVector<MatMulOp> matmuls;
    SmallVector<GatherOp> gathers;
    getOperation().walk([&](Operation *op) {
      if (op->getParentOfType<TabulateOp>() || op->getParentOfType<TableOp>())
        return;
      if (auto matmul = dyn_cast<MatMulOp>(op))
        matmuls.push_back(matmul);
      if (auto gather = dyn_cast<GatherOp>(op))
        gathers.push_back(gather);
    });
    for (MatMulOp matmul : matmuls)
      packer.pack(matmul);
    for (GatherOp gather : gathers)
      packer.gatherFromHead(gather);
  }
};
} // namespace
