//===- machine.cpp - how many threads this process is given ---------------===//
//
// The least of: affinity, cgroup quota (v1 or v2, of the group and all above
// it) and physical cores. What cannot be read limits nothing.
//
//===----------------------------------------------------------------------===//
#include "machine.h"
#include "sinter/runtime.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

using namespace sinter;

/// Reads a small file whole; false when it is not there.
static bool readText(const char *Path, char *Text, size_t Capacity) {
  int File = open(Path, O_RDONLY | O_CLOEXEC);
  if (File < 0)
    return false;
  size_t Used = 0;
  for (ssize_t Got; Used < Capacity - 1 &&
                    (Got = read(File, Text + Used, Capacity - 1 - Used)) > 0;)
    Used += size_t(Got);
  close(File);
  Text[Used] = 0;
  return true;
}

/// ceil(Quota / Period) as CPUs, or 0 for "no limit".
static int32_t cpusOf(long long Quota, long long Period) {
  if (Quota <= 0 || Period <= 0)
    return 0;
  long long Cpus = (Quota - 1) / Period + 1;
  return Cpus < INT_MAX ? int32_t(Cpus) : 0;
}

static void least(int32_t &Limit, int32_t Cpus) {
  if (Cpus && (!Limit || Cpus < Limit))
    Limit = Cpus;
}

/// The limits of `Group` under the hierarchy `Mount` and of all groups above.
/// Inside a container the path may be the host's; "/" then is the container.
static void walkUp(const char *Mount, char *Group, int32_t &Limit) {
  char Path[PATH_MAX + 64], Text[128];
  for (;;) {
    size_t Length = strlen(Group);
    while (Length && Group[Length - 1] == '/')
      Group[--Length] = 0;
    long long Quota = 0, Period = 0;
    snprintf(Path, sizeof(Path), "%s%s/cpu.max", Mount, Group);
    if (readText(Path, Text, sizeof(Text)) &&
        sscanf(Text, "%lld %lld", &Quota, &Period) == 2)
      least(Limit, cpusOf(Quota, Period));
    snprintf(Path, sizeof(Path), "%s%s/cpu.cfs_quota_us", Mount, Group);
    if (readText(Path, Text, sizeof(Text))) {
      Quota = atoll(Text);
      snprintf(Path, sizeof(Path), "%s%s/cpu.cfs_period_us", Mount, Group);
      if (readText(Path, Text, sizeof(Text)))
        least(Limit, cpusOf(Quota, atoll(Text)));
    }
    char *Slash = strrchr(Group, '/');
    if (!Slash)
      return;
    *Slash = 0;
  }
}

/// Is `Word` one of the comma-separated words of `List`?
static bool holdsWord(const char *List, const char *Word) {
  size_t Length = strlen(Word);
  for (const char *P = List; *P;) {
    size_t Part = strcspn(P, ",");
    if (Part == Length && !strncmp(P, Word, Length))
      return true;
    P += Part + (P[Part] == ',');
  }
  return false;
}

int32_t sinter::cgroupCpus(const char *Root) {
  char Path[PATH_MAX], Text[8192], Mount[PATH_MAX];
  int32_t Limit = 0;
  snprintf(Path, sizeof(Path), "%s/proc/self/cgroup", Root);
  if (!readText(Path, Text, sizeof(Text)))
    return 0;
  // Lines "hierarchy:controllers:path"; v2 is "0::path".
  char *Save = nullptr;
  for (char *Line = strtok_r(Text, "\n", &Save); Line;
       Line = strtok_r(nullptr, "\n", &Save)) {
    char *Controllers = strchr(Line, ':');
    char *Group = Controllers ? strchr(Controllers + 1, ':') : nullptr;
    if (!Group || strlen(Group) >= PATH_MAX - 64)
      continue;
    *Group++ = 0;
    ++Controllers;
    const bool Unified = !*Controllers && Line[0] == '0';
    if (!Unified && !holdsWord(Controllers, "cpu"))
      continue;
    static const char *const Mounts[] = {"", "/unified", "/cpu",
                                         "/cpu,cpuacct"};
    for (const char *Name : Mounts) {
      char Copy[PATH_MAX];
      if (Unified != (!*Name || !strcmp(Name, "/unified")))
        continue;
      snprintf(Mount, sizeof(Mount), "%s/sys/fs/cgroup%s", Root, Name);
      snprintf(Copy, sizeof(Copy), "%s", Group);
      walkUp(Mount, Copy, Limit);
    }
  }
  return Limit;
}

void sinter::allowedCpus(const char *Root, int32_t &Cpus, int32_t &Cores) {
  constexpr int Most = 8192;
  static_assert(Most % CHAR_BIT == 0, "");
  unsigned char Allowed[Most / CHAR_BIT] = {}, Seen[Most / CHAR_BIT] = {};
  Cpus = Cores = 1;
  if (sched_getaffinity(0, sizeof(Allowed),
                        reinterpret_cast<cpu_set_t *>(Allowed)))
    return;
  Cpus = Cores = 0;
  for (int Cpu = 0; Cpu < Most; ++Cpu) {
    if (!(Allowed[Cpu / 8] >> Cpu % 8 & 1))
      continue;
    ++Cpus;
    // A core is named by the first CPU in its list of siblings.
    char Path[PATH_MAX], Text[256];
    snprintf(Path, sizeof(Path),
             "%s/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
             Root, Cpu);
    int First = Cpu;
    if (readText(Path, Text, sizeof(Text)))
      First = atoi(Text);
    if (First < 0 || First >= Most)
      First = Cpu;
    if (!(Seen[First / 8] >> First % 8 & 1))
      ++Cores;
    Seen[First / 8] =
        static_cast<unsigned char>(Seen[First / 8] | 1u << First % 8);
  }
  if (!Cpus)
    Cpus = Cores = 1;
}

int32_t sinter_default_threads(void) {
  int32_t Cpus, Cores;
  allowedCpus("", Cpus, Cores);
  int32_t Threads = Cores < Cpus ? Cores : Cpus;
  least(Threads, cgroupCpus(""));
  return Threads < 1024 ? Threads : 1024;
}
