//===- Bpe.h - byte-pair encoding -------------------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_MODELS_BPE_H
#define SINTER_RUNTIME_TOKENIZER_MODELS_BPE_H

#include "../Components.h"
#include "ByteTokens.h"
#include "Merges.h"

#include <optional>

namespace sinter::tokenizer {

class Bpe final : public Model {
public:
  explicit Bpe(const JsonView &J);

  void tokenize(const Piece &P, Scratch &S, Ids &Out) const override;
  int64_t idOf(std::string_view Token) const override {
    return Vocab.idOf(Token);
  }
  bool tokenOf(int64_t Id, std::string_view &Token) const override {
    return Vocab.tokenOf(Id, Token);
  }
  int64_t tokenCount() const override { return Vocab.count(); }
  int64_t largestId() const override { return Vocab.largestId(); }

private:
  void symbolsOf(const Piece &P, Scratch &S) const;
  void symbolsOfText(std::string_view Text, std::vector<uint32_t> &Out) const;
  void mergeShort(Scratch &S, Ids &Out) const;
  void mergeLong(Scratch &S, Ids &Out) const;

  Vocabulary Vocab;
  std::string Place, Unknown, Prefix, Suffix;
  bool HasUnknown, FuseUnknown, IgnoreMerges;
  Merges Pairs;
  std::optional<ByteTokens> Fallback;
  int64_t ByteIds[256]; ///< ids of ByteLevel's characters, -1: none
};

std::unique_ptr<Model> makeBpe(const JsonView &J);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_MODELS_BPE_H
