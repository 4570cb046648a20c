//===- TeamTest.cpp - barriers, more members than cores, sleep ------------===//
#include "runtime/team.h"

#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <thread>
#include <vector>

using namespace sinter;

namespace {
/// What one run shares.
struct Work {
  int Rounds = 0;
  int SlowMember = -1, SlowMicroseconds = 0;
  std::vector<std::vector<int>> *Seen = nullptr;
  std::atomic<int> *Counters = nullptr;
};
} // namespace

/// Counts into a cell a round; after the barrier each member must see all.
static int32_t count(const sinter_call *Call, int32_t Member, int32_t Members) {
  auto &W = *reinterpret_cast<Work *>(Call->arena);
  for (int R = 0; R < W.Rounds; ++R) {
    if (Member == W.SlowMember)
      std::this_thread::sleep_for(
          std::chrono::microseconds(W.SlowMicroseconds));
    W.Counters[R].fetch_add(1, std::memory_order_relaxed);
    if (Members > 1)
      Call->barrier(Call, Member);
    (*W.Seen)[size_t(Member)][size_t(R)] =
        W.Counters[R].load(std::memory_order_relaxed);
  }
  return 0;
}

/// Runs `Rounds` barriers `Calls` times; every member saw all at each.
static void expectOrder(int Members, int Rounds, int Calls, int SlowMember = -1,
                        int SlowMicroseconds = 0) {
  Team *T;
  sinter_error Error;
  ASSERT_EQ(Team::create(Members, T, &Error), SINTER_OK) << Error.message;
  for (int C = 0; C < Calls; ++C) {
    std::vector<std::vector<int>> Seen(size_t(Members),
                                       std::vector<int>(size_t(Rounds), -1));
    std::vector<std::atomic<int>> Counters(static_cast<size_t>(Rounds));
    Work W{Rounds, SlowMember, SlowMicroseconds, &Seen, Counters.data()};
    sinter_call Call = {};
    Call.arena = reinterpret_cast<uint8_t *>(&W);
    EXPECT_TRUE(T->run(count, Call));
    for (const auto &Row : Seen)
      EXPECT_EQ(Row, std::vector<int>(size_t(Rounds), Members));
  }
  Team::destroy(T);
}

namespace {
/// Two buffers that all members share, as a step's arena is: plain memory, only
/// the barrier orders it.
struct Exchange {
  static constexpr size_t Part = 24; // floats a member: parts share lines
  int Rounds = 0;
  std::vector<float> Even, Odd;
  std::vector<int> Failures; // one a member
};
} // namespace

/// As generated code does between two ops: each writes its own part of one
/// buffer from all parts of the other, meets the others, and goes on.
static int32_t exchange(const sinter_call *Call, int32_t Member,
                        int32_t Members) {
  auto &X = *reinterpret_cast<Exchange *>(Call->arena);
  for (int R = 0; R < X.Rounds; ++R) {
    const std::vector<float> &From = R % 2 ? X.Odd : X.Even;
    std::vector<float> &To = R % 2 ? X.Even : X.Odd;
    // All parts hold the round's number, or the round before was not over.
    int Wrong = 0;
    for (const float Value : From)
      Wrong += Value != float(R);
    X.Failures[size_t(Member)] += Wrong;
    for (size_t I = 0; I < Exchange::Part; ++I)
      To[size_t(Member) * Exchange::Part + I] = float(R + 1);
    if (Members > 1)
      Call->barrier(Call, Member);
  }
  return 0;
}

/// What a matmul's members do: each claims the shares of its own part, then of
/// the others'. Every share adds to its own cell, which no one else may touch.
static int32_t claimShares(const sinter_call *Call, int32_t Member,
                           int32_t Members) {
  auto &X = *reinterpret_cast<Exchange *>(Call->arena);
  const auto Count = int64_t(X.Even.size());
  for (int R = 0; R < X.Rounds; ++R) {
    for (int32_t Turn = 0; Turn < Members;) {
      const int32_t Of = (Member + Turn) % Members;
      const int64_t I =
          Of * Count / Members +
          __atomic_fetch_add(Call->claims + Of * SINTER_CLAIM_STRIDE, 1,
                             __ATOMIC_RELAXED);
      if (I < (Of + 1) * Count / Members)
        X.Even[size_t(I)] += 1;
      else
        ++Turn;
    }
    Call->barrier(Call, Member);
    for (const float Value : X.Even)
      X.Failures[size_t(Member)] += Value != float(R + 1);
    // What all have read may be written again.
    Call->barrier(Call, Member);
  }
  return 0;
}

static double cpuSeconds() {
  rusage U;
  getrusage(RUSAGE_SELF, &U);
  return double(U.ru_utime.tv_sec + U.ru_stime.tv_sec) +
         1e-6 * double(U.ru_utime.tv_usec + U.ru_stime.tv_usec);
}

TEST(TeamTest, EveryMemberSeesWhatAllWrote) {
  for (int Members = 1; Members <= 8; ++Members)
    expectOrder(Members, 200, 20);
}

