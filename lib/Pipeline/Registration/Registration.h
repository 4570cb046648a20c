//===- Registration.h - every dialect, extension and pass that we use -----===//
#ifndef SINTER_PIPELINE_REGISTRATION_H
#define SINTER_PIPELINE_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace sinter {
/// The dialects of levels 1 to 5 with the interfaces that lowering needs.
void registerDialects(mlir::DialectRegistry &registry);
/// All passes of passes/, for command lines. Call once a process.
void registerPasses();
} // namespace sinter
#endif
