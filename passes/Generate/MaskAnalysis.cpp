//===- MaskAnalysis.cpp - what a mask of attention means ------------------===//
#include "passes/Generate/MaskAnalysis.h"
#include "passes/Generate/ElementValue.h"

using namespace mlir;
using namespace sinter;

// No symbol of an imported model has a colon.
static constexpr llvm::StringLiteral headSymbol = ":h", querySymbol = ":i",
                                     keySymbol = ":j";
static constexpr double removes = -1e4;

namespace {
/// What an additive mask does to a score.
struct Effect {
  Formula kept; // where it leaves it in place
  Element bias; // what it adds there
  bool isKept() const { return !kept.isFalse(); }
};

/// Inequalities that hold at the place in question.
using Facts = SmallVector<DimExpr>;
} // namespace

/// The condition's value where the facts decide it.
static std::optional<bool> decide(const Formula &condition, const Facts &facts,
                                  const Domain &domain) {
  auto atoms = condition.getConjunction();
  if (!atoms)
    return std::nullopt;
  auto follows = [&](const DimExpr &atom) {
    return llvm::any_of(facts, [&](const DimExpr &fact) {
      return domain.alwaysNonNegative(atom - fact);
    });
  };
  auto clashes = [&](const DimExpr &atom) {
    return llvm::any_of(facts, [&](const DimExpr &fact) {
      return domain.alwaysNegative(atom + fact);
    });
  };
  if (llvm::all_of(*atoms, follows))
    return true;
  if (llvm::any_of(*atoms, clashes))
    return false;
  return std::nullopt;
}

static Facts withAtoms(Facts facts, const Formula &condition) {
  if (auto atoms = condition.getConjunction())
    llvm::append_range(facts, *atoms);
  return facts;
}

static bool isSame(const Element &a, const Element &b) {
  Element x = a.toScaled(), y = b.toScaled();
  return x.factors == y.factors && x.integer == y.integer;
}

/// Nullopt when it may add to a score in different ways.
static std::optional<Effect> getEffect(const Element &x, const Domain &domain,
                                       const Facts &facts) {
  if (x.kind == Element::Kind::condition)
    return Effect{x.condition, Element::of(DimExpr(0))};
  if (x.kind == Element::Kind::choice) {
    if (auto known = decide(x.condition, facts, domain))
      return getEffect(*known ? *x.whenTrue : *x.whenFalse, domain, facts);
    auto a = getEffect(*x.whenTrue, domain, withAtoms(facts, x.condition));
    auto b =
        getEffect(*x.whenFalse, domain,
                  withAtoms(facts, Formula::negation(x.condition, domain)));
    if (!a || !b)
      return std::nullopt;
    if (a->isKept() && b->isKept() && !isSame(a->bias, b->bias))
      return std::nullopt;
    return Effect{Formula::choice(x.condition, a->kept, b->kept, domain),
                  a->isKept() ? a->bias : b->bias};
  }
  auto c = x.getConstant();
  if (c && *c != 0 && !(*c <= removes))
    return std::nullopt;
  return Effect{Formula(!c || *c == 0), x};
}

/// What a bias adds for each key more, for each head; nullopt where it is no
/// line. What is the same for all keys of a query changes nothing.
static std::optional<std::vector<double>> getSlopes(const Element &bias,
                                                    int64_t heads) {
  Element line = bias.toScaled();
  DimExpr next =
      line.integer.substitute([](StringRef symbol) -> std::optional<DimExpr> {
        if (symbol != keySymbol)
          return std::nullopt;
        return DimExpr::symbol(keySymbol) + DimExpr(1);
      });
  auto step = (next - line.integer).getConstant();
  if (!step)
    return std::nullopt;
  std::vector<double> slopes;
  for (int64_t h = 0; h < heads; ++h)
    slopes.push_back(line.factors[line.factors.size() == 1 ? 0 : h] *
                     double(*step));
  return slopes;
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
  int64_t headCount = heads.getConstant().value_or(0);
  ElementEvaluator evaluator(domain, headSymbol, headCount);
  auto element = evaluator.evaluate(mask, index);
  if (!element) {
    reason = "the mask is not known: " + evaluator.getReason();
    return std::nullopt;
  }
  auto effect = getEffect(*element, domain, {});
  auto slopes = effect ? getSlopes(effect->bias, headCount) : std::nullopt;
  if (!slopes) {
    reason = "the mask adds to scores that it does not remove";
    return std::nullopt;
  }
  if (llvm::any_of(*slopes, [](double slope) { return slope != 0; }))
    meaning.slopes = *slopes;
  auto conditions = effect->kept.getConjunction();
  if (!conditions) {
    reason = "the mask keeps " + effect->kept.str();
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
