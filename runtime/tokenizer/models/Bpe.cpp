//===- Bpe.cpp - byte-pair encoding ---------------------------------------===//
//
// A word becomes the ids of its characters, then the most urgent pair merges,
// the leftmost of equals, until none does. Short words look for it one by one;
// long ones keep a heap, so that a word of n characters takes n log n.
//
//===----------------------------------------------------------------------===//
#include "Bpe.h"
#include "../ByteLevel.h"
#include "../Utf8.h"

#include <algorithm>

using namespace sinter::tokenizer;

static constexpr uint32_t NoMerge = UINT32_MAX;
static constexpr size_t ShortWord = 32; ///< symbols

static JsonView checked(const JsonView &J) {
  J.allowOnly({"type", "dropout", "unk_token", "continuing_subword_prefix",
               "end_of_word_suffix", "fuse_unk", "byte_fallback",
               "ignore_merges", "vocab", "merges"});
  if (const auto Dropout = J.find("dropout"))
    if (!Dropout->raw().is_number() || Dropout->raw().get<double>() != 0)
      Dropout->failUnsupported("dropout makes ids random: set it to null");
  return J;
}

Bpe::Bpe(const JsonView &J)
    : VocabularyModel(checked(J).at("vocab")), Place(J.place()),
      Unknown(J.stringOr("unk_token", "")),
      Prefix(J.stringOr("continuing_subword_prefix", "")),
      Suffix(J.stringOr("end_of_word_suffix", "")),
      HasUnknown(J.find("unk_token").has_value()),
      FuseUnknown(J.booleanOr("fuse_unk", false)),
      IgnoreMerges(J.booleanOr("ignore_merges", false)),
      Pairs(J.at("merges"), Vocab, Prefix.size()) {
  for (int B = 0; B < 256; ++B) {
    std::string Character;
    appendCodePoint(Character, byteLevelCharacter(static_cast<uint8_t>(B)));
    ByteIds[B] = Vocab.idOf(Character);
  }
  if (J.booleanOr("byte_fallback", false))
    Fallback.emplace(Vocab);
}

void Bpe::tokenize(const Piece &P, Scratch &S, Ids &Out) const {
  cached(P, S, Out, [&](std::string_view Text) {
    if (IgnoreMerges)
      if (const int64_t Whole = Vocab.idOf(Text); Whole >= 0)
        return Out.push_back(Whole);
    symbolsOf(P, S);
    S.Short.size() <= ShortWord ? mergeShort(S, Out) : mergeLong(S, Out);
  });
}

void Bpe::symbolsOf(const Piece &P, Scratch &S) const {
  S.Short.clear();
  if (!P.Bytes)
    return symbolsOfText(P.Text, S.Short);
  if (Prefix.empty() && Suffix.empty()) {
    bool All = true;
    for (const char C : P.Text) {
      const int64_t Id = ByteIds[static_cast<uint8_t>(C)];
      All &= Id >= 0;
      S.Short.push_back(static_cast<uint32_t>(Id));
    }
    if (All)
      return;
    S.Short.clear();
  }
  std::string Text;
  appendByteLevel(Text, P.Text);
  symbolsOfText(Text, S.Short);
}

/// One symbol for each character. A character that is not in the vocabulary
/// is the tokens of its bytes, if they fall back and all are there; else the
/// unknown token (runs of them one, if they fuse) or, without one, nothing.
/// As in the judge, an unknown token comes behind bytes that follow it.
void Bpe::symbolsOfText(std::string_view Text,
                        std::vector<uint32_t> &Out) const {
  std::string Whole;
  bool Pending = false;
  uint32_t UnknownId = 0;
  for (size_t At = 0; At < Text.size();) {
    const size_t Begin = At;
    nextCodePoint(Text, At);
    Whole.clear();
    if (Begin)
      Whole += Prefix;
    Whole += Text.substr(Begin, At - Begin);
    if (At == Text.size())
      Whole += Suffix;
    const int64_t Id = Vocab.idOf(Whole);
    if (Id >= 0) {
      if (Pending)
        Out.push_back(UnknownId);
      Pending = false;
      Out.push_back(static_cast<uint32_t>(Id));
    } else if (Fallback && Fallback->append(Whole, Out)) {
      continue;
    } else if (HasUnknown) {
      if (Pending && !FuseUnknown)
        Out.push_back(UnknownId);
      const int64_t Found = Vocab.idOf(Unknown);
      if (Found < 0)
        bad(Place + ": the text has " + quote(Whole) +
            ", which is not in the vocabulary, and neither is the unk_token " +
            quote(Unknown));
      UnknownId = static_cast<uint32_t>(Found);
      Pending = true;
    }
  }
  if (Pending)
    Out.push_back(UnknownId);
}

