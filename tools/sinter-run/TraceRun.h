//===- TraceRun.h - a model's steps with their traces -----------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_TRACERUN_H
#define SINTER_TOOLS_RUN_TRACERUN_H

#include "Model.h"

#include <vector>

namespace sinter::run {

/// What one member of the team did for a while. In seconds from the run's
/// start.
struct Span {
  double Begin, End;
  int32_t Point; ///< of the artifact's trace points; -1: waits for the team
  int32_t Layer; ///< -1: outside of the layer loop

  double seconds() const { return End - Begin; }
};

/// One step.
struct TracedCall {
  bool Decode;
  int64_t Rows, Position, Total, Wanted; ///< as its segment says
  double Begin, End;
  std::vector<std::vector<Span>> Members;

  double seconds() const { return End - Begin; }
};

/// A prompt of `Prompt` tokens in chunks, then `New` tokens one by one, without
/// sampling. Runs them once before, so that nothing is cold.
std::vector<TracedCall> traceRun(const Model &M, const Session &S,
                                 int64_t Prompt, int64_t New);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_TRACERUN_H
