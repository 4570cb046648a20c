//===- IdentityGathers.cpp - gathers that select everything in order ------===//
#include "passes/Generate/IdentityGathers.h"
#include "passes/Generate/Decoder.h"
#include "passes/Generate/ElementValue.h"

using namespace mlir;
using namespace sinter;

static bool isAlways(const Element &element, const DimExpr &value) {
  if (element.kind == Element::Kind::choice)
    return isAlways(*element.whenTrue, value) &&
           isAlways(*element.whenFalse, value);
  return element.kind == Element::Kind::integer && element.integer == value;
}

static bool isIdentity(GatherNDOp gather) {
  Dims x = dimsOf(gather.getX()), indices = dimsOf(gather.getIndices());
  size_t axis = gather.getBatchDims();
  if (indices.size() != axis + 2 || !indices[axis + 1].isConstant(1) ||
      dimsOf(gather.getY()) != x)
    return false;
  // No symbol of an imported model has a colon.
  Domain domain;
  domain.addPositive(rowsSymbol);
  Dims index;
  for (size_t i = 0; i <= axis; ++i) {
    std::string symbol = ":" + std::to_string(i);
    domain.addIndex(symbol, x[i] - DimExpr(1));
    index.push_back(x[i].isConstant(1) ? DimExpr(0) : DimExpr::symbol(symbol));
  }
  index.push_back(0);
  auto element = ElementEvaluator(domain).evaluate(gather.getIndices(), index);
  return element && isAlways(*element, index[axis]);
}

void sinter::foldIdentityGathers(func::FuncOp step) {
  for (auto gather : llvm::make_early_inc_range(step.getOps<GatherNDOp>())) {
    if (!isIdentity(gather))
      continue;
    gather.replaceAllUsesWith(gather.getX());
    gather.erase();
  }
}
