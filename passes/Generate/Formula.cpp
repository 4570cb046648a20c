//===- Formula.cpp - conditions on the place of an element ----------------===//
#include "passes/Generate/Formula.h"
#include "llvm/ADT/StringRef.h"

using namespace sinter;

void Domain::addIndex(llvm::StringRef symbol, DimExpr last) {
  indices.push_back({symbol.str(), std::move(last)});
}

void Domain::addPositive(llvm::StringRef symbol) {
  positive.push_back(symbol.str());
}

/// The coefficient of a symbol that occurs by itself only; nullopt when it is
/// in a product or inside a function.
static std::optional<int64_t> linearCoefficient(const DimExpr &expr,
                                                llvm::StringRef symbol) {
  int64_t coefficient = 0;
  for (auto &[monomial, c] : expr.getTerms())
    for (auto &atom : monomial) {
      if (monomial.size() == 1 && atom == symbol)
        coefficient = c;
      else if (llvm::is_contained(DimExpr::symbol(atom).getSymbols(), symbol))
        return std::nullopt;
    }
  return coefficient;
}

bool Domain::alwaysNonNegative(const DimExpr &expr) const {
  DimExpr least = expr;
  for (auto &[symbol, last] : indices) {
    auto coefficient = linearCoefficient(least, symbol);
    if (!coefficient)
      return false;
    // Linear in the index: the least value is at one end.
    least = least.substitute([&](llvm::StringRef s) -> std::optional<DimExpr> {
      if (s != symbol)
        return std::nullopt;
      return *coefficient < 0 ? last : DimExpr(0);
    });
  }
  least = least.substitute([&](llvm::StringRef s) -> std::optional<DimExpr> {
    if (!llvm::is_contained(positive, s))
      return std::nullopt;
    return DimExpr::symbol(s) + DimExpr(1);
  });
  // Functions may be negative; nothing is known about them here.
  for (auto &[monomial, c] : least.getTerms())
    for (auto &atom : monomial)
      if (!DimAtom::get(atom).arguments.empty())
        return false;
  return least.isNonNegative();
}

Formula Formula::atLeastZero(const DimExpr &expr, const Domain &domain) {
  if (domain.alwaysNonNegative(expr))
    return true;
  if (domain.alwaysNegative(expr))
    return false;
  Formula f;
  f.kind = Kind::atom;
  f.expr = expr;
  return f;
}

Formula Formula::conjunction(const Formula &a, const Formula &b) {
  if (a.isFalse() || b.isTrue())
    return a;
  if (b.isFalse() || a.isTrue())
    return b;
  if (a.kind == Kind::atom && b.kind == Kind::atom) {
    if (a.expr == b.expr)
      return a;
    // x >= 0 and -x - 1 >= 0.
    auto sum = (a.expr + b.expr).getConstant();
    if (sum && *sum < 0)
      return false;
  }
  Formula f;
  f.kind = Kind::conjunction;
  f.left = std::make_shared<Formula>(a);
  f.right = std::make_shared<Formula>(b);
  return f;
}

Formula Formula::disjunction(const Formula &a, const Formula &b) {
  if (a.isTrue() || b.isFalse())
    return a;
  if (b.isTrue() || a.isFalse())
    return b;
  if (a.kind == Kind::atom && b.kind == Kind::atom && a.expr == b.expr)
    return a;
  Formula f;
  f.kind = Kind::disjunction;
  f.left = std::make_shared<Formula>(a);
  f.right = std::make_shared<Formula>(b);
  return f;
}

Formula Formula::negation(const Formula &a, const Domain &domain) {
  switch (a.kind) {
  case Kind::constant:
    return !a.value;
  case Kind::atom:
    return atLeastZero(DimExpr(-1) - a.expr, domain);
  case Kind::conjunction:
    return disjunction(negation(*a.left, domain), negation(*a.right, domain));
  case Kind::disjunction:
    return conjunction(negation(*a.left, domain), negation(*a.right, domain));
  }
  return false;
}

Formula Formula::either(const Formula &a, const Formula &b,
                        const Domain &domain) {
  if (a.kind == Kind::atom && b.kind == Kind::atom) {
    if (domain.alwaysNonNegative(b.expr - a.expr))
      return b; // a implies b
    if (domain.alwaysNonNegative(a.expr - b.expr))
      return a;
  }
  return disjunction(a, b);
}

Formula Formula::choice(const Formula &c, const Formula &a, const Formula &b,
                        const Domain &domain) {
  if (a.str() == b.str())
    return a;
  if (a.isTrue())
    return either(c, b, domain);
  if (b.isTrue())
    return either(negation(c, domain), a, domain);
  return disjunction(conjunction(c, a), conjunction(negation(c, domain), b));
}

std::optional<llvm::SmallVector<DimExpr>> Formula::getConjunction() const {
  llvm::SmallVector<DimExpr> all;
  switch (kind) {
  case Kind::constant:
    if (!value)
      return std::nullopt;
    return all;
  case Kind::atom:
    all.push_back(expr);
    return all;
  case Kind::conjunction: {
    auto a = left->getConjunction(), b = right->getConjunction();
    if (!a || !b)
      return std::nullopt;
    all = std::move(*a);
    all.append(b->begin(), b->end());
    return all;
  }
  case Kind::disjunction:
    return std::nullopt;
  }
  return std::nullopt;
}

std::string Formula::str() const {
  switch (kind) {
  case Kind::constant:
    return value ? "true" : "false";
  case Kind::atom:
    return expr.str() + " >= 0";
  case Kind::conjunction:
    return "(" + left->str() + " and " + right->str() + ")";
  case Kind::disjunction:
    return "(" + left->str() + " or " + right->str() + ")";
  }
  return "";
}
