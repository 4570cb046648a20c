//===- Error.h - how the tokenizer refuses ----------------------*- C++ -*-===//
//
// Inside the library a refusal is a C++ exception; guarded() turns every
// exception into a status and one line of text at the C API.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_ERROR_H
#define SINTER_RUNTIME_TOKENIZER_ERROR_H

#include "sinter/runtime.h"

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace sinter::tokenizer {

struct Error : std::exception {
  Error(sinter_status Status, std::string Message)
      : Status(Status), Message(std::move(Message)) {}
  const char *what() const noexcept override { return Message.c_str(); }
  sinter_status Status;
  std::string Message;
};

/// The file, template or text is wrong.
[[noreturn]] inline void bad(std::string Message) {
  throw Error(SINTER_INVALID_ARGUMENT, std::move(Message));
}

/// It is right, but this version does not have what it asks for.
[[noreturn]] inline void unsupported(std::string Message) {
  throw Error(SINTER_UNSUPPORTED, std::move(Message));
}

/// Text from a file, fit for a message: quoted, cut, control bytes as \xNN.
std::string quote(std::string_view Text, size_t MaxBytes = 80);

/// Writes to `error` when it is not null; the message becomes one line that
/// ends on a whole character.
sinter_status report(sinter_error *Out, sinter_status Status,
                     std::string_view Message) noexcept;

template <typename Body>
sinter_status guarded(sinter_error *Out, Body &&Run) noexcept {
  try {
    Run();
    return report(Out, SINTER_OK, "");
  } catch (const Error &E) {
    return report(Out, E.Status, E.Message);
  } catch (const std::bad_alloc &) {
    return report(Out, SINTER_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception &E) {
    return report(Out, SINTER_INVALID_ARGUMENT, E.what());
  } catch (...) {
    return report(Out, SINTER_INVALID_ARGUMENT, "unknown failure");
  }
}

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_ERROR_H
