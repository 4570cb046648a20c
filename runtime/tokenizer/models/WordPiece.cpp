//===- WordPiece.cpp - the longest token first ----------------------------===//
#include "../ByteLevel.h"
#include "Models.h"
#include "Trie.h"

using namespace sinter::tokenizer;

namespace {

class WordPiece final : public VocabularyModel {
public:
  explicit WordPiece(const JsonView &J)
      : VocabularyModel(J.at("vocab")), Tokens(Vocab, J.at("vocab")),
        Place(J.place()), Unknown(J.at("unk_token").string()),
        MostCharacters(J.at("max_input_chars_per_word").integer(0, INT64_MAX)) {
    J.allowOnly({"type", "unk_token", "continuing_subword_prefix",
                 "max_input_chars_per_word", "vocab"});
    // Where tokens that continue a word begin.
    Continuing = Trie::Root;
    for (const char C : J.at("continuing_subword_prefix").string())
      if (Continuing != Trie::None)
        Continuing = Tokens.child(Continuing, C);
  }

  void tokenize(const Piece &P, Scratch &S, Ids &Out) const override {
    cached(P, S, Out, [&](std::string_view Word) {
      const size_t Before = Out.size();
      if (isShort(Word) && cut(Word, Out))
        return;
      Out.resize(Before);
      const int64_t Id = Vocab.idOf(Unknown);
      if (Id < 0)
        bad(Place + ": " + quote(Word) +
            " has no tokens, and the vocabulary lacks the unk_token " +
            quote(Unknown));
      Out.push_back(Id);
    });
  }

private:
  bool isShort(std::string_view Word) const {
    int64_t Count = 0;
    for (const char C : Word)
      Count += (static_cast<unsigned char>(C) & 0xC0) != 0x80;
    return Count <= MostCharacters;
  }

  bool cut(std::string_view Word, Ids &Out) const {
    for (size_t Begin = 0; Begin < Word.size();) {
      uint32_t Node = Begin ? Continuing : Trie::Root, Longest = Trie::None;
      size_t End = Begin;
      for (size_t At = Begin; At < Word.size() && Node != Trie::None;) {
        Node = Tokens.child(Node, Word[At++]);
        if (Node == Trie::None || Tokens.tokenAt(Node) == Trie::None)
          continue;
        Longest = Tokens.tokenAt(Node);
        End = At;
      }
      if (Longest == Trie::None)
        return false;
      Out.push_back(Longest);
      Begin = End;
    }
    return true;
  }

  const Trie Tokens;
  const std::string Place, Unknown;
  const int64_t MostCharacters;
  uint32_t Continuing; ///< None: no token continues a word
};

} // namespace

std::unique_ptr<Model> sinter::tokenizer::makeWordPiece(const JsonView &J) {
  return std::make_unique<WordPiece>(J);
}
