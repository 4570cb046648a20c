//===- Tokenizer.h - the parts put together ---------------------*- C++ -*-===//
//
//   text -> added tokens -> normalizer -> normalized added tokens
//        -> pre-tokenizer -> model -> truncation -> post-processor -> padding
//   ids  -> tokens -> decoder -> text
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_TOKENIZER_H
#define SINTER_RUNTIME_TOKENIZER_TOKENIZER_H

#include "AddedTokens.h"
#include "Limits.h"

#include <mutex>

namespace sinter::tokenizer {

class Tokenizer final : public Context {
public:
  /// Reads the text of a tokenizer.json.
  explicit Tokenizer(std::string_view Json);
  ~Tokenizer();

  void encode(std::string_view Text, bool AddSpecial, Ids &Out) const;

  /// Writes the text of ids to a sink, one push an id.
  class Stream {
  public:
    Stream(const Tokenizer &T, bool KeepSpecial, TokenSink &Out);
    void push(int64_t Id);
    void finish();

  private:
    const Tokenizer &T;
    const bool KeepSpecial;
    bool First = true; ///< without a decoder, spaces go between tokens
    TokenSink &Out;
    std::unique_ptr<TokenSink> Decoding;
  };

  int64_t idOf(std::string_view Token) const override;
  bool tokenOf(int64_t Id, std::string_view &Token) const;
  bool isSpecial(int64_t Id) const;
  int64_t vocabSize() const;

private:
  bool hasId(int64_t Id) const override;
  void load(const JsonView &J);
  void encodeValid(std::string_view Text, bool Continues, bool First,
                   Scratch &S, Ids &Out) const;
  void encodeWords(const Piece &P, Scratch &S, Ids &Out) const;

  std::unique_ptr<Normalizer> Normal;
  std::unique_ptr<PreTokenizer> Words;
  std::unique_ptr<Model> TheModel;
  std::unique_ptr<AddedTokens> Added;
  std::unique_ptr<PostProcessor> Post;
  std::unique_ptr<Decoder> Decode;
  std::optional<Truncation> Cut;
  std::optional<Padding> Pad;
  bool IsByteLevel = false;

  /// What is written while encoding; one for each thread at work, kept.
  struct Lease;
  mutable std::mutex Lock;
  mutable std::vector<std::unique_ptr<Scratch>> Idle;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_TOKENIZER_H
