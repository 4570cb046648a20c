//===- DimBounds.cpp - what symbolic sizes never are below ----------------===//
#include "dialects/Sinter/IR/DimExpr.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <numeric>
#include <vector>

using namespace sinter;

static std::optional<int64_t> getLowest(const DimExpr &e);

/// A number that an atom never is below, where one is seen. Symbols are sizes.
static std::optional<int64_t> getLowest(const DimAtom &atom) {
  if (atom.arguments.empty())
    return 0;
  auto lowest = [](const DimExpr &e) {
    auto low = getLowest(e);
    return low || !e.isNonNegative() ? low : std::optional<int64_t>(0);
  };
  auto a = lowest(atom.arguments[0]), b = lowest(atom.arguments[1]);
  if (atom.name == "max")
    return a && b ? std::max(*a, *b) : a ? a : b;
  auto by = atom.arguments[1].getConstant();
  if (atom.name == "floordiv" && a && by && *by > 0)
    return llvm::divideFloorSigned(*a, *by);
  if (!a || !b)
    return std::nullopt;
  if (atom.name != "floordiv")
    return std::min(*a, *b);
  return *b >= (*a < 0) ? std::optional(std::min<int64_t>(*a, 0))
                        : std::nullopt;
}

static std::optional<int64_t> getLowest(const DimExpr &e) {
  if (e.isUnknown())
    return std::nullopt;
  int64_t total = 0;
  for (auto &[monomial, q] : e.getTerms()) {
    int64_t least = 1;
    for (auto &text : monomial) {
      auto low = getLowest(DimAtom::get(text));
      if (q < 0 || !low || (*low < 0 && monomial.size() > 1) ||
          llvm::MulOverflow(least, *low, least))
        return std::nullopt;
    }
    if (llvm::MulOverflow(q, least, least) ||
        llvm::AddOverflow(total, least, total))
      return std::nullopt;
  }
  return total;
}

/// What a term q * f(x, y) is at least. A min is at most either argument, a max
/// at least; b * floordiv(z, b) is z - b + 1 .. z.
static llvm::SmallVector<DimExpr, 2> leastOf(const DimExpr::Monomial &monomial,
                                             int64_t q) {
  if (monomial.size() != 1)
    return {};
  DimAtom atom = DimAtom::get(monomial.front());
  if (atom.arguments.size() != 2)
    return {};
  const DimExpr &x = atom.arguments[0], &y = atom.arguments[1];
  if (q < 0 ? atom.name == "min" : atom.name == "max")
    return {DimExpr(q) * x, DimExpr(q) * y};
  auto c = atom.name == "floordiv" ? y.getConstant() : std::nullopt;
  if (!c || *c <= 0)
    return {};
  // floordiv(x, c) is floordiv(z, b) of z = floordiv(x, c / b).
  int64_t b = std::gcd(q, *c);
  if (b == 1)
    return {};
  DimExpr z = DimExpr::floorDiv(x, *c / b);
  return {DimExpr(q / b) * (q < 0 ? z : z - DimExpr(b - 1))};
}

namespace {
/// q * floordiv(x, by), `by` positive.
struct Quotient {
  DimExpr term; // floordiv(x, by)
  int64_t q;
  DimExpr x;
  int64_t by;
};
} // namespace

static std::vector<Quotient> getQuotients(const DimExpr &e) {
  std::vector<Quotient> all;
  for (auto &[monomial, q] : e.getTerms()) {
    if (monomial.size() != 1)
      continue;
    llvm::StringRef text = monomial.front();
    if (!text.starts_with("floordiv("))
      continue;
    DimAtom atom = DimAtom::get(text);
    if (auto by = atom.arguments[1].getConstant(); by && *by > 0)
      all.push_back({DimExpr::symbol(text), q, atom.arguments[0], *by});
  }
  return all;
}

/// floordiv(x, c) - floordiv(y, c) is floordiv(x - y, c) or one more: pairs of
/// such terms replaced by the former.
static DimExpr joinQuotients(DimExpr e) {
  std::vector<Quotient> all = getQuotients(e);
  if (all.size() > 8) // the sizes of models have two or three
    return e;
  for (Quotient &plus : all)
    for (Quotient &minus : all) {
      if (plus.q <= 0 || minus.q >= 0 || plus.by != minus.by)
        continue;
      DimExpr count = std::min(plus.q, -minus.q);
      e = e + count * (minus.term - plus.term +
                       DimExpr::floorDiv(plus.x - minus.x, plus.by));
      plus.q -= *count.getConstant();
      minus.q += *count.getConstant();
    }
  return e;
}

static bool isNonNegativeWithin(const DimExpr &e, unsigned depth) {
  if (e.isUnknown())
    return false;
  bool isSum = getLowest(e).value_or(-1) >= 0;
  if (isSum || depth == 0)
    return isSum;
  if (DimExpr joined = joinQuotients(e); joined != e)
    if (isNonNegativeWithin(joined, depth - 1))
      return true;
  // Of a min, and of less a max, either argument may be it.
  for (auto &[monomial, q] : e.getTerms())
    if (monomial.size() == 1) {
      DimAtom atom = DimAtom::get(monomial.front());
      if (atom.name != (q > 0 ? "min" : "max"))
        continue;
      DimExpr rest = e - DimExpr(q) * DimExpr::symbol(monomial.front());
      if (llvm::all_of(atom.arguments, [&](const DimExpr &argument) {
            return isNonNegativeWithin(rest + DimExpr(q) * argument, depth - 1);
          }))
        return true;
    }
  // Remainders, as x - c * floordiv(x, c), and what a limit leaves.
  for (auto &[monomial, q] : e.getTerms())
    for (const DimExpr &least : leastOf(monomial, q)) {
      DimExpr term = DimExpr(q) * DimExpr::symbol(monomial.front());
      if (isNonNegativeWithin(e - term + least, depth - 1))
        return true;
    }
  return false;
}

/// Is it made of symbols so that it never falls where one grows?
static bool isMonotone(const DimExpr &e) {
  return llvm::all_of(e.getTerms(), [](auto &term) {
    auto &[monomial, q] = term;
    if (monomial.empty())
      return true;
    if (q < 0 || monomial.size() > 1)
      return false;
    DimAtom atom = DimAtom::get(monomial.front());
    if (atom.arguments.empty())
      return true;
    bool isQuotient = atom.name == "floordiv" &&
                      atom.arguments[1].getConstant().value_or(0) > 0;
    return (isQuotient || atom.name == "min" || atom.name == "max") &&
           isMonotone(atom.arguments[0]) && isMonotone(atom.arguments[1]);
  });
}

std::optional<std::pair<std::string, int64_t>> DimExpr::getLeastSymbol() const {
  auto symbols = getSymbols();
  if (isUnknown() || symbols.size() != 1 || !isMonotone(*this))
    return std::nullopt;
  auto holds = [&](int64_t value) {
    return evaluate([&](llvm::StringRef) { return value; }).value_or(-1) >= 0;
  };
  int64_t above = 1, below = 0; // the answer is in below .. above
  while (!holds(above))
    if ((above *= 2) > int64_t(1) << 32)
      return std::nullopt;
  while (below < above) {
    int64_t middle = (below + above) / 2;
    if (holds(middle))
      above = middle;
    else
      below = middle + 1;
  }
  return std::pair(symbols[0], above);
}

bool DimExpr::isNonNegative() const {
  return isNonNegativeWithin(*this, /*depth=*/3);
}
