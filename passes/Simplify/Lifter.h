//===- Lifter.h - all rows in the place of those that a mask picks --------===//
//
// A count is the size that sinter.compress gives. Each value that has one is
// lifted: computed anew with all rows in its place, until the rows are added to
// others. The rows of a mask [D0, D1] are pairs of places; a lifted value has a
// row for each pair, or for each place along one dimension of the mask, when
// the other does not matter to it.
//
// LiftRows.cpp computes rows, LiftSums.cpp adds them up, MaskCompressed.cpp
// walks.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_SIMPLIFY_LIFTER_H
#define SINTER_SIMPLIFY_LIFTER_H

#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/Builders.h"

namespace sinter {

inline constexpr int64_t allPairs = -1;

/// What stands for a value that has a count.
struct Lifted {
  Lifted() = default;
  Lifted(mlir::Value value, int64_t axis, int64_t domain = allPairs,
         bool counts = false, bool isPlace = false)
      : value(value), axis(axis), domain(domain), counts(counts),
        isPlace(isPlace) {}

  mlir::Value value;
  int64_t axis = 0;            // of the rows
  int64_t domain = allPairs;   // or the dimension of the mask
  bool counts = false;         // row i is i, all other dimensions are 1
  bool isPlace = false;        // follows from places alone
  std::optional<int64_t> join; // the parts are joined along it, no value yet
  std::vector<Lifted> parts;
  // The value times it is what stands for it; of the domain factorDomain.
  mlir::Value factor;
  int64_t factorDomain = 0;
};

/// One mask and the values of its count.
class Lifter {
public:
  Lifter(CompressOp first);
  /// False where a value with the count has no rows of its own.
  bool run();

  mlir::Operation *culprit = nullptr; // of a false answer

private:
  bool hasCount(mlir::Value value) const;
  bool lift(mlir::Operation *op);
  bool liftSource(CompressOp op);
  bool liftRows(mlir::Operation *op);
  bool liftWhole(GatherOp op);
  bool liftPairs(GatherOp op);
  bool liftConcat(ConcatOp op);
  bool liftParts(mlir::Operation *op);
  void joinParts(Lifted &all);
  bool liftProduct(MulOp op);
  bool liftSame(mlir::Operation *op);
  bool endScatter(ScatterNDOp op);
  bool endSum(ReduceOp op);

  mlir::Value toDomain(const Lifted &l, int64_t domain);
  mlir::Value materialize(const Lifted &l);
  mlir::Value keepPicked(mlir::Value rows, int64_t axis, double other);
  mlir::Value pickedOf(int64_t domain, int64_t place, int64_t rank);
  mlir::Value sliceAt(mlir::Value x, int64_t axis, int64_t place);
  mlir::Value placeRows(ScatterNDOp op, const Lifted &at,
                        const Lifted &updates);

  DimExpr sizeOf(int64_t domain) const {
    return domain == allPairs ? product(sizes) : sizes[domain];
  }
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<DimExpr> dims);
  mlir::Value broadcast(mlir::Value x, llvm::ArrayRef<DimExpr> dims);
  mlir::Value scalar(double value, mlir::Type element);
  mlir::Location loc() const { return b.getInsertionPoint()->getLoc(); }

  mlir::OpBuilder b;
  mlir::Block *block;
  std::string symbol;
  mlir::Value mask; // [N]
  Dims sizes;       // of the mask, N rows together
  llvm::DenseMap<mlir::Value, Lifted> lifted;
};

} // namespace sinter
#endif
