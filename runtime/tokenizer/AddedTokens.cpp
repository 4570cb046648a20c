//===- AddedTokens.cpp - tokens found before the model sees text ----------===//
#include "AddedTokens.h"
#include "Unicode.h"
#include "Utf8.h"

#include <algorithm>

using namespace sinter::tokenizer;

static constexpr size_t MaxTokens = 1 << 20;
static constexpr size_t MaxContent =
    4096; ///< bytes; bounds each place's search

AddedTokens::AddedTokens(const std::optional<JsonView> &J, const Model &M,
                         const Normalizer *N) {
  if (!J)
    return;
  if (J->size() > MaxTokens)
    J->fail("more than 1048576 added tokens");
  int64_t Next = M.tokenCount();
  for (size_t I = 0; I < J->size(); ++I) {
    const JsonView Item = J->element(I);
    Item.allowOnly({"id", "content", "single_word", "lstrip", "rstrip",
                    "normalized", "special"});
    Item.at("id").integer(0, INT32_MAX);
    auto T = std::make_unique<Token>();
    T->Content = Item.at("content").string();
    if (T->Content.size() > MaxContent)
      Item.fail("the content is longer than 4096 bytes");
    T->SingleWord = Item.at("single_word").boolean();
    T->LeftStrip = Item.at("lstrip").boolean();
    T->RightStrip = Item.at("rstrip").boolean();
    T->Normalized = Item.at("normalized").boolean();
    T->Special = Item.at("special").boolean();
    if (T->Content.empty())
      continue;
    if (const auto It = IdByContent.find(T->Content); It != IdByContent.end()) {
      if (!ById.at(It->second)->sameFlags(*T))
        Item.fail("token " + quote(T->Content) + " was added with other flags");
      continue;
    }
    T->Id = M.idOf(T->Content);
    if (T->Id < 0)
      T->Id = Next++;
    IdByContent.emplace(T->Content, T->Id);
    ById.emplace(T->Id, T.get());
    Largest = std::max(Largest, T->Id);
    if (T->Special)
      Special.insert(T->Content);
    Tokens.push_back(std::move(T));
  }
  Scratch S;
  // Special ones are searched first: of equal contents (after normalizing)
  // the first counts.
  for (const bool SpecialOnes : {true, false})
    for (const auto &T : Tokens) {
      if (T->Special != SpecialOnes)
        continue;
      NormalizedText Content{T->Content};
      if (T->Normalized && N)
        N->normalize(Content, S);
      if (Content.Text.empty())
        J->fail("the normalizer leaves nothing of token " + quote(T->Content) +
                ": set its \"normalized\" to false");
      (T->Normalized ? Normal : Plain).add(Content.Text, T.get());
    }
}

int64_t AddedTokens::idOf(std::string_view Content) const {
  const auto It = IdByContent.find(std::string(Content));
  return It == IdByContent.end() ? -1 : It->second;
}

bool AddedTokens::tokenOf(int64_t Id, std::string_view &Content) const {
  const auto It = ById.find(Id);
  if (It == ById.end())
    return false;
  Content = It->second->Content;
  return true;
}

void AddedTokens::Trie::add(std::string_view Content, const Token *T) {
  if (Content.empty())
    return;
  Begins[static_cast<uint8_t>(Content[0])] = true;
  uint32_t At = 0;
  for (const char C : Content) {
    const auto Byte = static_cast<uint8_t>(C);
    auto &Children = Nodes[At].Children;
    const auto It = std::lower_bound(
        Children.begin(), Children.end(), Byte,
        [](const auto &Child, uint8_t B) { return Child.first < B; });
    if (It != Children.end() && It->first == Byte) {
      At = It->second;
      continue;
    }
    const auto New = static_cast<uint32_t>(Nodes.size());
    Children.insert(It, {Byte, New});
    Nodes.emplace_back();
    At = New;
  }
  if (!Nodes[At].Here)
    Nodes[At].Here = T;
}

const AddedTokens::Token *AddedTokens::Trie::longest(std::string_view Text,
                                                     size_t At,
                                                     size_t &End) const {
  const Token *Found = nullptr;
  uint32_t Node = 0;
  for (; At < Text.size(); ++At) {
    const auto &Children = Nodes[Node].Children;
    const auto Byte = static_cast<uint8_t>(Text[At]);
    const auto It = std::lower_bound(
        Children.begin(), Children.end(), Byte,
        [](const auto &Child, uint8_t B) { return Child.first < B; });
    if (It == Children.end() || It->first != Byte)
      break;
    Node = It->second;
    if (Nodes[Node].Here) {
      Found = Nodes[Node].Here;
      End = At + 1;
    }
  }
  return Found;
}

void AddedTokens::split(std::string_view Text, bool Normalized,
                        FunctionRef<void(std::string_view)> Rest,
                        FunctionRef<void(int64_t)> Found) const {
  const Trie &T = Normalized ? Normal : Plain;
  if (T.empty())
    return Rest(Text);
  size_t Done = 0;                       // what has been handed out
  size_t SpacesBegin = 1, SpacesEnd = 0; // the last run of spaces skipped
  for (size_t At = 0; At < Text.size();) {
    size_t Begin = At, End = 0;
    const Token *Hit =
        T.mayBegin(Text[At]) ? T.longest(Text, At, End) : nullptr;
    if (!Hit) {
      ++At;
      continue;
    }
    At = End; // also when the match is not taken
    if (Hit->SingleWord) {
      size_t Probe = Begin ? beforeCharacter(Text, Begin) : 0, Next = End;
      if ((Begin && isWord(nextCodePoint(Text, Probe))) ||
          (End < Text.size() && isWord(nextCodePoint(Text, Next))))
        continue;
    }
    while (Hit->LeftStrip && Begin > Done) {
      const size_t Left = beforeCharacter(Text, Begin);
      size_t Probe = Left;
      if (!isSpace(nextCodePoint(Text, Probe)))
        break;
      Begin = Left;
    }
    if (Hit->RightStrip) {
      // Tokens that are spaces themselves may end inside a known run.
      if (End < SpacesBegin || End > SpacesEnd) {
        SpacesBegin = SpacesEnd = End;
        for (size_t Next = End;
             Next < Text.size() && isSpace(nextCodePoint(Text, Next));)
          SpacesEnd = Next;
      }
      End = SpacesEnd;
    }
    // What the token before took is not taken twice.
    if (Hit->LeftStrip && Begin < Done)
      Begin = std::min(Done, End);
    if (Done < Begin)
      Rest(Text.substr(Done, Begin - Done));
    if (Begin < End)
      Found(Hit->Id);
    Done = End;
  }
  if (Done < Text.size())
    Rest(Text.substr(Done));
}
