//===- Api.cpp - the C API of the tokenizer -------------------------------===//
#include "SideFiles.h"
#include "Tokenizer.h"
#include "sinter/tokenizer.h"

#include <algorithm>
#include <cstdlib>

using namespace sinter::tokenizer;

struct sinter_tokenizer {
  explicit sinter_tokenizer(std::string_view Json) : T(Json) {}
  Tokenizer T;
  SideFiles Files;
};

namespace {

template <typename T> T *allocate(size_t Count) {
  auto *Memory = static_cast<T *>(std::malloc(Count * sizeof(T)));
  if (!Memory)
    throw std::bad_alloc();
  return Memory;
}

void handOut(std::string_view Text, char **Out, uint64_t *Bytes) {
  *Out = allocate<char>(Text.size() + 1);
  std::copy(Text.begin(), Text.end(), *Out);
  (*Out)[Text.size()] = 0;
  if (Bytes)
    *Bytes = Text.size();
}

[[noreturn]] void null(const char *Name) {
  bad(std::string(Name) + " is null");
}

/// Collects what a stream writes; its memory stays.
class Collector final : public TokenSink {
public:
  explicit Collector(size_t Reserve) { Text.reserve(Reserve); }
  void text(std::string_view Part) override { Text += Part; }
  void end() override {}
  void finish() override {}
  std::string Text;
};

const char *handBorrowed(std::string_view Text, uint64_t *Bytes) {
  if (Bytes)
    *Bytes = Text.size();
  return Text.data();
}

} // namespace

struct sinter_decoder {
  sinter_decoder(const Tokenizer &T, bool KeepSpecial)
      : Out(64 << 10), Stream(T, KeepSpecial, Out) {}
  Collector Out;
  Tokenizer::Stream Stream;
};

