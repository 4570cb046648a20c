//===- DimBounds.cpp - what symbolic sizes never are below ----------------===//
#include "dialects/Sinter/IR/DimExpr.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <numeric>

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

static bool isNonNegativeWithin(const DimExpr &e, unsigned depth) {
  if (e.isUnknown())
    return false;
  bool isSum = getLowest(e).value_or(-1) >= 0;
  if (isSum || depth == 0)
    return isSum;
  // Remainders, as x - c * floordiv(x, c), and what a limit leaves.
  for (auto &[monomial, q] : e.getTerms())
    for (const DimExpr &least : leastOf(monomial, q)) {
      DimExpr term = DimExpr(q) * *DimExpr::parse(monomial.front());
      if (isNonNegativeWithin(e - term + least, depth - 1))
        return true;
    }
  return false;
}

bool DimExpr::isNonNegative() const {
  return isNonNegativeWithin(*this, /*depth=*/3);
}
