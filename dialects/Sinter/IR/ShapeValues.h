//===- ShapeValues.h - what integer tensors are known to hold -------------===//
//
// Shape arithmetic in a graph (Shape, Gather, Concat, Mul, Range ...) runs on
// small integer tensors. This analysis knows the elements of such a tensor as
// DimExprs, so that ops whose shape depends on values can be resolved without
// data. Demand driven, memoised.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IR_SHAPEVALUES_H
#define SINTER_IR_SHAPEVALUES_H

#include "dialects/Sinter/IR/Sinter.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace sinter {

class ShapeValues {
public:
  /// Elements in row-major order of a tensor of integers (or bool, as 0 / 1)
  /// with at most 64 elements; nullopt when the size is not static or one
  /// element is no DimExpr.
  std::optional<Dims> get(mlir::Value value);
  /// As get, for a tensor with one element.
  std::optional<DimExpr> getScalar(mlir::Value value);
  /// As get, when all are constants.
  std::optional<llvm::SmallVector<int64_t>> getConstants(mlir::Value value);

  /// True for what cannot be negative: also what was seen as the size of a
  /// tensor, whatever its expression could be (that of a convolution's output),
  /// and multiples of that.
  bool isSize(const DimExpr &e) const;
  /// Says that these are the sizes of a tensor.
  void addSizes(llvm::ArrayRef<DimExpr> dims);
  /// As DimExpr's, also where the sizes of tensors tell which is larger.
  DimExpr max(const DimExpr &a, const DimExpr &b) const;
  DimExpr min(const DimExpr &a, const DimExpr &b) const;
  /// Do the sizes of tensors say that a symbol is above 0?
  bool knowsSymbols() const { return !symbols.empty(); }
  /// An equal expression, without minima and maxima that these decide.
  DimExpr simplify(const DimExpr &e) const;

  /// A quotient of whole numbers, the second positive.
  struct Real {
    DimExpr over, by;
  };

private:
  DimExpr shift(const DimExpr &e) const;
  std::optional<Dims> compute(mlir::Value value);
  std::optional<Real> getReal(mlir::Value value);
  std::optional<Dims> truncateReal(mlir::Value value);
  std::optional<Dims>
  pick(mlir::Value x, mlir::RankedTensorType type,
       llvm::function_ref<llvm::SmallVector<int64_t>(llvm::ArrayRef<int64_t>)>
           from);
  std::optional<Dims> sumUniform(ReduceOp reduce);
  llvm::DenseMap<mlir::Value, std::optional<Dims>> known;
  // Of tensors, products and quotients of those, where the expression alone
  // does not say that it is none below 0.
  llvm::StringMap<DimExpr> sizes;
  // What symbols are at least, for one of these would be below 0 otherwise.
  llvm::StringMap<int64_t> symbols;
};

} // namespace sinter
#endif