extern "C" {

void sinter_ids_free(int64_t *Ids) { std::free(Ids); }
void sinter_text_free(char *Text) { std::free(Text); }

sinter_status sinter_tokenizer_open(const char *Json, uint64_t JsonBytes,
                                    const sinter_tokenizer_files *Files,
                                    sinter_tokenizer **Out,
                                    sinter_error *Error) {
  if (Out)
    *Out = nullptr;
  return guarded(Error, [&] {
    if (!Json)
      null("json");
    if (!Out)
      null("out");
    if (Files && Files->size != sizeof(*Files))
      bad("files.size is " + std::to_string(Files->size) +
          ": set it to sizeof(sinter_tokenizer_files)");
    auto T =
        std::make_unique<sinter_tokenizer>(std::string_view(Json, JsonBytes));
    if (Files)
      T->Files.read(*Files, T->T);
    *Out = T.release();
  });
}

void sinter_tokenizer_close(sinter_tokenizer *T) { delete T; }

sinter_status sinter_tokenizer_kind(const char *Json, uint64_t JsonBytes,
                                    char *Kind, uint64_t KindBytes,
                                    sinter_error *Error) {
  return guarded(Error, [&] {
    if (!Json)
      null("json");
    if (!Kind || !KindBytes)
      null("kind");
    Kind[0] = 0;
    const auto Root = parseJson("tokenizer.json", {Json, JsonBytes});
    const JsonView J = JsonView(Root, "tokenizer.json").at("model");
    const std::string Type =
        J.stringOr("type", J.find("merges") ? "BPE" : "unknown");
    const size_t Size = std::min<size_t>(Type.size(), KindBytes - 1);
    std::copy_n(Type.begin(), Size, Kind);
    Kind[Size] = 0;
  });
}

int64_t sinter_tokenizer_vocab_size(const sinter_tokenizer *T) {
  return T ? T->T.vocabSize() : 0;
}

int64_t sinter_tokenizer_id(const sinter_tokenizer *T, const char *Content,
                            uint64_t Bytes) {
  int64_t Id = -1;
  if (T && Content)
    guarded(nullptr, [&] { Id = T->T.idOf({Content, Bytes}); });
  return Id;
}

const char *sinter_tokenizer_token(const sinter_tokenizer *T, int64_t Id,
                                   uint64_t *Bytes) {
  std::string_view Token;
  if (!T || !T->T.tokenOf(Id, Token))
    return handBorrowed({}, Bytes);
  return handBorrowed(Token, Bytes);
}

int32_t sinter_tokenizer_is_special(const sinter_tokenizer *T, int64_t Id) {
  int32_t Special = 0;
  if (T)
    guarded(nullptr, [&] { Special = T->T.isSpecial(Id); });
  return Special;
}

const char *sinter_tokenizer_special(const sinter_tokenizer *T,
                                     const char *Role, uint64_t *Bytes) {
  if (T && Role)
    if (const auto It = T->Files.Special.find(std::string_view(Role));
        It != T->Files.Special.end())
      return handBorrowed(It->second, Bytes);
  return handBorrowed({}, Bytes);
}

const char *sinter_tokenizer_chat_template(const sinter_tokenizer *T,
                                           uint64_t *Bytes) {
  return handBorrowed(T && T->Files.ChatTemplate
                          ? std::string_view(*T->Files.ChatTemplate)
                          : std::string_view(),
                      Bytes);
}

sinter_status sinter_tokenizer_encode(const sinter_tokenizer *T,
                                      const char *Text, uint64_t Bytes,
                                      int32_t AddSpecial, int64_t **Out,
                                      int64_t *Count, sinter_error *Error) {
  if (Out)
    *Out = nullptr;
  if (Count)
    *Count = 0;
  return guarded(Error, [&] {
    if (!T)
      null("tokenizer");
    if (!Text && Bytes)
      null("text");
    if (!Out || !Count)
      null("ids or count");
    Ids Found;
    T->T.encode({Text, Bytes}, AddSpecial != 0, Found);
    *Out = allocate<int64_t>(std::max<size_t>(Found.size(), 1));
    std::copy(Found.begin(), Found.end(), *Out);
    *Count = static_cast<int64_t>(Found.size());
  });
}

sinter_status sinter_tokenizer_decode(const sinter_tokenizer *T,
                                      const int64_t *Ids, int64_t Count,
                                      int32_t KeepSpecial, char **Text,
                                      uint64_t *Bytes, sinter_error *Error) {
  if (Text)
    *Text = nullptr;
  if (Bytes)
    *Bytes = 0;
  return guarded(Error, [&] {
    if (!T)
      null("tokenizer");
    if (Count < 0 || (!Ids && Count))
      bad("ids is null or count is negative");
    if (!Text)
      null("text");
    Collector Out(static_cast<size_t>(std::min<int64_t>(Count, 1 << 20)) * 4);
    Tokenizer::Stream Stream(T->T, KeepSpecial != 0, Out);
    for (int64_t I = 0; I < Count; ++I)
      Stream.push(Ids[I]);
    Stream.finish();
    handOut(Out.Text, Text, Bytes);
  });
}

sinter_status sinter_decoder_create(const sinter_tokenizer *T,
                                    int32_t KeepSpecial, sinter_decoder **Out,
                                    sinter_error *Error) {
  if (Out)
    *Out = nullptr;
  return guarded(Error, [&] {
    if (!T)
      null("tokenizer");
    if (!Out)
      null("out");
    *Out = new sinter_decoder(T->T, KeepSpecial != 0);
  });
}

void sinter_decoder_close(sinter_decoder *D) { delete D; }

sinter_status sinter_decoder_push(sinter_decoder *D, int64_t Id,
                                  const char **Text, uint64_t *Bytes,
                                  sinter_error *Error) {
  return guarded(Error, [&] {
    if (!D || !Text || !Bytes)
      null("decoder, text or bytes");
    D->Out.Text.clear();
    *Text = D->Out.Text.c_str();
    *Bytes = 0;
    D->Stream.push(Id);
    *Text = D->Out.Text.c_str();
    *Bytes = D->Out.Text.size();
  });
}

sinter_status sinter_decoder_flush(sinter_decoder *D, const char **Text,
                                   uint64_t *Bytes, sinter_error *Error) {
  return guarded(Error, [&] {
    if (!D || !Text || !Bytes)
      null("decoder, text or bytes");
    D->Out.Text.clear();
    D->Stream.finish();
    *Text = D->Out.Text.c_str();
    *Bytes = D->Out.Text.size();
  });
}

} // extern "C"