TEST(TeamTest, PartsOfABufferGoFromMemberToMember) {
  for (const int Members : {1, 2, 3, 8}) {
    Team *T;
    ASSERT_EQ(Team::create(Members, T, nullptr), SINTER_OK);
    for (int C = 0; C < 4; ++C) {
      Exchange X;
      X.Rounds = 1000;
      X.Even.assign(size_t(Members) * Exchange::Part, 0);
      X.Odd.assign(X.Even.size(), -1);
      X.Failures.assign(size_t(Members), 0);
      sinter_call Call = {};
      Call.arena = reinterpret_cast<uint8_t *>(&X);
      EXPECT_TRUE(T->run(exchange, Call));
      EXPECT_EQ(X.Failures, std::vector<int>(size_t(Members)));
      EXPECT_EQ(X.Even, std::vector<float>(X.Even.size(), 1000));
    }
    Team::destroy(T);
  }
}

TEST(TeamTest, EveryShareIsClaimedOnce) {
  for (const int Members : {2, 3, 8}) {
    Team *T;
    ASSERT_EQ(Team::create(Members, T, nullptr), SINTER_OK);
    // More calls than one: a call must not see the claims of the one before.
    for (int C = 0; C < 4; ++C) {
      Exchange X;
      X.Rounds = 500;
      X.Even.assign(61, 0);
      X.Failures.assign(size_t(Members), 0);
      sinter_call Call = {};
      Call.arena = reinterpret_cast<uint8_t *>(&X);
      EXPECT_TRUE(T->run(claimShares, Call));
      EXPECT_EQ(X.Failures, std::vector<int>(size_t(Members)));
    }
    Team::destroy(T);
  }
}

TEST(TeamTest, ManyMoreMembersThanCores) { expectOrder(64, 50, 4); }

TEST(TeamTest, WaitersSleepWhenOneIsLate) {
  const double Before = cpuSeconds();
  // Seven wait 20 x 20 ms for one: were they to spin, the process would use
  // every core for 0.4 s.
  expectOrder(8, 20, 1, 3, 20000);
  EXPECT_LT(cpuSeconds() - Before, 0.2);
}

TEST(TeamTest, AnIdleTeamSleeps) {
  Team *T;
  ASSERT_EQ(Team::create(4, T, nullptr), SINTER_OK);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const double Before = cpuSeconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(cpuSeconds() - Before, 0.05);
  Team::destroy(T);
}

TEST(TeamTest, MembersTakeNoSignals) {
  static volatile sig_atomic_t Caught = 0;
  static pthread_t Catcher;
  struct sigaction Action = {}, Old;
  Action.sa_handler = [](int) {
    Caught = 1;
    Catcher = pthread_self();
  };
  sigaction(SIGUSR1, &Action, &Old);
  Team *T;
  ASSERT_EQ(Team::create(4, T, nullptr), SINTER_OK);
  for (int I = 0; I < 20; ++I) {
    Caught = 0;
    kill(getpid(), SIGUSR1);
    while (!Caught) {
    }
    EXPECT_TRUE(pthread_equal(Catcher, pthread_self()));
  }
  Team::destroy(T);
  sigaction(SIGUSR1, &Old, nullptr);
}

static int32_t failOnTwo(const sinter_call *, int32_t Member, int32_t) {
  return Member == 2;
}

static int32_t succeedAll(const sinter_call *, int32_t, int32_t) { return 0; }

TEST(TeamTest, OneMembersFailureIsTheTeams) {
  Team *T;
  ASSERT_EQ(Team::create(3, T, nullptr), SINTER_OK);
  sinter_call Call = {};
  EXPECT_FALSE(T->run(failOnTwo, Call));
  EXPECT_TRUE(T->run(succeedAll, Call));
  Team::destroy(T);
}

#if defined(__x86_64__)
static int32_t readControl(const sinter_call *Call, int32_t Member, int32_t) {
  reinterpret_cast<unsigned *>(Call->arena)[Member] = __builtin_ia32_stmxcsr();
  return 0;
}

TEST(TeamTest, MembersComputeUnderTheSameRounding) {
  Team *T;
  ASSERT_EQ(Team::create(3, T, nullptr), SINTER_OK);
  const unsigned Old = __builtin_ia32_stmxcsr();
  // Flush to zero and round down, set behind the team's back.
  __builtin_ia32_ldmxcsr(Old | 0x8000 | 0x2000);
  unsigned Controls[3] = {};
  sinter_call Call = {};
  Call.arena = reinterpret_cast<uint8_t *>(Controls);
  T->run(readControl, Call);
  const unsigned After = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(Old);
  EXPECT_EQ(Controls[0] & 0xffc0, Old & 0xffc0);
  EXPECT_EQ(Controls[1] & 0xffc0, Old & 0xffc0);
  EXPECT_EQ(Controls[2] & 0xffc0, Old & 0xffc0);
  EXPECT_EQ(After & 0xffc0, (Old | 0xa000) & 0xffc0) << "not given back";
  Team::destroy(T);
}
#endif
