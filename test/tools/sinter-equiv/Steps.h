//===- Steps.h - forward on the whole against split steps -------*- C++ -*-===//
#ifndef SINTER_EQUIV_STEPS_H
#define SINTER_EQUIV_STEPS_H

#include "Compare.h"
#include "Draw.h"

namespace sinter {

/// Draws a sequence of `length` ids, runs `forward` on it (no past) and `step`
/// over several splits of it (whole, one by one, random), and compares the rows
/// of logits that each step was asked for. Returns what differs, or nothing.
mlir::FailureOr<std::string>
compareSteps(mlir::func::FuncOp forward, mlir::func::FuncOp step,
             int64_t length, unsigned splits, const EvaluationOptions &before,
             const EvaluationOptions &after, Random &random,
             Comparison &comparison);

} // namespace sinter
#endif
