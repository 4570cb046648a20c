//===- Match.h - small questions that fusion patterns ask -----------------===//
#ifndef SINTER_FUSE_MATCH_H
#define SINTER_FUSE_MATCH_H

#include "dialects/Sinter/IR/AxisSlice.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/Builders.h"
#include <utility>

namespace sinter {

/// The number that every element of `value` is known to be; each operation on
/// the way rounds to its element type.
std::optional<double> getScalar(mlir::Value value);
/// getScalar(value) == number.
bool isScalar(mlir::Value value, double number);
/// |a - b| within a few roundings of `element`.
bool isClose(double a, double b, mlir::Type element);

/// `value` without casts between floats.
mlir::Value stripCasts(mlir::Value value);

struct Scaled {
  mlir::Value value;
  double factor = 1;
};
/// Takes multiplications and divisions by numbers off `value`.
Scaled peelScale(mlir::Value value);

/// The only user of `value`, past casts between floats; null when there are
/// several. `from` becomes the value that the user takes.
mlir::Operation *onlyUser(mlir::Value value, mlir::Value *from = nullptr);

/// The other operand of a two-operand op.
mlir::Value otherOperand(mlir::Operation *op, mlir::Value operand);

/// x when value is x * x or x^2, else null.
mlir::Value getSquared(mlir::Value value);

/// `value` seen as `dims` (a resolved reshape, or a shorter way).
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, llvm::ArrayRef<DimExpr> dims);
/// Replaces `old` by `value`, through a reshape where the types name equal
/// sizes differently.
void replaceWith(mlir::OpBuilder &builder, mlir::Value old, mlir::Value value);

/// The number where `dims` differ from 1 only in the last dimension, else
/// nullopt: a vector that repeats along all other dimensions.
std::optional<int64_t> getVectorSize(llvm::ArrayRef<DimExpr> dims);

/// Erases ops without users and effects, last ones first.
void eraseDeadOps(mlir::Operation *root);

} // namespace sinter
#endif
