//===- MaskAnalysis.cpp - what a mask of attention means ------------------===//
#include "passes/Generate/MaskAnalysis.h"
#include "passes/Generate/ElementValue.h"

using namespace mlir;
using namespace sinter;

// No symbol of an imported model has a colon.
static constexpr llvm::StringLiteral headSymbol = ":h", querySymbol = ":i",
                                     keySymbol = ":j";
static constexpr double removes = -1e4;

/// The condition under which an additive mask leaves its score alone; nullopt
/// when it may change a score without removing it.
static std::optional<Formula> getKept(const Element &x, const Domain &domain) {
  if (x.kind == Element::Kind::condition)
    return x.condition;
  if (x.kind == Element::Kind::choice) {
    auto a = getKept(*x.whenTrue, domain), b = getKept(*x.whenFalse, domain);
    if (!a || !b)
      return std::nullopt;
    return Formula::choice(x.condition, *a, *b, domain);
  }
  auto c = x.getConstant();
  if (!c || (*c != 0 && !(*c <= removes)))
    return std::nullopt;
  return Formula(*c == 0);
}

std::optional<MaskMeaning> sinter::analyzeMask(Value mask, const DimExpr &heads,
                                               const DimExpr &queries,
                                               const DimExpr &keys,
                                               std::string &reason) {
  MaskMeaning meaning;
  if (!mask)
    return meaning;
  Domain domain;
  domain.addIndex(headSymbol, heads - DimExpr(1));
  domain.addIndex(querySymbol, queries - DimExpr(1));
  domain.addIndex(keySymbol, keys - DimExpr(1));
  for (const std::string &symbol : queries.getSymbols())
    domain.addPositive(symbol);
  DimExpr h = DimExpr::symbol(headSymbol), i = DimExpr::symbol(querySymbol),
          j = DimExpr::symbol(keySymbol);
  Dims scores{1, heads, queries, keys}, places{0, h, i, j}, index;
  Dims dims = dimsOf(mask);
  for (size_t k = 0; k < dims.size(); ++k) {
    size_t at = k + 4 - dims.size();
    if (!dims[k].isConstant(1) && dims[k] != scores[at]) {
      reason =
          "the mask's size " + dims[k].str() + " is not " + scores[at].str();
      return std::nullopt;
    }
    index.push_back(dims[k].isConstant(1) ? DimExpr(0) : places[at]);
  }
  ElementEvaluator evaluator(domain);
  auto element = evaluator.evaluate(mask, index);
  if (!element) {
    reason = "the mask is not known: " + evaluator.getReason();
    return std::nullopt;
  }
  auto kept = getKept(*element, domain);
  if (!kept) {
    reason = "the mask adds to scores that it does not remove";
    return std::nullopt;
  }
  auto conditions = kept->getConjunction();
  if (!conditions) {
    reason = "the mask keeps " + kept->str();
    return std::nullopt;
  }
  // Positions behind the query's own: i + keys - queries - j.
  DimExpr behind = i + keys - queries - j;
  for (const DimExpr &condition : *conditions) {
    if (condition == behind) {
      meaning.causal = true;
      continue;
    }
    auto window = (condition + behind + DimExpr(1)).getConstant();
    if (!window || *window <= 0) {
      reason = "the mask keeps keys where " + condition.str() + " >= 0";
      return std::nullopt;
    }
    meaning.window =
        meaning.window ? std::min(meaning.window, *window) : *window;
  }
  return meaning;
}
