//===- failure.h - how the runtime reports an error -------------*- C++ -*-===//
//
// Every refusal goes through fail(): a status and one line that names the
// file, the field, the offset and the way out.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_FAILURE_H
#define SINTER_RUNTIME_FAILURE_H

#include "sinter/runtime.h"

namespace sinter {

/// Writes status and text to `error` when it is not null; returns the status.
__attribute__((format(printf, 3, 4))) sinter_status fail(sinter_error *Error,
                                                         sinter_status Status,
                                                         const char *Format,
                                                         ...);

/// SINTER_OK with an empty message.
sinter_status succeed(sinter_error *Error);

/// Copies the caller's options over zeros, as far as both sides know them.
/// Fails when `size` cannot be one.
template <typename T>
sinter_status readOptions(const T *Given, T &Out, const char *Name,
                          sinter_error *Error) {
  Out = T{};
  if (!Given)
    return SINTER_OK;
  // The first field of every options struct is its size; none was ever
  // smaller than two words.
  if (Given->size < 8 || Given->size > 4096)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "%s.size is %u: set it to sizeof(%s)", Name, Given->size, Name);
  __builtin_memcpy(&Out, Given,
                   Given->size < sizeof(T) ? Given->size : sizeof(T));
  return SINTER_OK;
}

} // namespace sinter

#endif // SINTER_RUNTIME_FAILURE_H
