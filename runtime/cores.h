//===- cores.h - which core a thread runs on --------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_CORES_H
#define SINTER_RUNTIME_CORES_H

#include <sched.h>
#include <stdint.h>
#include <sys/types.h>

namespace sinter {

/// The CPU that the calling thread runs on; -1 when the system does not say.
int32_t currentCore();

/// The kernel's number of the calling thread. Unlike a pthread_t it may be
/// asked about when the thread has ended.
pid_t currentThread();

/// How many CPUs the calling thread may run on; 0 when the system does not say.
int32_t allowedCores();

/// Moves the calling thread to a CPU that it may run on and that is not taken,
/// when there is one. What it may run on stays as it is.
void leaveCores(const cpu_set_t &Taken);

/// Moves a thread of this process to a CPU that it may run on. What it may run
/// on stays as it is.
void moveThread(pid_t Thread, int32_t Core);

/// Nanoseconds that a thread of this process has run for; 0 when the system
/// does not say.
uint64_t ranFor(pid_t Thread);

} // namespace sinter

#endif // SINTER_RUNTIME_CORES_H
