//===- Upstream.h - ops of upstream dialects, by family --------------------===//
#ifndef SINTER_INTERPRETER_UPSTREAM_H
#define SINTER_INTERPRETER_UPSTREAM_H

#include "dialects/Sinter/Interpreter/Evaluation.h"

namespace sinter {
} // namespace sinter
#endif
