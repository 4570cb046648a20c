//===- template.cpp - any bytes as a chat template ------------------------===//
#include "sinter/tokenizer.h"
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sinter_error error;
  sinter_chat_template *chat = nullptr;
  if (sinter_chat_template_parse(reinterpret_cast<const char *>(data), size,
                                 &chat, &error))
    return 0;
  const sinter_chat_message messages[] = {
      {"system", "Be brief."}, {"user", "Hi <|x|>"}, {"assistant", ""}};
  const char *variables =
      "{\"tools\": [{\"name\": \"f\", \"parameters\": {\"a\": 1.5}}], "
      "\"bos_token\": \"<s>\"}";
  sinter_chat_options options = {};
  options.size = sizeof(options);
  options.add_generation_prompt = 1;
  options.variables_json = variables;
  options.variables_json_bytes = strlen(variables);
  char *text = nullptr;
  uint64_t bytes = 0;
  if (!sinter_chat_template_render(chat, messages, 3, &options, &text, &bytes,
                                   &error))
    sinter_text_free(text);
  sinter_chat_template_close(chat);
  return 0;
}
