//===- Formula.h - conditions on the place of an element ------------------===//
//
// A monotone formula of affine inequalities `expr >= 0` over integer symbols
// (the element's indices and the sizes). `Domain` says which values the symbols
// take and decides inequalities that hold, or fail, for all of them.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_GENERATE_FORMULA_H
#define SINTER_GENERATE_FORMULA_H

#include "dialects/Sinter/IR/DimExpr.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>

namespace sinter {

/// Index symbols run from 0 to a last value, `rows` is at least 1, every other
/// symbol at least 0.
class Domain {
public:
  void addIndex(llvm::StringRef symbol, DimExpr last);
  void addPositive(llvm::StringRef symbol);
  /// expr >= 0 for all values.
  bool alwaysNonNegative(const DimExpr &expr) const;
  bool alwaysNegative(const DimExpr &expr) const {
    return alwaysNonNegative(DimExpr(-1) - expr);
  }

private:
  struct Index {
    std::string symbol;
    DimExpr last;
  };
  llvm::SmallVector<Index> indices;
  llvm::SmallVector<std::string> positive;
};

class Formula {
public:
  enum class Kind { constant, atom, conjunction, disjunction };

  Formula(bool value = true) : kind(Kind::constant), value(value) {}
  /// expr >= 0
  static Formula atLeastZero(const DimExpr &expr, const Domain &domain);
  static Formula conjunction(const Formula &a, const Formula &b);
  static Formula disjunction(const Formula &a, const Formula &b);
  static Formula negation(const Formula &a, const Domain &domain);
  /// c ? a : b
  static Formula choice(const Formula &c, const Formula &a, const Formula &b,
                        const Domain &domain);

  bool isTrue() const { return kind == Kind::constant && value; }
  bool isFalse() const { return kind == Kind::constant && !value; }
  /// The inequalities whose conjunction this is; nullopt for others.
  std::optional<llvm::SmallVector<DimExpr>> getConjunction() const;
  std::string str() const;

private:
  /// a or b, without one that the other one implies.
  static Formula either(const Formula &a, const Formula &b,
                        const Domain &domain);

  Kind kind;
  bool value = false;
  DimExpr expr;
  std::shared_ptr<const Formula> left, right;
};

} // namespace sinter
#endif
