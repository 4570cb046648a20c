//===- Merges.h - the merges of a BPE model ---------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_MODELS_MERGES_H
#define SINTER_RUNTIME_TOKENIZER_MODELS_MERGES_H

#include "../Hash.h"
#include "Vocabulary.h"

namespace sinter::tokenizer {

class Merges {
public:
  struct Merge {
    uint32_t Rank, NewId;
  };

  /// A list of "a b" or of ["a", "b"], most urgent first. `PrefixSize` bytes of
  /// the right side (the model's continuing_subword_prefix) go in a merge.
  Merges(const JsonView &J, const Vocabulary &V, size_t PrefixSize);

  /// Null: these two symbols do not merge.
  const Merge *find(uint32_t A, uint32_t B) const {
    for (size_t I = hashPair(A, B, Seed) & Mask;; I = (I + 1) & Mask) {
      const Slot &S = Slots[I];
      if (S.A == A && S.B == B)
        return &S.Found;
      if (S.A == Empty)
        return nullptr;
    }
  }

private:
  static constexpr uint32_t Empty = UINT32_MAX; ///< no id is as large
  struct Slot {
    uint32_t A = Empty, B = Empty;
    Merge Found{};
  };
  void add(uint32_t A, uint32_t B, Merge M);

  std::vector<Slot> Slots;
  uint64_t Seed, Mask;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_MODELS_MERGES_H
