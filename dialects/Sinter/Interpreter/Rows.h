//===- Rows.h - what several ops do with one row, in double -----*- C++ -*-===//
#ifndef SINTER_INTERPRETER_ROWS_H
#define SINTER_INTERPRETER_ROWS_H

#include "dialects/Sinter/Interpreter/Tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>
#include <optional>

namespace sinter {

/// exp(x - max) / sum, or its logarithm.
void softmaxRow(llvm::MutableArrayRef<double> row, bool log);

/// x / sqrt(mean(x^2) + epsilon), or centered to mean 0 first.
void normalizeRow(llvm::MutableArrayRef<double> row, double epsilon,
                  bool centered);

/// How scores of one attention are made from dot products.
struct ScoreRule {
  double scale = 1, softcap = 0;
  double operator()(double dot) const;
};

/// An element of a vector of one number for each head; nullopt without one.
std::optional<double> numberOf(const Tensor &perHead, int64_t head);

/// What attention does with the scores of a row.
struct RowRule {
  bool zeroEmpty = false; // a row of only -inf gives 0, not NaN
  std::optional<double> sink =
      {};                  // the score of one more key, whose value is 0
  mlir::Type weights = {}; // e^(score - max) is rounded to it; null: not
};

/// What the weights of these queries are rounded to: bf16 by its own.
inline mlir::Type weightsTypeOf(const Tensor &queries) {
  return queries.getElement().isBF16() ? queries.getElement() : mlir::Type();
}

/// One query row over `length` keys: score(j), already masked (-inf removes),
/// then softmax, then the sum of value rows into `out`.
void attendRow(int64_t length, llvm::function_ref<double(int64_t)> score,
               llvm::function_ref<double(int64_t, int64_t)> value,
               const RowRule &rule, llvm::MutableArrayRef<double> out);

} // namespace sinter
#endif
