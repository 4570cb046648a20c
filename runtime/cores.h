//===- cores.h - which core a thread runs on --------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_CORES_H
#define SINTER_RUNTIME_CORES_H

#include <pthread.h>
#include <sched.h>
#include <stdint.h>

namespace sinter {

/// The CPU that the calling thread runs on; -1 when the system does not say.
int32_t currentCore();

/// How many CPUs the calling thread may run on; 0 when the system does not say.
int32_t allowedCores();

/// Moves the calling thread to a CPU that it may run on and that is not taken,
/// when there is one. What it may run on stays as it is.
void leaveCores(const cpu_set_t &Taken);

/// Moves a thread of this process to a CPU that it may run on. What it may run
/// on stays as it is.
void moveThread(pthread_t Thread, int32_t Core);

/// Nanoseconds that a thread has run for; 0 when the system does not say.
uint64_t ranFor(pthread_t Thread);

} // namespace sinter

#endif // SINTER_RUNTIME_CORES_H
