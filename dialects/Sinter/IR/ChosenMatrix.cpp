//===- ChosenMatrix.cpp - a matmul with one of several stored matrices ----===//
#include "dialects/Sinter/IR/ChosenMatrix.h"
#include "dialects/Sinter/IR/InferHelpers.h"

using namespace mlir;
using namespace sinter;

/// Takes transposes of the last two dimensions, and casts, off `x`.
static Value stripSwaps(Value x, bool &swapped) {
  while (true) {
    if (auto cast = x.getDefiningOp<CastOp>()) {
      x = cast.getX();
      continue;
    }
    auto transpose = x.getDefiningOp<TransposeOp>();
    int64_t rank = rankOf(x);
    if (!transpose || rank < 3)
      return x;
    auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::swap(perm[rank - 1], perm[rank - 2]);
    if (transpose.getPerm() != ArrayRef(perm))
      return x;
    swapped = !swapped;
    x = transpose.getX();
  }
}

/// Fills in gather, table and experts where `x` is matrices of a recipe.
static bool matchGather(Value x, Recipes &recipes, ChosenMatrix &chosen) {
  if (auto gather = x.getDefiningOp<GatherOp>()) {
    if (gather.getAxis() != 0)
      return false;
    chosen.table = &gather.getXMutable();
    chosen.experts = gather.getIndices();
  } else if (auto gather = x.getDefiningOp<GatherNDOp>()) {
    if (gather.getBatchDims() != 0 ||
        !dimsOf(gather.getIndices()).back().isConstant(1))
      return false;
    chosen.table = &gather.getXMutable();
    chosen.experts = gather.getIndices();
  } else {
    return false;
  }
  chosen.gather = x.getDefiningOp();
  Value table = chosen.table->get();
  return rankOf(table) == 3 && recipes.contains(table) &&
         tensorOf(table).hasStaticShape() &&
         tensorOf(table).getNumElements() > 0 &&
         isa<FloatType>(elementOf(table)) && !recipes.contains(chosen.experts);
}

std::optional<ChosenMatrix> sinter::getChosenMatrix(MatMulOp matmul,
                                                    Recipes &recipes,
                                                    std::string *reason) {
  ChosenMatrix chosen;
  Value a = matmul.getA(), b = matmul.getB();
  bool isLeft = false, swapped = false;
  if (!matchGather(stripSwaps(b, swapped), recipes, chosen)) {
    swapped = false;
    if (!matchGather(stripSwaps(a, swapped), recipes, chosen))
      return std::nullopt;
    isLeft = true;
  }
  // W x is x^T W^T.
  chosen.rows = isLeft ? b : a;
  chosen.isTransposed = isLeft != swapped;
  Dims rows = dimsOf(chosen.rows), y = dimsOf(matmul.getY());
  int64_t rank = y.size();
  auto fail = [&](const std::string &why) {
    if (reason)
      *reason = why;
    return std::nullopt;
  };
  if (int64_t(rows.size()) < 2 || !y[rank - (isLeft ? 1 : 2)].isConstant(1))
    return fail("several rows for each matrix that is chosen");
  Dims batch = dimsOf(chosen.experts);
  if (isa<GatherNDOp>(chosen.gather))
    batch.pop_back();
  if (ArrayRef(y).drop_back(2) != ArrayRef(batch))
    return fail("the chosen matrices are repeated over a batch");
  return chosen;
}
