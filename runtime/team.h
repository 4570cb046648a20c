//===- team.h - the threads that run a model together -----------*- C++ -*-===//
//
// One team a session, created once. run() makes every member call the entry
// point with the same record (SPMD); the generated code meets at the barrier.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TEAM_H
#define SINTER_RUNTIME_TEAM_H

#include "failure.h"

#include <atomic>
#include <pthread.h>

namespace sinter {

class Team {
public:
  /// Starts Members - 1 threads; the caller of run() is member 0.
  static sinter_status create(int32_t Members, Team *&Out, sinter_error *Error);
  /// Ends and joins the threads, frees the team.
  static void destroy(Team *T);

  int32_t members() const { return Members.load(std::memory_order_relaxed); }

  /// Fills in barrier and barrier_state, runs Entry on all members, returns
  /// true when each returned 0.
  bool run(sinter_entry_fn Entry, sinter_call &Call);

  /// Waits until all members have called it. Working: they compute meanwhile.
  void wait(int32_t Member, bool Working = true);

private:
  /// Of one member, in a cache line of its own.
  struct alignas(64) Seat {
    Team *Owner;
    pthread_t Thread; ///< of members but the first
    int32_t Index;
    uint32_t SpinNanoseconds; ///< how long it pays to spin, learnt
    bool HasCore = false; ///< was there one for each member when it last slept?
    std::atomic<pid_t> Id{0};          ///< of the thread; 0: not known yet
    std::atomic<int32_t> Core{-1};     ///< where it ran when it arrived
    std::atomic<uint32_t> WaitsFor{0}; ///< the phase
    std::atomic<uint64_t> Ran{0};      ///< ns, when a waiter last looked for it
  };
  /// An element of sinter_call::claims.
  struct alignas(64) Counter {
    int64_t Claims = 0;
  };
  static_assert(sizeof(Counter) == SINTER_CLAIM_STRIDE * sizeof(int64_t));

  static void *threadMain(void *Argument);
  void runMember(int32_t Member);
  void sleep(int32_t Member, uint32_t Now, bool Working);
  /// Moves members who are missing and have not run since the last call to the
  /// cores of those who wait.
  void fetchMissing(uint32_t Now);
  /// Leaves the core of another member.
  void takeOwnCore(int32_t Member);

  // The barrier: arrivals count up; the last one opens the next phase.
  alignas(64) std::atomic<uint32_t> Arrived{0};
  alignas(64) std::atomic<uint32_t> Phase{0};
  std::atomic<uint32_t> Sleepers{0};
  std::atomic<uint32_t> Watched{~0u}; ///< the phase in which one looks

  // The work; written by member 0 before a barrier, read after it.
  alignas(64) sinter_entry_fn Entry = nullptr; ///< null: go home
  const sinter_call *Call = nullptr;
  std::atomic<int32_t> Failed{0};
  std::atomic<int32_t> Members{1}; ///< fixed once all threads run
  uint32_t FloatControl = 0;       ///< rounding and denormals, as at creation
  void *Block = nullptr;           ///< of malloc, unaligned
  Seat *Seats = nullptr;
  Counter *Counters = nullptr;
};

} // namespace sinter

#endif // SINTER_RUNTIME_TEAM_H
