//===- Merges.cpp - the merges of a BPE model -----------------------------===//
#include "Merges.h"

#include <bit>

using namespace sinter::tokenizer;

static constexpr size_t MaxMerges = size_t(1) << 24;

Merges::Merges(const JsonView &J, const Vocabulary &V, size_t PrefixSize)
    : Seed(hashSeed()) {
  const size_t Count = J.size();
  if (Count > MaxMerges)
    J.fail("more than 16777216 merges");
  Slots.resize(std::bit_ceil(Count * 2 + 1));
  Mask = Slots.size() - 1;
  std::string Joined;
  uint32_t Rank = 0;
  for (size_t I = 0; I < Count; ++I) {
    const auto &Item = J.raw()[I];
    std::string_view A, B;
    if (Item.is_string()) {
      const std::string &Line = Item.get_ref<const std::string &>();
      if (Line.starts_with("#version")) // from a merges.txt; has no rank
        continue;
      const size_t Space = Line.find(' ');
      if (Space == std::string::npos ||
          Line.find(' ', Space + 1) != std::string::npos)
        J.element(I).fail("is " + quote(Line) +
                          ": want two tokens with one space between");
      A = std::string_view(Line).substr(0, Space);
      B = std::string_view(Line).substr(Space + 1);
    } else if (Item.is_array() && Item.size() == 2 && Item[0].is_string() &&
               Item[1].is_string()) {
      A = Item[0].get_ref<const std::string &>();
      B = Item[1].get_ref<const std::string &>();
    } else {
      J.element(I).fail("want \"a b\" or [\"a\", \"b\"]");
    }
    if (B.size() < PrefixSize)
      J.element(I).fail("the right side " + quote(B) +
                        " is shorter than continuing_subword_prefix");
    Joined.assign(A);
    Joined += B.substr(PrefixSize);
    uint32_t Found[3];
    const std::string_view Tokens[] = {A, B, Joined};
    for (int K = 0; K < 3; ++K) {
      const int64_t Id = V.idOf(Tokens[K]);
      if (Id < 0)
        J.element(I).fail("token " + quote(Tokens[K]) +
                          " is not in the vocabulary");
      Found[K] = static_cast<uint32_t>(Id);
    }
    add(Found[0], Found[1], {Rank++, Found[2]});
  }
}

void Merges::add(uint32_t A, uint32_t B, Merge M) {
  size_t I = hashPair(A, B, Seed) & Mask;
  while (Slots[I].A != Empty && (Slots[I].A != A || Slots[I].B != B))
    I = (I + 1) & Mask;
  Slots[I] = {A, B, M}; // a repeated pair gets its last rank
}
