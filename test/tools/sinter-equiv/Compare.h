//===- Compare.h - when two results count as equal --------------*- C++ -*-===//
//
// The one rule of how far results of a module may move under a rewrite.
//
// The interpreter rounds each op once, so a float result carries, of its
// tensor's largest magnitude, about epsilon/2 for each rounding on its way. A
// rewrite moves roundings: it may add or drop one at each op, and an error that
// enters a sum of L terms leaves it up to sqrt(L) times as large (errors are
// independent, terms of one size). Over `depth` float ops such errors add up
// like sqrt(depth). So two results may differ by
//
//     2 * epsilon * sqrt(depth) * sqrt(L) * (largest magnitude of the two)
//
// with L the longest accumulation (matmul, reduction, norm, softmax, attention)
// of either module. Integers and bools must be equal. What is compared must be
// finite, and over all runs not constant: equal constants prove nothing.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_EQUIV_COMPARE_H
#define SINTER_EQUIV_COMPARE_H

#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "llvm/ADT/DenseSet.h"

namespace sinter {

/// What of a run decides the tolerance of its results.
class Roundings {
public:
  /// For EvaluationOptions::observer.
  void observe(mlir::Operation *op, Evaluation &eval);
  /// The tolerance for results of this kind and magnitude, given also how the
  /// other module got there.
  double tolerance(const Roundings &other, ElementKind kind,
                   double magnitude) const;

private:
  double depth = 0;  // float ops that ran; below scf.forall, one member's
  double length = 1; // longest accumulation
  llvm::DenseSet<mlir::Operation *> seen;
};

/// Collects what was compared.
class Comparison {
public:
  /// Empty when equal, else what differs first. `name` says what it is.
  std::string compare(llvm::StringRef name, const Tensor &before,
                      const Tensor &after, const Roundings &roundingsBefore,
                      const Roundings &roundingsAfter);
  /// Empty, or which results were constant over all runs.
  std::string findConstants() const;
  double getLargestShare() const { return largestShare; }
  unsigned getCount() const { return count; }

private:
  struct Seen {
    double first = 0;
    bool varies = false, any = false;
  };
  std::map<std::string, Seen> seen;
  double largestShare = 0; // of the tolerance
  unsigned count = 0;
};

} // namespace sinter
#endif
