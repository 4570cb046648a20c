//===- machine.h - how many threads this process is given -------*- C++ -*-===//
#ifndef SINTER_RUNTIME_MACHINE_H
#define SINTER_RUNTIME_MACHINE_H

#include <stdint.h>

namespace sinter {

/// CPUs of the cgroup quota, rounded up, read from `Root` + "/proc/self/cgroup"
/// and `Root` + "/sys/fs/cgroup" (v1 and v2); 0 when there is no quota.
int32_t cgroupCpus(const char *Root);

/// CPUs that this thread may run on: in all, and counting each core once.
void allowedCpus(const char *Root, int32_t &Cpus, int32_t &Cores);

} // namespace sinter

#endif // SINTER_RUNTIME_MACHINE_H
