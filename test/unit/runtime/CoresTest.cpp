//===- CoresTest.cpp - threads move and may run where they could ----------===//
#include "runtime/cores.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

using namespace sinter;

namespace {
cpu_set_t allowed(pid_t Thread = 0) {
  cpu_set_t Set;
  CPU_ZERO(&Set);
  EXPECT_EQ(sched_getaffinity(Thread, sizeof(Set), &Set), 0);
  return Set;
}

/// A thread that runs until it is destroyed.
struct Runner {
  std::atomic<bool> Ends{false};
  std::atomic<int32_t> Core{-1};
  std::atomic<pid_t> Id{0};
  std::thread Thread{[this] {
    Id = currentThread();
    while (!Ends)
      Core = currentCore();
  }};
  Runner() {
    while (Core < 0) {
    }
  }
  ~Runner() {
    Ends = true;
    Thread.join();
  }
};
} // namespace

TEST(CoresTest, AllowedCoresAreCounted) {
  cpu_set_t Set = allowed();
  EXPECT_EQ(allowedCores(), CPU_COUNT(&Set));
  EXPECT_TRUE(CPU_ISSET(currentCore(), &Set));
}

TEST(CoresTest, LeavesATakenCore) {
  const cpu_set_t Before = allowed();
  if (CPU_COUNT(&Before) < 2)
    GTEST_SKIP() << "one CPU";
  int Moved = 0; // the system may move it on at once, but not each time
  for (int I = 0; I < 20; ++I) {
    cpu_set_t Taken = Before; // all but one
    int32_t Free = currentCore();
    while (Free == currentCore() || !CPU_ISSET(Free, &Before))
      Free = (Free + 1) % CPU_SETSIZE;
    CPU_CLR(Free, &Taken);
    leaveCores(Taken);
    Moved += currentCore() == Free;
    const cpu_set_t After = allowed();
    EXPECT_TRUE(CPU_EQUAL(&Before, &After));
  }
  EXPECT_GT(Moved, 0);
}

TEST(CoresTest, StaysWhenAllAreTaken) {
  const cpu_set_t Before = allowed();
  leaveCores(Before);
  const cpu_set_t After = allowed();
  EXPECT_TRUE(CPU_EQUAL(&Before, &After));
}

TEST(CoresTest, MovesAThread) {
  const cpu_set_t Before = allowed();
  Runner R;
  int Moved = 0;
  for (int32_t Core = 0; Core < CPU_SETSIZE; ++Core) {
    moveThread(R.Id, Core); // also where it may not run
    const cpu_set_t After = allowed(R.Id);
    EXPECT_TRUE(CPU_EQUAL(&Before, &After));
    if (CPU_ISSET(Core, &Before)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      Moved += R.Core == Core;
    }
  }
  EXPECT_GT(Moved, 0);
  moveThread(R.Id, -1);
  moveThread(R.Id, CPU_SETSIZE);
}

TEST(CoresTest, CountsTheTimeOfARunningThread) {
  Runner R;
  const uint64_t Before = ranFor(R.Id);
  EXPECT_GT(Before, 0u);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_GT(ranFor(R.Id), Before);
}

TEST(CoresTest, ThreadsThatAreNoneDoNoHarm) {
  pid_t Id;
  {
    Runner R;
    Id = R.Id;
  }
  EXPECT_EQ(ranFor(0), 0u);
  EXPECT_EQ(ranFor(-1), 0u);
  (void)ranFor(Id); // the kernel may know it a moment longer
  moveThread(Id, currentCore());
  moveThread(0, currentCore());
}
