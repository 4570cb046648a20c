//===- TraceFile.h - traced steps for a trace viewer ------------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_TRACEFILE_H
#define SINTER_TOOLS_RUN_TRACEFILE_H

#include "TraceRun.h"

namespace sinter::run {

/// Writes the JSON trace events that Perfetto and Chrome open: one track a
/// member; steps, and in them ops and waits.
void writeTraceFile(const std::string &Path, const sinter_artifact &A,
                    const std::vector<TracedCall> &Calls);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_TRACEFILE_H
