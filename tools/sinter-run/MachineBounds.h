//===- MachineBounds.h - what this machine can do at most -------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_MACHINEBOUNDS_H
#define SINTER_TOOLS_RUN_MACHINEBOUNDS_H

#include <cstdint>
#include <string>

namespace sinter::run {

/// Measured, by threads that do nothing else.
struct MachineBounds {
  std::string Cpu; ///< model name
  int32_t Threads;
  double ReadBytesPerSecond; ///< from memory
  double FlopsPerSecond;     ///< f32 multiply-adds, two each
  double DotFlopsPerSecond;  ///< of vdpbf16ps; 0 where the CPU has none
  double TileFlopsPerSecond; ///< of TDPBF16PS; 0 where the CPU has none
};

/// The bounds for this many threads: those measured before on this CPU, from
/// the file machine.json in the user's cache folder, else (and with `Anew`)
/// measured now, in about a second, and written there.
MachineBounds machineBounds(int32_t Threads, bool Anew);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_MACHINEBOUNDS_H
