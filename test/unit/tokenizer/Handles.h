//===- Handles.h - the C API for tests --------------------------*- C++ -*-===//
#ifndef SINTER_TEST_UNIT_TOKENIZER_HANDLES_H
#define SINTER_TEST_UNIT_TOKENIZER_HANDLES_H

#include "sinter/tokenizer.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace sinter::test {

using Ids = std::vector<int64_t>;
using Json = nlohmann::json;

struct Close {
  void operator()(sinter_tokenizer *T) const { sinter_tokenizer_close(T); }
  void operator()(sinter_decoder *D) const { sinter_decoder_close(D); }
  void operator()(sinter_chat_template *C) const {
    sinter_chat_template_close(C);
  }
};
using Handle = std::unique_ptr<sinter_tokenizer, Close>;

inline Handle open(const std::string &Text,
                   const sinter_tokenizer_files *Files = nullptr) {
  sinter_error Error;
  sinter_tokenizer *T = nullptr;
  EXPECT_EQ(sinter_tokenizer_open(Text.data(), Text.size(), Files, &T, &Error),
            SINTER_OK)
      << Error.message;
  return Handle(T);
}
inline Handle open(const Json &J) { return open(J.dump()); }

/// The refusal's message, with "unsupported: " before it when that is its
/// status; empty when the file is taken.
inline std::string refusal(const std::string &Text,
                           const sinter_tokenizer_files *Files = nullptr) {
  sinter_error Error;
  sinter_tokenizer *T = nullptr;
  const sinter_status S =
      sinter_tokenizer_open(Text.data(), Text.size(), Files, &T, &Error);
  EXPECT_EQ(T == nullptr, S != SINTER_OK);
  EXPECT_EQ(Error.status, S);
  sinter_tokenizer_close(T);
  return (S == SINTER_UNSUPPORTED ? "unsupported: " : "") +
         std::string(Error.message);
}
inline std::string refusal(const Json &J) { return refusal(J.dump()); }

inline Ids encode(const Handle &T, const std::string &Text,
                  bool Special = true) {
  int64_t *Found = nullptr, Count = 0;
  sinter_error Error;
  EXPECT_EQ(sinter_tokenizer_encode(T.get(), Text.data(), Text.size(), Special,
                                    &Found, &Count, &Error),
            SINTER_OK)
      << Error.message;
  Ids Out(Found, Found + Count);
  sinter_ids_free(Found);
  return Out;
}

inline std::string decode(const Handle &T, const Ids &Tokens,
                          bool Keep = true) {
  char *Text = nullptr;
  uint64_t Bytes = 0;
  sinter_error Error;
  EXPECT_EQ(sinter_tokenizer_decode(T.get(), Tokens.data(),
                                    int64_t(Tokens.size()), Keep, &Text, &Bytes,
                                    &Error),
            SINTER_OK)
      << Error.message;
  std::string Out(Text, Bytes);
  sinter_text_free(Text);
  return Out;
}

/// The same through a decoder, one id after another; each part must be whole
/// characters.
inline std::string stream(const Handle &T, const Ids &Tokens,
                          bool Keep = true) {
  sinter_decoder *Raw = nullptr;
  sinter_error Error;
  EXPECT_EQ(sinter_decoder_create(T.get(), Keep, &Raw, &Error), SINTER_OK);
  const std::unique_ptr<sinter_decoder, Close> D(Raw);
  std::string Out;
  const char *Text;
  uint64_t Bytes;
  const auto Take = [&] {
    const std::string Part(Text, Bytes);
    EXPECT_NO_THROW((void)Json(Part).dump()) << "not UTF-8";
    Out += Part;
  };
  for (const int64_t Id : Tokens) {
    EXPECT_EQ(sinter_decoder_push(Raw, Id, &Text, &Bytes, &Error), SINTER_OK);
    Take();
  }
  EXPECT_EQ(sinter_decoder_flush(Raw, &Text, &Bytes, &Error), SINTER_OK);
  Take();
  return Out;
}

} // namespace sinter::test

#endif // SINTER_TEST_UNIT_TOKENIZER_HANDLES_H
