//===- Vocabulary.h - tokens by id and ids by token -------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_MODELS_VOCABULARY_H
#define SINTER_RUNTIME_TOKENIZER_MODELS_VOCABULARY_H

#include "../Json.h"

#include <vector>

namespace sinter::tokenizer {

class Vocabulary {
public:
  /// Ids stay below this: what a 32-bit table can hold with room to spare.
  static constexpr int64_t MaxId = (1 << 24) - 1;

  /// An object {"token": id} or a list of ["token", score], where the last of
  /// equal tokens counts. Refuses ids that are negative, too large, used
  /// twice, or spread so thin that the table would be mostly holes.
  explicit Vocabulary(const JsonView &J);

  int64_t idOf(std::string_view Token) const;
  bool tokenOf(int64_t Id, std::string_view &Token) const;
  int64_t count() const { return Count; }
  int64_t largestId() const { return static_cast<int64_t>(Tokens.size()) - 1; }

private:
  void readList(const JsonView &J);
  void enter(std::string_view Token, uint32_t Id);

  struct Entry {
    uint32_t Begin = UINT32_MAX, Size = 0; ///< in Text; Begin max: a hole
  };
  std::string Text;
  std::vector<Entry> Tokens;
  std::vector<uint32_t> Slots; ///< id + 1, 0: empty
  uint64_t Seed, Mask = 0;
  int64_t Count = 0;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_MODELS_VOCABULARY_H
