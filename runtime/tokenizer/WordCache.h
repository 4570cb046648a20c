//===- WordCache.h - ids of words already seen ------------------*- C++ -*-===//
//
// Text repeats its words. Open addressing over bounded pools: when one is
// full, all is forgotten, so that hostile text costs no more than a miss each.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_WORDCACHE_H
#define SINTER_RUNTIME_TOKENIZER_WORDCACHE_H

#include "Hash.h"
#include "Piece.h"

#include <cstring>
#include <string>

namespace sinter::tokenizer {

class WordCache {
public:
  static constexpr size_t MaxWord = 48; ///< longer words are not kept

  /// Appends the ids of `Word` if it is there.
  bool find(std::string_view Word, uint64_t Hash, Ids &Out) const {
    if (Slots.empty())
      return false;
    for (size_t I = Hash & Mask;; I = (I + 1) & Mask) {
      const Entry &E = Slots[I];
      if (!E.WordSize)
        return false;
      if (E.Hash == Hash && E.WordSize == Word.size() &&
          !std::memcmp(Words.data() + E.Word, Word.data(), Word.size())) {
        for (size_t K = 0; K < E.IdCount; ++K)
          Out.push_back(Pool[E.Ids + K]);
        return true;
      }
    }
  }

  /// Keeps a word (not empty, at most MaxWord bytes) that was not found.
  void add(std::string_view Word, uint64_t Hash, const int64_t *Found,
           size_t Count) {
    if (Slots.empty())
      resize(256);
    else if (Used * 2 >= Slots.size())
      Slots.size() < MaxSlots ? resize(Slots.size() * 4) : clear();
    size_t I = Hash & Mask;
    while (Slots[I].WordSize)
      I = (I + 1) & Mask;
    Slots[I] = {Hash, static_cast<uint32_t>(Words.size()),
                static_cast<uint32_t>(Pool.size()),
                static_cast<uint16_t>(Word.size()),
                static_cast<uint16_t>(Count)};
    Words += Word;
    Pool.insert(Pool.end(), Found, Found + Count);
    ++Used;
  }

private:
  static constexpr size_t MaxSlots = 1 << 16;
  struct Entry {
    uint64_t Hash;
    uint32_t Word, Ids; ///< where they begin in the pools
    uint16_t WordSize, IdCount;
  };

  void clear() {
    Slots.assign(Slots.size(), Entry{});
    Words.clear();
    Pool.clear();
    Used = 0;
  }
  void resize(size_t Size) {
    std::vector<Entry> Old(Size);
    Old.swap(Slots);
    Mask = Size - 1;
    for (const Entry &E : Old)
      if (E.WordSize) {
        size_t I = E.Hash & Mask;
        while (Slots[I].WordSize)
          I = (I + 1) & Mask;
        Slots[I] = E;
      }
  }

  std::vector<Entry> Slots;
  size_t Mask = 0, Used = 0;
  std::string Words;
  std::vector<int64_t> Pool;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_WORDCACHE_H
