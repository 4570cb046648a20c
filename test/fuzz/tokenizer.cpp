//===- tokenizer.cpp - any bytes as tokenizer.json and a text -------------===//
//
// The text begins behind the first NUL, or is one of this file's.
//
//===----------------------------------------------------------------------===//
#include "sinter/tokenizer.h"
#include <cstring>
#include <string>

static void tryText(const sinter_tokenizer *tokenizer,
                    const std::string &text) {
  sinter_error error;
  int64_t *ids = nullptr, count = 0;
  if (sinter_tokenizer_encode(tokenizer, text.data(), text.size(), 1, &ids,
                              &count, &error))
    return;
  char *back = nullptr;
  uint64_t bytes = 0;
  if (!sinter_tokenizer_decode(tokenizer, ids, count, 1, &back, &bytes, &error))
    sinter_text_free(back);
  sinter_ids_free(ids);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto *bytes = reinterpret_cast<const char *>(data);
  size_t json = strnlen(bytes, size);
  sinter_error error;
  sinter_tokenizer *tokenizer = nullptr;
  if (sinter_tokenizer_open(bytes, json, nullptr, &tokenizer, &error))
    return 0;
  if (json < size)
    tryText(tokenizer, std::string(bytes + json + 1, size - json - 1));
  tryText(tokenizer,
          "Hello  w\xc3\xb6rld 12345\n\xe4\xbd\xa0\xe5\xa5\xbd \xff");
  tryText(tokenizer, std::string(2000, 'a'));
  sinter_tokenizer_close(tokenizer);
  return 0;
}
