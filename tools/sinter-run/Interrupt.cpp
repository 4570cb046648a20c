//===- Interrupt.cpp - Ctrl-C that ends cleanly ---------------------------===//
#include "Interrupt.h"
#include "Commands.h"

#include <csignal>

static volatile int Flag = 0;

static void onInterrupt(int) { Flag = 1; }

void sinter::run::catchInterrupt() {
  struct sigaction Action = {};
  Action.sa_handler = onInterrupt;
  // No SA_RESTART: reading a line must end, too.
  Action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &Action, nullptr);
}

const volatile int *sinter::run::interruptFlag() { return &Flag; }

void sinter::run::checkInterrupt() {
  if (Flag)
    throw Interrupted();
}
