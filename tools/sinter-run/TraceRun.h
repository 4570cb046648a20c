//===- TraceRun.h - a model's steps with their traces -----------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_TRACERUN_H
#define SINTER_TOOLS_RUN_TRACERUN_H

#include "MadeInputs.h"

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

/// What a call is a part of.
enum class Stage { Prefill, Decode, Forward };
/// "prefill"; and what its figures are for each of: "token".
const char *nameOf(Stage Of);
const char *unitOf(Stage Of);

/// One step, or one forward.
struct TracedCall {
  Stage Of;
  int64_t Rows, Position;    ///< of a step's tokens; a forward is one row
  std::vector<int64_t> Dims; ///< as the artifact's trace_work takes them
  double Begin, End;
  std::vector<std::vector<Span>> Members;

  double seconds() const { return End - Begin; }
};

/// A prompt of `Prompt` tokens in chunks, then `New` tokens one by one, without
/// sampling. Runs them once before, so that nothing is cold.
std::vector<TracedCall> traceRun(const Model &M, const Session &S,
                                 int64_t Prompt, int64_t New);

/// `Repeats` calls of a model that is no decoder, after one that warms it.
std::vector<TracedCall> traceForward(const Session &S, const MadeInputs &Inputs,
                                     int64_t Repeats);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_TRACERUN_H
