//===- TotalLength.cpp - conditions on the length of the whole prompt -----===//
#include "passes/Generate/TotalLength.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Generate/Decoder.h"

using namespace mlir;
using namespace sinter;

namespace {
class TotalLength {
public:
  explicit TotalLength(bool hasPast) : hasPast(hasPast) {}
  /// `value` over the total length; null where it is no function of sizes.
  Value get(Value value, unsigned depth = 0);

private:
  DimExpr substitute(const DimExpr &expr) const {
    DimExpr total = DimExpr::symbol(totalSymbol);
    return expr.substitute([&](StringRef s) -> std::optional<DimExpr> {
      if (hasPast ? s == pastSymbol : s == rowsSymbol)
        return hasPast ? total - rowsDim() : total;
      return std::nullopt;
    });
  }
  bool hasPast;
};
} // namespace

Value TotalLength::get(Value value, unsigned depth) {
  Operation *op = value.getDefiningOp();
  if (!op || depth > 32 || op->getNumResults() != 1)
    return {};
  if (isa<ConstantOp>(op))
    return value;
  OpBuilder b(op);
  if (auto sizes = dyn_cast<SymbolicOp>(op)) {
    Dims exprs;
    DimsAttr old = sizes.getExprs();
    for (unsigned i = 0; i < old.getExprs().size(); ++i)
      exprs.push_back(substitute(old.getDim(i)));
    return SymbolicOp::create(b, op->getLoc(), sizes.getType(),
                              DimsAttr::get(b.getContext(), exprs));
  }
  auto type = tensorOf(value);
  if (!type.hasStaticShape() || type.getNumElements() != 1 ||
      !isa<ElementwiseOpInterface, ReshapeOp>(op))
    return {};
  IRMapping mapping;
  for (Value operand : op->getOperands()) {
    Value mapped = get(operand, depth + 1);
    if (!mapped)
      return {};
    mapping.map(operand, mapped);
  }
  return b.clone(*op, mapping)->getResult(0);
}

void sinter::chooseByTotalLength(func::FuncOp step, bool hasPast) {
  TotalLength total(hasPast);
  for (auto select : llvm::to_vector(step.getOps<SelectOp>())) {
    auto type = tensorOf(select.getCond());
    if (!type.hasStaticShape() || type.getNumElements() != 1)
      continue;
    if (Value cond = total.get(select.getCond()))
      select.getCondMutable().assign(cond);
  }
}
