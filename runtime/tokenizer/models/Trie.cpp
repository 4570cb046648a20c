//===- Trie.cpp - the tokens that begin at a place ------------------------===//
#include "Trie.h"

#include <algorithm>

using namespace sinter::tokenizer;

static constexpr size_t MaxToken = 4096; ///< bytes

Trie::Trie(const Vocabulary &V, const JsonView &J) {
  std::vector<std::pair<std::string_view, uint32_t>> Tokens;
  for (int64_t Id = 0; Id <= V.largestId(); ++Id) {
    std::string_view Token;
    // Of equal tokens the one that the vocabulary finds.
    if (!V.tokenOf(Id, Token) || Token.empty() || V.idOf(Token) != Id)
      continue;
    if (Token.size() > MaxToken)
      J.failUnsupported("token " + quote(Token) +
                        " is longer than 4096 bytes, which is not supported");
    Tokens.emplace_back(Token, static_cast<uint32_t>(Id));
  }
  std::sort(Tokens.begin(), Tokens.end());
  // Level by level: a node is a range of tokens with the same beginning.
  struct Range {
    uint32_t Begin, End, Depth;
  };
  std::vector<Range> Ranges{{0, static_cast<uint32_t>(Tokens.size()), 0}};
  Nodes.resize(1);
  Labels = '\0';
  for (size_t Node = 0; Node < Nodes.size(); ++Node) {
    auto [At, End, Depth] = Ranges[Node];
    if (At < End && Tokens[At].first.size() == Depth)
      Nodes[Node].Id = Tokens[At++].second;
    Nodes[Node].First = static_cast<uint32_t>(Nodes.size());
    while (At < End) {
      const char Byte = Tokens[At].first[Depth];
      const uint32_t Begin = At;
      while (At < End && Tokens[At].first[Depth] == Byte)
        ++At;
      Ranges.push_back({Begin, At, Depth + 1});
      Nodes.emplace_back();
      Labels += Byte;
      ++Nodes[Node].Count;
    }
  }
}
