//===- cores.cpp - which core a thread runs on ----------------------------===//
//
// A thread moves when the set of CPUs that it may run on leaves out its own;
// the set that it had comes back at once. A set that does not hold all CPUs of
// the machine (more than 1024) cannot be read, and nothing moves.
//
//===----------------------------------------------------------------------===//
#include "cores.h"

#include <time.h>

using namespace sinter;

int32_t sinter::currentCore() { return sched_getcpu(); }

int32_t sinter::allowedCores() {
  cpu_set_t Allowed;
  bool Known =
      !pthread_getaffinity_np(pthread_self(), sizeof(Allowed), &Allowed);
  return Known ? CPU_COUNT(&Allowed) : 0;
}

static void move(pthread_t Thread, const cpu_set_t &To,
                 const cpu_set_t &Allowed) {
  if (!pthread_setaffinity_np(Thread, sizeof(To), &To))
    pthread_setaffinity_np(Thread, sizeof(Allowed), &Allowed);
}

void sinter::leaveCores(const cpu_set_t &Taken) {
  cpu_set_t Allowed, Free;
  if (pthread_getaffinity_np(pthread_self(), sizeof(Allowed), &Allowed))
    return;
  CPU_XOR(&Free, &Allowed, &Taken);
  CPU_AND(&Free, &Free, &Allowed);
  if (CPU_COUNT(&Free) > 0)
    move(pthread_self(), Free, Allowed);
}

void sinter::moveThread(pthread_t Thread, int32_t Core) {
  cpu_set_t Allowed, To;
  if (Core < 0 || Core >= CPU_SETSIZE ||
      pthread_getaffinity_np(Thread, sizeof(Allowed), &Allowed) ||
      !CPU_ISSET(Core, &Allowed))
    return;
  CPU_ZERO(&To);
  CPU_SET(Core, &To);
  move(Thread, To, Allowed);
}

uint64_t sinter::ranFor(pthread_t Thread) {
  clockid_t Clock;
  timespec T;
  if (pthread_getcpuclockid(Thread, &Clock) || clock_gettime(Clock, &T))
    return 0;
  return uint64_t(T.tv_sec) * 1000000000u + uint64_t(T.tv_nsec);
}
