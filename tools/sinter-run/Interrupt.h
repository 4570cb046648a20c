//===- Interrupt.h - Ctrl-C that ends cleanly -------------------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_INTERRUPT_H
#define SINTER_TOOLS_RUN_INTERRUPT_H

namespace sinter::run {

/// From now on the first Ctrl-C sets interruptFlag(); the second one kills.
void catchInterrupt();

/// Non-zero after Ctrl-C; what sinter_generate_options.cancel points to.
const volatile int *interruptFlag();

/// Throws Interrupted after Ctrl-C.
void checkInterrupt();

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_INTERRUPT_H
