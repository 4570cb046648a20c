//===- Text.cpp - the tokenizer that travels with a model -----------------===//
#include "Text.h"
#include "sinter/tokenizer.h"

#include <ctime>

using namespace sinter::run;

/// A section as the pointer and size that the tokenizer's files want.
static void setFile(const Model &M, const char *Name, const char *&Data,
                    uint64_t &Bytes) {
  const std::string_view Section = section(M, Name);
  Data = Section.data();
  Bytes = Section.size();
}

std::string sinter::run::tokenizerKind(const Model &M) {
  const std::string_view Json = section(M, "tokenizer.json");
  char Kind[64];
  if (Json.empty() || sinter_tokenizer_kind(Json.data(), Json.size(), Kind,
                                            sizeof(Kind), nullptr))
    return {};
  return Kind;
}

std::unique_ptr<Text> Text::open(const Model &M) {
  const std::string_view Json = section(M, "tokenizer.json");
  if (Json.empty())
    return nullptr;
  sinter_tokenizer_files Files = {};
  Files.size = sizeof(Files);
  setFile(M, "tokenizer_config.json", Files.tokenizer_config,
          Files.tokenizer_config_bytes);
  setFile(M, "generation_config.json", Files.generation_config,
          Files.generation_config_bytes);
  setFile(M, "chat_template.jinja", Files.chat_template,
          Files.chat_template_bytes);
  std::unique_ptr<Text> T(new Text);
  sinter_error Error;
  check(sinter_tokenizer_open(Json.data(), Json.size(), &Files, &T->Tokenizer,
                              &Error),
        Error);
  return T;
}

Text::~Text() { sinter_tokenizer_close(Tokenizer); }

std::vector<int64_t> Text::encode(std::string_view Input, bool Special) const {
  int64_t *Ids, Count;
  sinter_error Error;
  check(sinter_tokenizer_encode(Tokenizer, Input.data(), Input.size(), Special,
                                &Ids, &Count, &Error),
        Error);
  std::vector<int64_t> Out(Ids, Ids + Count);
  sinter_ids_free(Ids);
  return Out;
}

std::string Text::render(
    const std::vector<std::pair<std::string, std::string>> &Messages) const {
  uint64_t Bytes;
  const char *Source = sinter_tokenizer_chat_template(Tokenizer, &Bytes);
  if (!Source)
    throw Failure("the model has no chat template: put chat_template.jinja or "
                  "a tokenizer_config.json with one beside its tokenizer.json "
                  "and compile it again, or use generate");
  sinter_error Error;
  sinter_chat_template *Raw;
  check(sinter_chat_template_parse(Source, Bytes, &Raw, &Error), Error);
  const std::unique_ptr<sinter_chat_template,
                        decltype(&sinter_chat_template_close)>
      Template(Raw, sinter_chat_template_close);
  std::vector<sinter_chat_message> List;
  for (const auto &[Role, Content] : Messages)
    List.push_back({Role.c_str(), Content.c_str()});
  sinter_chat_options Options = {};
  Options.size = sizeof(Options);
  Options.add_generation_prompt = 1;
  Options.tokenizer = Tokenizer;
  Options.now = int64_t(std::time(nullptr));
  char *Rendered;
  check(sinter_chat_template_render(Raw, List.data(), int64_t(List.size()),
                                    &Options, &Rendered, &Bytes, &Error),
        Error);
  std::string Out(Rendered, Bytes);
  sinter_text_free(Rendered);
  return Out;
}

Text::Stream::Stream(const Text &T) {
  sinter_error Error;
  check(sinter_decoder_create(T.Tokenizer, 0, &Decoder, &Error), Error);
}

Text::Stream::~Stream() { sinter_decoder_close(Decoder); }

std::string Text::Stream::push(int64_t Id) {
  const char *Piece;
  uint64_t Bytes;
  sinter_error Error;
  check(sinter_decoder_push(Decoder, Id, &Piece, &Bytes, &Error), Error);
  return {Piece, Bytes};
}

std::string Text::Stream::finish() {
  const char *Piece;
  uint64_t Bytes;
  sinter_error Error;
  check(sinter_decoder_flush(Decoder, &Piece, &Bytes, &Error), Error);
  return {Piece, Bytes};
}
