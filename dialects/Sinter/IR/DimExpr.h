//===- DimExpr.h - symbolic sizes -----------------------------------------===//
//
// A size of a tensor as a polynomial with integer coefficients over atoms. An
// atom is a symbol ("batch", "past") or a function of expressions: bcast(a, b)
// (b where a is 1, else a), floordiv(a, c), max(a, b), min(a, b). The text form
// is canonical, so equal expressions print equal. "?" is unknown: equal to
// nothing, not even itself. Arithmetic that overflows gives "?".
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IR_DIMEXPR_H
#define SINTER_IR_DIMEXPR_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sinter {

class DimExpr {
public:
  using Monomial = std::vector<std::string>; // sorted atoms, empty: constant
  DimExpr() = default;                       // 0
  DimExpr(int64_t value);
  static DimExpr symbol(llvm::StringRef name);
  static DimExpr unknown();
  /// Reads the text form; nullopt when it is malformed.
  static std::optional<DimExpr> parse(llvm::StringRef text);
  static DimExpr bcast(const DimExpr &a, const DimExpr &b);
  static DimExpr max(const DimExpr &a, const DimExpr &b);
  static DimExpr min(const DimExpr &a, const DimExpr &b);
  static DimExpr floorDiv(const DimExpr &a, const DimExpr &b);

  bool isUnknown() const;
  std::optional<int64_t> getConstant() const;
  bool isConstant(int64_t value) const { return getConstant() == value; }
  /// this / divisor when the division leaves no rest for all values.
  std::optional<DimExpr> exactDiv(const DimExpr &divisor) const;
  /// True when every value of the symbols (each >= 0) gives a result >= 0.
  bool isNonNegative() const;
  /// Of one symbol that the value never falls with: the least that the symbol
  /// is where the value is no less than 0.
  std::optional<std::pair<std::string, int64_t>> getLeastSymbol() const;
  const std::map<Monomial, int64_t> &getTerms() const { return terms; }

  /// The value under an assignment of the symbols; nullopt when a symbol has
  /// no value, or on overflow or division by zero.
  using Lookup = llvm::function_ref<std::optional<int64_t>(llvm::StringRef)>;
  std::optional<int64_t> evaluate(Lookup lookup) const;
  /// Every symbol, also inside functions, in order, without repeats.
  std::vector<std::string> getSymbols() const;
  /// Replaces symbols by expressions (nullopt: keep).
  DimExpr substitute(
      llvm::function_ref<std::optional<DimExpr>(llvm::StringRef)> map) const;

  std::string str() const;
  friend DimExpr operator+(const DimExpr &a, const DimExpr &b);
  friend DimExpr operator-(const DimExpr &a, const DimExpr &b);
  friend DimExpr operator*(const DimExpr &a, const DimExpr &b);
  friend bool operator==(const DimExpr &a, const DimExpr &b);
  friend bool operator!=(const DimExpr &a, const DimExpr &b) {
    return !(a == b);
  }

private:
  void add(const Monomial &monomial, int64_t coefficient);
  std::map<Monomial, int64_t> terms; // no zero coefficients
};

/// An atom taken apart: a function name with arguments, or a plain symbol
/// (no arguments).
struct DimAtom {
  std::string name;
  std::vector<DimExpr> arguments;
  static DimAtom get(llvm::StringRef atom);
};

using Dims = llvm::SmallVector<DimExpr, 4>;

/// The sizes of a tensor type: static ones as constants, dynamic ones from its
/// encoding, or unknown.
Dims getDims(mlir::RankedTensorType type);
/// The tensor type of these sizes; it has an encoding when one is symbolic.
mlir::RankedTensorType getTensorType(llvm::ArrayRef<DimExpr> dims,
                                     mlir::Type element);
/// Numpy broadcasting of two shapes; nullopt when static sizes clash.
std::optional<Dims> broadcastDims(llvm::ArrayRef<DimExpr> a,
                                  llvm::ArrayRef<DimExpr> b);
/// Product of all sizes.
DimExpr product(llvm::ArrayRef<DimExpr> dims);
/// False only when both are known to differ (constants, or by a constant).
bool mayBeEqual(const DimExpr &a, const DimExpr &b);

} // namespace sinter
#endif
