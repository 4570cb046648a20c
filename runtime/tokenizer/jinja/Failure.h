//===- Failure.h - errors of a template, before they have a place *- C++
//-*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_FAILURE_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_FAILURE_H

#include "../Error.h"

namespace sinter::jinja {

/// Thrown by what does not know where in the template it works; the evaluator
/// adds line and column.
struct Failure {
  sinter_status Status;
  std::string Message;
};

[[noreturn]] inline void fail(std::string Message) {
  throw Failure{SINTER_INVALID_ARGUMENT, std::move(Message)};
}
[[noreturn]] inline void failUnsupported(std::string Message) {
  throw Failure{SINTER_UNSUPPORTED, std::move(Message)};
}

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_FAILURE_H
