//===- Trie.h - the tokens that begin at a place ----------------*- C++ -*-===//
//
// A node's children lie side by side, so that a step is a search among at most
// 256 bytes. Built once, in time linear in the tokens' bytes after sorting.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_MODELS_TRIE_H
#define SINTER_RUNTIME_TOKENIZER_MODELS_TRIE_H

#include "Vocabulary.h"

#include <cstring>

namespace sinter::tokenizer {

class Trie {
public:
  static constexpr uint32_t Root = 0, None = UINT32_MAX;

  /// All tokens of a vocabulary, which none may be too long for: what a search
  /// costs at each place of a text. `J` names the vocabulary.
  Trie(const Vocabulary &V, const JsonView &J);

  uint32_t child(uint32_t Node, char Byte) const {
    const auto &N = Nodes[Node];
    if (!N.Count)
      return None;
    const void *Found = std::memchr(Labels.data() + N.First,
                                    static_cast<unsigned char>(Byte), N.Count);
    return Found ? static_cast<uint32_t>(static_cast<const char *>(Found) -
                                         Labels.data())
                 : None;
  }
  /// The token that ends at the node; None: none does.
  uint32_t tokenAt(uint32_t Node) const { return Nodes[Node].Id; }

private:
  struct Entry {
    uint32_t First = 0, Count = 0; ///< children
    uint32_t Id = None;
  };
  std::vector<Entry> Nodes;
  std::string Labels; ///< the byte that leads to a node
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_MODELS_TRIE_H
