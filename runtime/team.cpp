//===- team.cpp - the threads that run a model together -------------------===//
//
// A token passes a hundred barriers, so a member that waits spins: 200 us, or
// 40 with fewer cores than members, for then others wait for the core. After
// that it sleeps in a futex, so that a busy machine gets its core back; to be
// woken takes tens of us. A member spins twice as long the next time when that
// was enough or, with a core for each, would have been; else half as long.
//
// Beside another busy process a member may be off its core while it holds a
// share: the scheduler's slice is as long as tens of barriers. One of those who
// wait looks whether those who are missing run, and moves those who do not to
// the cores of those who wait. The system wakes waiters on the core of the one
// who came last and leaves them there, for it sees two threads on one core and
// one on another as balanced; so who has slept leaves a core that another
// member is on.
//
//===----------------------------------------------------------------------===//
#include "team.h"
#include "cores.h"

#include <algorithm>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <new>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

using namespace sinter;

// ns
static constexpr uint32_t LongestSpin = 200000, LongestOfFewCores = 40000,
                          ShortestSpin = 2000;
static constexpr long LookAfter = 50000; // and twice as late each time

static long futex(std::atomic<uint32_t> *Word, int Operation, uint32_t Value,
                  const timespec *Timeout = nullptr) {
  return syscall(SYS_futex, Word, Operation | FUTEX_PRIVATE_FLAG, Value,
                 Timeout, nullptr, 0);
}

static inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static uint64_t nanoseconds() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC, &T); // in the vdso: no system call
  return uint64_t(T.tv_sec) * 1000000000u + uint64_t(T.tv_nsec);
}

/// Rounding mode and denormal handling of this thread. Every member computes
/// under the same, so a row's bits do not depend on who computed it.
static uint32_t floatControl() {
#if defined(__x86_64__)
  return __builtin_ia32_stmxcsr() & 0xffc0;
#else
  return 0;
#endif
}

static void setFloatControl(uint32_t Value) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(Value);
#else
  (void)Value;
#endif
}

void Team::takeOwnCore(int32_t Member) {
  cpu_set_t Taken;
  CPU_ZERO(&Taken);
  for (int32_t I = 0; I < members(); ++I) {
    int32_t Core = Seats[I].Core.load(std::memory_order_relaxed);
    if (I != Member && Core >= 0 && Core < CPU_SETSIZE)
      CPU_SET(Core, &Taken);
  }
  int32_t Own = currentCore();
  if (Own >= 0 && Own < CPU_SETSIZE && CPU_ISSET(Own, &Taken))
    leaveCores(Taken);
}

void Team::fetchMissing(uint32_t Now) {
  auto HasArrived = [&](int32_t I) {
    return Seats[I].WaitsFor.load(std::memory_order_relaxed) == Now + 1;
  };
  int32_t Idle = 0; // a core for each, of those who wait
  for (int32_t I = 0; I < members(); ++I) {
    if (HasArrived(I))
      continue;
    Seat &S = Seats[I];
    pid_t Thread = S.Id.load(std::memory_order_relaxed);
    uint64_t Ran = ranFor(Thread);
    if (!Ran || Ran != S.Ran.exchange(Ran, std::memory_order_relaxed))
      continue;
    while (Idle < members() && !HasArrived(Idle))
      ++Idle;
    if (Idle == members())
      return;
    moveThread(Thread, Seats[Idle++].Core.load(std::memory_order_relaxed));
  }
}

void Team::sleep(int32_t Member, uint32_t Now, bool Working) {
  bool &HasCore = Seats[Member].HasCore;
  HasCore = allowedCores() >= members();
  bool Moves = Working && HasCore;
  bool Looks = Moves && Watched.exchange(Now) != Now;
  timespec Timeout = {0, LookAfter};
  if (Looks)
    fetchMissing(Now);
  Sleepers.fetch_add(1, std::memory_order_seq_cst);
  while (Phase.load(std::memory_order_seq_cst) == Now) {
    long Failed = futex(&Phase, FUTEX_WAIT, Now, Looks ? &Timeout : nullptr);
    if (Looks && Failed && errno == ETIMEDOUT) {
      fetchMissing(Now);
      if (Timeout.tv_nsec < LookAfter * 64)
        Timeout.tv_nsec *= 2;
    }
  }
  Sleepers.fetch_sub(1, std::memory_order_relaxed);
  if (Moves)
    takeOwnCore(Member);
}

