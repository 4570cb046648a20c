//===- MachineTest.cpp - cgroup quotas and cores from made-up trees -------===//
#include "runtime/machine.h"
#include "sinter/runtime.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

using namespace sinter;
namespace fs = std::filesystem;

namespace {
class MachineTest : public ::testing::Test {
protected:
  fs::path Root = fs::path(::testing::TempDir()) /
                  ("sinter-machine" + std::to_string(getpid()));
  void SetUp() override { fs::remove_all(Root); }
  void TearDown() override { fs::remove_all(Root); }
  void write(const std::string &Path, const std::string &Text) {
    const fs::path Full = Root / Path;
    fs::create_directories(Full.parent_path());
    std::ofstream(Full) << Text;
  }
  int32_t cpus() { return cgroupCpus(Root.c_str()); }
};
} // namespace

TEST_F(MachineTest, NoCgroupNoLimit) { EXPECT_EQ(cpus(), 0); }

TEST_F(MachineTest, UnifiedQuotaIsRoundedUp) {
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(cpus(), 0);
  write("sys/fs/cgroup/a/b/cpu.max", "150000 100000\n");
  EXPECT_EQ(cpus(), 2);
  write("sys/fs/cgroup/a/b/cpu.max", "300000 100000\n");
  EXPECT_EQ(cpus(), 3);
  write("sys/fs/cgroup/a/b/cpu.max", "1000 100000\n");
  EXPECT_EQ(cpus(), 1);
}

TEST_F(MachineTest, TheGroupsAboveLimitToo) {
  write("proc/self/cgroup", "0::/a/b\n");
  write("sys/fs/cgroup/a/b/cpu.max", "800000 100000\n");
  write("sys/fs/cgroup/a/cpu.max", "400000 100000\n");
  EXPECT_EQ(cpus(), 4);
  // In a container the path is the host's, the mount is the container's.
  write("sys/fs/cgroup/cpu.max", "250000 100000\n");
  EXPECT_EQ(cpus(), 3);
}

TEST_F(MachineTest, FirstVersion) {
  write("proc/self/cgroup", "5:cpuset:/x\n4:cpu,cpuacct:/docker/f00\n"
                            "3:memory:/y\n");
  write("sys/fs/cgroup/cpu,cpuacct/docker/f00/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu,cpuacct/docker/f00/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpus(), 0);
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "50000\n");
  EXPECT_EQ(cpus(), 5);
  // Another controller's numbers are not ours.
  write("sys/fs/cgroup/cpuset/x/cpu.cfs_quota_us", "50000\n");
  EXPECT_EQ(cpus(), 5);
}

TEST_F(MachineTest, DamagedFilesLimitNothing) {
  write("proc/self/cgroup", "nonsense\n0::/a\n::\n7\n");
  write("sys/fs/cgroup/a/cpu.max", "many few\n");
  EXPECT_EQ(cpus(), 0);
  write("sys/fs/cgroup/a/cpu.max", "100000 0\n");
  EXPECT_EQ(cpus(), 0);
  write("sys/fs/cgroup/a/cpu.max", "99999999999999999999 1\n");
  EXPECT_EQ(cpus(), 0);
}

TEST_F(MachineTest, SiblingsAreOneCore) {
  int32_t Cpus, Cores;
  allowedCpus(Root.c_str(), Cpus, Cores);
  EXPECT_GE(Cpus, 1);
  EXPECT_EQ(Cores, Cpus) << "nothing known: each CPU is a core";
  for (int Cpu = 0; Cpu < 64; ++Cpu)
    write("sys/devices/system/cpu/cpu" + std::to_string(Cpu) +
              "/topology/thread_siblings_list",
          "0,1-63\n");
  const int32_t Before = Cpus;
  allowedCpus(Root.c_str(), Cpus, Cores);
  EXPECT_EQ(Cpus, Before);
  EXPECT_EQ(Cores, 1);
}

TEST_F(MachineTest, DefaultFollowsAffinity) {
  EXPECT_GE(sinter_default_threads(), 1);
  cpu_set_t Old, One;
  ASSERT_EQ(sched_getaffinity(0, sizeof(Old), &Old), 0);
  CPU_ZERO(&One);
  for (int Cpu = 0; Cpu < CPU_SETSIZE; ++Cpu)
    if (CPU_ISSET(Cpu, &Old) && !CPU_COUNT(&One))
      CPU_SET(Cpu, &One);
  ASSERT_EQ(sched_setaffinity(0, sizeof(One), &One), 0);
  EXPECT_EQ(sinter_default_threads(), 1);
  sched_setaffinity(0, sizeof(Old), &Old);
}