void Bpe::mergeShort(Scratch &S, Ids &Out) const {
  std::vector<uint32_t> &Word = S.Short, &Ranks = S.Ranks;
  const auto RankAt = [&](size_t I) {
    if (I + 1 >= Word.size())
      return NoMerge;
    const auto *M = Pairs.find(Word[I], Word[I + 1]);
    return M ? M->Rank : NoMerge;
  };
  Ranks.resize(Word.size());
  for (size_t I = 0; I < Word.size(); ++I)
    Ranks[I] = RankAt(I);
  while (Word.size() > 1) {
    const size_t I =
        std::min_element(Ranks.begin(), Ranks.end()) - Ranks.begin();
    if (Ranks[I] == NoMerge)
      break;
    Word[I] = Pairs.find(Word[I], Word[I + 1])->NewId;
    Word.erase(Word.begin() + I + 1);
    Ranks.erase(Ranks.begin() + I + 1);
    Ranks[I] = RankAt(I);
    if (I)
      Ranks[I - 1] = RankAt(I - 1);
  }
  Out.insert(Out.end(), Word.begin(), Word.end());
}

void Bpe::mergeLong(Scratch &S, Ids &Out) const {
  std::vector<Symbol> &Word = S.Symbols;
  std::vector<DueMerge> &Heap = S.Heap;
  const auto Later = [](const DueMerge &A, const DueMerge &B) {
    return A.Rank != B.Rank ? A.Rank > B.Rank : A.Position > B.Position;
  };
  const auto Push = [&](int32_t Left) {
    if (Left < 0 || Word[Left].Next < 0)
      return false;
    const auto *M = Pairs.find(Word[Left].Id, Word[Word[Left].Next].Id);
    if (M)
      Heap.push_back({M->Rank, static_cast<uint32_t>(Left), M->NewId});
    return M != nullptr;
  };
  if (S.Short.size() > size_t(INT32_MAX))
    bad(Place + ": a word of more than 2147483647 characters");
  const auto Size = static_cast<int32_t>(S.Short.size());
  Word.resize(Size);
  Heap.clear();
  for (int32_t I = 0; I < Size; ++I)
    Word[I] = {S.Short[I], I - 1, I + 1 < Size ? I + 1 : -1, 1};
  for (int32_t I = 0; I < Size; ++I)
    Push(I);
  std::make_heap(Heap.begin(), Heap.end(), Later);
  while (!Heap.empty()) {
    std::pop_heap(Heap.begin(), Heap.end(), Later);
    const DueMerge Due = Heap.back();
    Heap.pop_back();
    Symbol &Left = Word[Due.Position];
    if (!Left.Alive || Left.Next < 0)
      continue;
    Symbol &Right = Word[Left.Next];
    const auto *Now = Pairs.find(Left.Id, Right.Id);
    if (!Now || Now->NewId != Due.NewId) // a neighbour has merged since
      continue;
    Left.Id = Due.NewId;
    Right.Alive = 0;
    Left.Next = Right.Next;
    if (Right.Next >= 0)
      Word[Right.Next].Prev = static_cast<int32_t>(Due.Position);
    if (Push(Left.Prev))
      std::push_heap(Heap.begin(), Heap.end(), Later);
    if (Push(static_cast<int32_t>(Due.Position)))
      std::push_heap(Heap.begin(), Heap.end(), Later);
  }
  for (int32_t I = 0; I >= 0 && I < Size; I = Word[I].Next)
    Out.push_back(Word[I].Id);
}

std::unique_ptr<Model> sinter::tokenizer::makeBpe(const JsonView &J) {
  return std::make_unique<Bpe>(J);
}
