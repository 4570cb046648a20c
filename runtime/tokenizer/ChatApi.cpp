//===- ChatApi.cpp - the C API of chat templates --------------------------===//
#include "Error.h"
#include "sinter/tokenizer.h"

using namespace sinter::tokenizer;

extern "C" {
sinter_status sinter_chat_template_parse(const char *, uint64_t,
                                         sinter_chat_template **Out,
                                         sinter_error *Error) {
  *Out = nullptr;
  return report(Error, SINTER_UNSUPPORTED, "chat templates are being written");
}
void sinter_chat_template_close(sinter_chat_template *) {}
sinter_status sinter_chat_template_render(const sinter_chat_template *,
                                          const sinter_chat_message *, int64_t,
                                          const sinter_chat_options *, char **,
                                          uint64_t *, sinter_error *Error) {
  return report(Error, SINTER_UNSUPPORTED, "chat templates are being written");
}
}
