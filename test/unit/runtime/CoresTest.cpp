//===- CoresTest.cpp - threads move and may run where they could ----------===//
#include "runtime/cores.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

using namespace sinter;

namespace {
cpu_set_t allowed() {
  cpu_set_t Set;
  CPU_ZERO(&Set);
  EXPECT_EQ(pthread_getaffinity_np(pthread_self(), sizeof(Set), &Set), 0);
  return Set;
}

/// A thread that runs until it is destroyed.
struct Runner {
  std::atomic<bool> Ends{false};
  std::atomic<int32_t> Core{-1};
  std::thread Thread{[this] {
    while (!Ends)
      Core = currentCore();
  }};
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
    moveThread(R.Thread.native_handle(), Core); // also where it may not run
    cpu_set_t After;
    ASSERT_EQ(
        pthread_getaffinity_np(R.Thread.native_handle(), sizeof(After), &After),
        0);
    EXPECT_TRUE(CPU_EQUAL(&Before, &After));
    if (CPU_ISSET(Core, &Before)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      Moved += R.Core == Core;
    }
  }
  EXPECT_GT(Moved, 0);
  moveThread(R.Thread.native_handle(), -1);
  moveThread(R.Thread.native_handle(), CPU_SETSIZE);
}

TEST(CoresTest, CountsTheTimeOfARunningThread) {
  Runner R;
  while (R.Core < 0) {
  }
  const uint64_t Before = ranFor(R.Thread.native_handle());
  EXPECT_GT(Before, 0u);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_GT(ranFor(R.Thread.native_handle()), Before);
}
