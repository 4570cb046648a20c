//===- failure.cpp - status names and error text --------------------------===//
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

sinter_status sinter::fail(sinter_error *Error, sinter_status Status,
                           const char *Format, ...) {
  if (Error) {
    Error->status = Status;
    va_list Args;
    va_start(Args, Format);
    vsnprintf(Error->message, sizeof(Error->message), Format, Args);
    va_end(Args);
    // One line, whatever a file name or a model's strings hold.
    for (char *C = Error->message; *C; ++C)
      if (static_cast<unsigned char>(*C) < 32)
        *C = ' ';
  }
  return Status;
}

sinter_status sinter::succeed(sinter_error *Error) {
  if (Error) {
    Error->status = SINTER_OK;
    Error->message[0] = 0;
  }
  return SINTER_OK;
}

const char *sinter_status_name(sinter_status Status) {
  static const char *const Names[] = {"SINTER_OK",
                                      "SINTER_INVALID_ARGUMENT",
                                      "SINTER_OUT_OF_MEMORY",
                                      "SINTER_NOT_FOUND",
                                      "SINTER_BAD_OBJECT",
                                      "SINTER_WRONG_ABI",
                                      "SINTER_WRONG_CPU",
                                      "SINTER_BAD_WEIGHTS",
                                      "SINTER_FOREIGN_WEIGHTS",
                                      "SINTER_CORRUPT_WEIGHTS",
                                      "SINTER_OUT_OF_RANGE",
                                      "SINTER_CONTEXT_FULL",
                                      "SINTER_UNSUPPORTED",
                                      "SINTER_MODEL_FAULT",
                                      "SINTER_SYSTEM"};
  unsigned Index = static_cast<unsigned>(Status);
  return Index < sizeof(Names) / sizeof(*Names) ? Names[Index]
                                                : "unknown status";
}
