//===- WordLevel.cpp - a token a word -------------------------------------===//
#include "Models.h"

using namespace sinter::tokenizer;

namespace {

class WordLevel final : public VocabularyModel {
public:
  explicit WordLevel(const JsonView &J)
      : VocabularyModel(J.at("vocab")), Place(J.place()),
        Unknown(J.at("unk_token").string()) {
    J.allowOnly({"type", "unk_token", "vocab"});
  }

  void tokenize(const Piece &P, Scratch &S, Ids &Out) const override {
    std::string_view Word = textOf(P, S);
    int64_t Id = Vocab.idOf(Word);
    if (Id < 0)
      Id = Vocab.idOf(Unknown);
    if (Id < 0)
      bad(Place + ": " + quote(Word) +
          " is not in the vocabulary, and neither is the unk_token " +
          quote(Unknown));
    Out.push_back(Id);
  }

private:
  const std::string Place, Unknown;
};

} // namespace

std::unique_ptr<Model> sinter::tokenizer::makeWordLevel(const JsonView &J) {
  return std::make_unique<WordLevel>(J);
}
