//===- BenchProcess.h - bench's fresh processes and clock -------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_BENCHPROCESS_H
#define SINTER_TOOLS_RUN_BENCHPROCESS_H

#include "Commands.h"

namespace sinter::run {

/// CLOCK_MONOTONIC, which all processes share.
double monotonicSeconds();

/// The most memory that this process ever had resident, from /proc.
double peakMemoryMib();

struct FirstToken {
  double LoadSeconds; ///< open and create a session
  double Seconds;     ///< start of the process to the first token
};

/// Starts this program again on the model and times it to its first token.
FirstToken timeFirstToken(const std::string &Model, const Globals &G);

/// In that process: tells the parent. `Seconds` is the clock's, not a span.
void reportFirstToken(const FirstToken &Report);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_BENCHPROCESS_H
