//===- AddedTokens.h - tokens found before the model sees text --*- C++ -*-===//
//
// They are searched from left to right, the longest first at each place: in the
// text as it is, and those that are "normalized" in the normalized text
// between.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_ADDEDTOKENS_H
#define SINTER_RUNTIME_TOKENIZER_ADDEDTOKENS_H

#include "Components.h"

#include <array>
#include <unordered_map>
#include <unordered_set>

namespace sinter::tokenizer {

class AddedTokens {
public:
  /// Reads the list. As the judge does, a token of the model keeps the model's
  /// id and others get the next free one, in the order of the file.
  AddedTokens(const std::optional<JsonView> &J, const Model &M,
              const Normalizer *N);

  int64_t idOf(std::string_view Content) const;
  bool tokenOf(int64_t Id, std::string_view &Content) const;
  int64_t largestId() const { return Largest; } ///< -1: none
  bool isSpecial(std::string_view Content) const {
    return Special.count(std::string(Content)) != 0;
  }

  /// Cuts `Text` in order: Rest(text between), Found(id).
  void split(std::string_view Text, bool Normalized,
             FunctionRef<void(std::string_view)> Rest,
             FunctionRef<void(int64_t)> Found) const;

private:
  struct Token {
    std::string Content;
    int64_t Id;
    bool SingleWord, LeftStrip, RightStrip, Normalized, Special;
    bool sameFlags(const Token &O) const {
      return SingleWord == O.SingleWord && LeftStrip == O.LeftStrip &&
             RightStrip == O.RightStrip && Normalized == O.Normalized &&
             Special == O.Special;
    }
  };

  /// Contents by their bytes; a node's children lie in a sorted list.
  class Trie {
  public:
    void add(std::string_view Content, const Token *T);
    /// The longest token that begins at `At`; null: none.
    const Token *longest(std::string_view Text, size_t At, size_t &End) const;
    bool empty() const { return Nodes.size() == 1; }
    bool mayBegin(char C) const { return Begins[static_cast<uint8_t>(C)]; }

  private:
    struct Node {
      std::vector<std::pair<uint8_t, uint32_t>> Children;
      const Token *Here = nullptr;
    };
    std::vector<Node> Nodes = std::vector<Node>(1);
    std::array<bool, 256> Begins{};
  };

  std::vector<std::unique_ptr<Token>> Tokens; ///< in order of search
  std::unordered_map<std::string, int64_t> IdByContent;
  std::unordered_map<int64_t, const Token *> ById;
  std::unordered_set<std::string> Special;
  int64_t Largest = -1;
  Trie Plain, Normal;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_ADDEDTOKENS_H
