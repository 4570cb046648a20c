//===- Models.h - one make function a type, and what they share -*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_MODELS_MODELS_H
#define SINTER_RUNTIME_TOKENIZER_MODELS_MODELS_H

#include "../ByteLevel.h"
#include "../Components.h"
#include "Vocabulary.h"

namespace sinter::tokenizer {

std::unique_ptr<Model> makeBpe(const JsonView &J);
std::unique_ptr<Model> makeUnigram(const JsonView &J);
std::unique_ptr<Model> makeWordLevel(const JsonView &J);
std::unique_ptr<Model> makeWordPiece(const JsonView &J);

/// A model over a vocabulary, with what is the same in each.
class VocabularyModel : public Model {
public:
  explicit VocabularyModel(const JsonView &J) : Vocab(J) {}

  int64_t idOf(std::string_view Token) const final { return Vocab.idOf(Token); }
  bool tokenOf(int64_t Id, std::string_view &Token) const final {
    return Vocab.tokenOf(Id, Token);
  }
  int64_t tokenCount() const final { return Vocab.count(); }
  int64_t largestId() const final { return Vocab.largestId(); }

protected:
  /// Bytes are written out as their characters.
  static std::string_view textOf(const Piece &P, Scratch &S) {
    if (!P.Bytes)
      return P.Text;
    S.Text.clear();
    appendByteLevel(S.Text, P.Text);
    return S.Text;
  }

  /// Appends the ids of a word that was seen before, or calls Find(text).
  template <typename Callback>
  static void cached(const Piece &P, Scratch &S, Ids &Out, Callback &&Find) {
    if (P.Text.empty())
      return;
    WordCache &Words = S.Words[P.Bytes];
    const bool Keep = P.Text.size() <= WordCache::MaxWord;
    const uint64_t Hash = Keep ? hashText(P.Text, hashSeed()) : 0;
    if (Keep && Words.find(P.Text, Hash, Out))
      return;
    const size_t Before = Out.size();
    Find(textOf(P, S));
    if (Keep)
      Words.add(P.Text, Hash, Out.data() + Before, Out.size() - Before);
  }

  const Vocabulary Vocab;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_MODELS_MODELS_H
