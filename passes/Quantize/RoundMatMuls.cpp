//===- RoundMatMuls.cpp - narrow weights and activations ------------------===//
#include "dialects/Sinter/IR/ChosenMatrix.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/Recipe.h"
#include "mlir/IR/Builders.h"
#include "passes/Quantize/Quantize.h"
#include "llvm/ADT/DenseMap.h"

namespace sinter {
#define GEN_PASS_DEF_ROUNDMATMULS
#include "passes/Quantize/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
class Rounding {
public:
  // Null: nothing is rounded.
  Rounding(FloatType weights, FloatType rows) : weights(weights), rows(rows) {}

  void roundOperands(MatMulOp matmul);
  void roundTable(GatherOp gather);

private:
  void round(OpOperand &operand, FloatType type);

  FloatType weights, rows;
  Recipes recipes;
  // One pair of casts a value: operands that share rows share them too.
  llvm::DenseMap<std::pair<Value, Type>, Value> rounded;
};
} // namespace

void Rounding::round(OpOperand &operand, FloatType type) {
  Value x = operand.get();
  if (!type || !elementOf(x).isF32())
    return;
  Value &y = rounded[{x, type}];
  if (!y) {
    OpBuilder b(x.getContext());
    b.setInsertionPointAfterValue(x);
    Value narrow = CastOp::create(b, x.getLoc(), x, type);
    y = CastOp::create(b, x.getLoc(), narrow, b.getF32Type());
  }
  operand.set(y);
}

void Rounding::roundOperands(MatMulOp matmul) {
  if (auto chosen = getChosenMatrix(matmul, recipes)) {
    Value before = chosen->rows;
    round(*chosen->table, weights);
    round(before == matmul.getA() ? matmul.getAMutable() : matmul.getBMutable(),
          rows);
    return;
  }
  Value w = matmul.getB();
  if (!recipes.contains(w) || rankOf(w) < 2 || rankOf(w) > 3 ||
      recipes.contains(matmul.getA()))
    return;
  round(matmul.getBMutable(), weights);
  round(matmul.getAMutable(), rows);
}

void Rounding::roundTable(GatherOp gather) {
  Value table = gather.getX();
  if (gather.getAxis() == 0 && rankOf(table) == 2 && recipes.contains(table))
    round(gather.getXMutable(), weights);
}

namespace {
struct RoundMatMuls : sinter::impl::RoundMatMulsBase<RoundMatMuls> {
  using RoundMatMulsBase::RoundMatMulsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    FloatType ofWeights = parseFloatType(&getContext(), weights);
    FloatType ofRows = parseFloatType(&getContext(), compute);
    if ((!ofWeights && weights != "keep") || !ofRows) {
      module.emitError("no float type ") << (ofRows ? weights : compute);
      return signalPassFailure();
    }
    auto narrow = [](FloatType type) {
      return type && type.getWidth() < 32 ? type : FloatType();
    };
    Rounding rounding(narrow(ofWeights), narrow(ofRows));
    SmallVector<Operation *> ops;
    module.walk([&](Operation *op) {
      if (isa<MatMulOp, GatherOp>(op) && !op->getParentOfType<TabulateOp>() &&
          !op->getParentOfType<TableOp>())
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      if (auto matmul = dyn_cast<MatMulOp>(op))
        rounding.roundOperands(matmul);
      else
        rounding.roundTable(cast<GatherOp>(op));
    }
  }
};
} // namespace