void Team::wait(int32_t Member, bool Working) {
  uint32_t Now = Phase.load(std::memory_order_relaxed);
  Seats[Member].Core.store(currentCore(), std::memory_order_relaxed);
  Seats[Member].WaitsFor.store(Now + 1, std::memory_order_relaxed);
  if (Arrived.fetch_add(1, std::memory_order_acq_rel) + 1 ==
      uint32_t(members())) {
    Arrived.store(0, std::memory_order_relaxed);
    for (int32_t I = 0; I < members(); ++I)
      __atomic_store_n(&Counters[I].Claims, 0, __ATOMIC_RELAXED);
    // Sequentially consistent with the sleeper's own pair: either it sees the
    // new phase, or we see it in Sleepers.
    Phase.store(Now + 1, std::memory_order_seq_cst);
    if (Sleepers.load(std::memory_order_seq_cst))
      futex(&Phase, FUTEX_WAKE, INT_MAX);
    return;
  }
  for (int I = 0; I < 64; ++I, relax())
    if (Phase.load(std::memory_order_acquire) != Now)
      return;
  Seat &S = Seats[Member];
  uint32_t &Spin = S.SpinNanoseconds;
  uint64_t Start = nanoseconds();
  do {
    for (int I = 0; I < 32; ++I, relax())
      if (Phase.load(std::memory_order_acquire) != Now) {
        Spin = std::min(Spin * 2, S.HasCore ? LongestSpin : LongestOfFewCores);
        return;
      }
  } while (nanoseconds() - Start < Spin);
  sleep(Member, Now, Working);
  Spin = S.HasCore && nanoseconds() - Start < LongestSpin
             ? std::min(Spin * 2, LongestSpin)
             : std::max(Spin / 2, ShortestSpin);
}

/// sinter_call::barrier.
static void barrier(const sinter_call *Call, int32_t Member) {
  static_cast<Team *>(Call->barrier_state)->wait(Member);
}

void Team::runMember(int32_t Member) {
  uint32_t Saved = floatControl();
  setFloatControl(FloatControl);
  if (Entry(Call, Member, members()))
    Failed.store(1, std::memory_order_relaxed);
  setFloatControl(Saved);
}

void *Team::threadMain(void *Argument) {
  Seat *S = static_cast<Seat *>(Argument);
  Team *T = S->Owner;
  S->Id.store(currentThread(), std::memory_order_relaxed);
  for (;;) {
    T->wait(S->Index, /*Working=*/false);
    if (!T->Entry)
      return nullptr;
    T->runMember(S->Index);
    T->wait(S->Index);
  }
}

bool Team::run(sinter_entry_fn E, sinter_call &C) {
  C.barrier = barrier;
  C.barrier_state = this;
  C.claims = &Counters->Claims;
  Entry = E;
  Call = &C;
  Failed.store(0, std::memory_order_relaxed);
  if (members() > 1) {
    Seats[0].Id.store(currentThread(), std::memory_order_relaxed);
    wait(0);
  }
  runMember(0);
  if (members() > 1)
    wait(0);
  return !Failed.load(std::memory_order_relaxed);
}

sinter_status Team::create(int32_t Members, Team *&Out, sinter_error *Error) {
  Out = nullptr;
  size_t Bytes =
      sizeof(Team) + (sizeof(Seat) + sizeof(Counter)) * size_t(Members);
  char *Block = static_cast<char *>(malloc(Bytes + 64));
  if (!Block)
    return fail(Error, SINTER_OUT_OF_MEMORY, "no memory for %d threads",
                Members);
  auto Start = (reinterpret_cast<uintptr_t>(Block) + 63) / 64 * 64;
  Team *T = new (reinterpret_cast<void *>(Start)) Team;
  T->Block = Block;
  T->Members = Members;
  T->FloatControl = floatControl();
  T->Seats = reinterpret_cast<Seat *>(Start + sizeof(Team));
  T->Counters = reinterpret_cast<Counter *>(T->Seats + Members);
  for (int32_t I = 0; I < Members; ++I) {
    new (&T->Seats[I]) Seat{T, pthread_t(), I, LongestOfFewCores};
    new (&T->Counters[I]) Counter;
  }
  // Signals are the caller's: a member must not take its Ctrl-C.
  sigset_t All, Before;
  sigfillset(&All);
  pthread_sigmask(SIG_SETMASK, &All, &Before);
  pthread_attr_t Attributes;
  pthread_attr_init(&Attributes);
  pthread_attr_setstacksize(&Attributes, 2u << 20);
  int Failure = 0;
  int32_t Started = 1;
  for (; Started < Members && !Failure; ++Started)
    Failure = pthread_create(&T->Seats[Started].Thread, &Attributes, threadMain,
                             &T->Seats[Started]);
  pthread_attr_destroy(&Attributes);
  pthread_sigmask(SIG_SETMASK, &Before, nullptr);
  if (Failure) {
    // Those that run wait for a full team; make it the size that there is.
    int32_t Wanted = Members;
    T->Members = Started - 1;
    destroy(T);
    return fail(Error, SINTER_SYSTEM,
                "cannot start thread %d of %d: %s: ask for fewer threads",
                Started - 1, Wanted, strerror(Failure));
  }
  Out = T;
  return SINTER_OK;
}

void Team::destroy(Team *T) {
  if (!T)
    return;
  T->Entry = nullptr;
  if (T->members() > 1)
    T->wait(0);
  for (int32_t I = 1; I < T->members(); ++I)
    pthread_join(T->Seats[I].Thread, nullptr);
  free(T->Block);
}
