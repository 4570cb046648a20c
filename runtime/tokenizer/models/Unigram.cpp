//===- Unigram.cpp - the most probable tokens -----------------------------===//
//
// The best path over all tokens that fit (Viterbi), from left to right. A
// character that is no token costs more than any token.
//
//===----------------------------------------------------------------------===//
#include "../Utf8.h"
#include "ByteTokens.h"
#include "Models.h"
#include "Trie.h"

#include <limits>
#include <optional>

using namespace sinter::tokenizer;

namespace {

constexpr double UnknownPenalty = 10;

class Unigram final : public VocabularyModel {
public:
  explicit Unigram(const JsonView &J)
      : VocabularyModel(J.at("vocab")), Tokens(Vocab, J.at("vocab")),
        Place(J.place()) {
    J.allowOnly({"type", "unk_id", "vocab", "byte_fallback"});
    const JsonView List = J.at("vocab");
    Scores.reserve(List.size());
    double Least = std::numeric_limits<double>::infinity();
    for (size_t I = 0; I < List.size(); ++I) {
      Scores.push_back(List.raw()[I][1].get<double>()); // a pair: Vocabulary
      Least = std::min(Least, Scores.back());
    }
    UnknownScore = Least - UnknownPenalty;
    if (const auto Id = J.find("unk_id"))
      Unknown = Id->integer(0, Vocab.largestId());
    if (J.booleanOr("byte_fallback", false))
      Fallback.emplace(Vocab);
  }

  void tokenize(const Piece &P, Scratch &S, Ids &Out) const override {
    cached(P, S, Out,
           [&](std::string_view Text) { search(Text, S.Best, S.Path, Out); });
  }

private:
  void search(std::string_view Text, std::vector<BestPath> &Best,
              std::vector<uint32_t> &Path, Ids &Out) const {
    if (Text.size() >= UINT32_MAX)
      bad(Place + ": a word of 4294967295 bytes or more");
    constexpr uint32_t Nowhere = UINT32_MAX;
    Best.assign(Text.size() + 1, {0, Nowhere, 0});
    for (size_t Begin = 0; Begin < Text.size();) {
      const double Here = Best[Begin].Score;
      const auto Offer = [&](size_t End, double Score, uint32_t Id) {
        BestPath &B = Best[End];
        if (B.Begin != Nowhere && Here + Score <= B.Score)
          return;
        B = {Here + Score, static_cast<uint32_t>(Begin), Id};
        if (Id == UnknownMark && Unknown < 0) // even if a better path avoids it
          bad(Place + ": " + quote(Text.substr(Begin, End - Begin)) +
              " is not in the vocabulary, and there is no unk_id");
      };
      size_t Next = Begin;
      nextCodePoint(Text, Next);
      bool IsToken = false; // the one character
      uint32_t Node = Trie::Root;
      for (size_t At = Begin; At < Text.size();) {
        Node = Tokens.child(Node, Text[At++]);
        if (Node == Trie::None)
          break;
        const uint32_t Id = Tokens.tokenAt(Node);
        if (Id == Trie::None)
          continue;
        Offer(At, Scores[Id], Id);
        IsToken |= At == Next;
      }
      if (!IsToken)
        Offer(Next, UnknownScore, UnknownMark);
      Begin = Next;
    }
    Path.clear();
    for (size_t End = Text.size(); End; End = Best[End].Begin)
      Path.push_back(static_cast<uint32_t>(End));
    for (size_t I = Path.size(); I-- > 0;) {
      const BestPath &B = Best[Path[I]];
      if (!isUnknown(B.Id)) {
        Out.push_back(B.Id);
        continue;
      }
      while (I && isUnknown(Best[Path[I - 1]].Id))
        --I;
      unknown(Text.substr(B.Begin, Path[I] - B.Begin), Out);
    }
  }

  bool isUnknown(uint32_t Id) const {
    return Id == UnknownMark || int64_t(Id) == Unknown;
  }

  /// A run of characters that are no tokens.
  void unknown(std::string_view Run, Ids &Out) const {
    if (const int64_t Id = Vocab.idOf(Run); Id >= 0)
      Out.push_back(Id);
    else if (!Fallback || !Fallback->append(Run, Out))
      Out.push_back(Unknown);
  }

  static constexpr uint32_t UnknownMark = UINT32_MAX;
  const Trie Tokens;
  const std::string Place;
  std::vector<double> Scores;
  double UnknownScore;
  int64_t Unknown = -1; ///< -1: none
  std::optional<ByteTokens> Fallback;
};

} // namespace

std::unique_ptr<Model> sinter::tokenizer::makeUnigram(const JsonView &J) {
  return std::make_unique<Unigram>(J);
}
