//===- cores.cpp - which core a thread runs on ----------------------------===//
//
// A thread moves when the set of CPUs that it may run on leaves out its own;
// the set that it had comes back at once. A set that does not hold all CPUs of
// the machine (more than 1024) cannot be read, and nothing moves.
//
//===----------------------------------------------------------------------===//
#include "cores.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

using namespace sinter;

int32_t sinter::currentCore() { return sched_getcpu(); }

pid_t sinter::currentThread() { return pid_t(syscall(SYS_gettid)); }

int32_t sinter::allowedCores() {
  cpu_set_t Allowed;
  bool Known = !sched_getaffinity(0, sizeof(Allowed), &Allowed);
  return Known ? CPU_COUNT(&Allowed) : 0;
}

// Thread 0 is the caller.
static void move(pid_t Thread, const cpu_set_t &To, const cpu_set_t &Allowed) {
  if (!sched_setaffinity(Thread, sizeof(To), &To))
    sched_setaffinity(Thread, sizeof(Allowed), &Allowed);
}

void sinter::leaveCores(const cpu_set_t &Taken) {
  cpu_set_t Allowed, Free;
  if (sched_getaffinity(0, sizeof(Allowed), &Allowed))
    return;
  CPU_XOR(&Free, &Allowed, &Taken);
  CPU_AND(&Free, &Free, &Allowed);
  if (CPU_COUNT(&Free) > 0)
    move(0, Free, Allowed);
}

void sinter::moveThread(pid_t Thread, int32_t Core) {
  cpu_set_t Allowed, To;
  if (Thread <= 0 || Core < 0 || Core >= CPU_SETSIZE ||
      sched_getaffinity(Thread, sizeof(Allowed), &Allowed) ||
      !CPU_ISSET(Core, &Allowed))
    return;
  CPU_ZERO(&To);
  CPU_SET(Core, &To);
  move(Thread, To, Allowed);
}

uint64_t sinter::ranFor(pid_t Thread) {
  // A thread's CPU clock, as pthread_getcpuclockid makes it (the kernel's
  // posix-timers.h: the clock of what the scheduler counts, of one thread).
  clockid_t Clock = clockid_t(~unsigned(Thread) << 3 | 6);
  timespec T;
  if (Thread <= 0 || clock_gettime(Clock, &T))
    return 0;
  return uint64_t(T.tv_sec) * 1000000000u + uint64_t(T.tv_nsec);
}
