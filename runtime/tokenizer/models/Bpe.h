//===- Bpe.h - byte-pair encoding -------------------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_MODELS_BPE_H
#define SINTER_RUNTIME_TOKENIZER_MODELS_BPE_H

#include "ByteTokens.h"
#include "Merges.h"
#include "Models.h"

#include <optional>

namespace sinter::tokenizer {

class Bpe final : public VocabularyModel {
public:
  explicit Bpe(const JsonView &J);

  void tokenize(const Piece &P, Scratch &S, Ids &Out) const override;

private:
  void symbolsOf(const Piece &P, Scratch &S) const;
  void symbolsOfText(std::string_view Text, std::vector<uint32_t> &Out) const;
  void mergeShort(Scratch &S, Ids &Out) const;
  void mergeLong(Scratch &S, Ids &Out) const;

  std::string Place, Unknown, Prefix, Suffix;
  bool HasUnknown, FuseUnknown, IgnoreMerges;
  Merges Pairs;
  std::optional<ByteTokens> Fallback;
  int64_t ByteIds[256]; ///< ids of ByteLevel's characters, -1: none
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_MODELS_BPE_H
