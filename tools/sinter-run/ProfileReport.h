//===- ProfileReport.h - where the time of traced steps went ----*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_PROFILEREPORT_H
#define SINTER_TOOLS_RUN_PROFILEREPORT_H

#include "MachineBounds.h"
#include "TraceRun.h"

#include <optional>

namespace sinter::run {

/// What an op needs at least. None: the compiler could not tell.
struct Work {
  std::optional<double> Bytes, Flops;
  double Dots = 0;  ///< those of the FLOPs that vdpbf16ps does
  double Tiles = 0; ///< those that TDPBF16PS does

  Work &operator+=(const Work &Other);
};

/// One op of one layer, or several summed, over all steps of a phase.
struct OpTime {
  std::string Name, Kind;
  std::optional<int32_t> Layer;
  bool Serial = false; ///< member 0 does it alone
  int64_t Runs = 0;
  double Time = 0; ///< first member's begin to last member's end
  double Busy = 0; ///< sum over members
  double Idle = 0; ///< of members that were done, or had nothing to do
  Work Least;

  /// Seconds that the machine needs for it at least.
  std::optional<double> boundTime(const MachineBounds &B) const;
  bool isMemoryBound(const MachineBounds &B) const;
  /// The share of the bound that was reached.
  std::optional<double> ofBound(const MachineBounds &B) const;
  OpTime &operator+=(const OpTime &Other);
};

/// The calls of one stage.
struct Phase {
  Stage Of = Stage::Prefill;
  int64_t Steps = 0;
  int64_t Tokens = 0;      ///< of a forward: calls
  double Wall = 0;         ///< of the steps
  std::vector<OpTime> Ops; ///< in the order of their first run
  double Serial = 0;       ///< Time of the serial ops
  int64_t Barriers = 0;    ///< of all steps
  double Waiting = 0;      ///< members' time in barriers while no op went on
};

struct Profile {
  std::string Model;
  int32_t Threads = 0;
  MachineBounds Bounds;
  std::optional<double> WeightsInHugePages; ///< their share; nullopt: unknown
  std::vector<Phase> Phases;                ///< prefill and decode, or forward
};

Profile makeProfile(const sinter_artifact &A, MachineBounds Bounds,
                    const std::vector<TracedCall> &Calls);

enum class Grouping { Kind, Op, Layer };
/// Sums of ops; the slowest first, layers in their order.
std::vector<OpTime> groupOps(const std::vector<OpTime> &Ops, Grouping By);

/// "12.3 GB/s read from memory, 45.6 GFLOP/s".
std::string describeBounds(const MachineBounds &B);
/// Tables for people.
std::string profileTables(const Profile &P, Grouping By);
/// The object of --json, on one line.
std::string profileJson(const Profile &P);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_PROFILEREPORT_H
