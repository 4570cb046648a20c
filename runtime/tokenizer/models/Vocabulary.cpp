//===- Vocabulary.cpp - tokens by id and ids by token ---------------------===//
#include "Vocabulary.h"
#include "../Hash.h"

#include <bit>

using namespace sinter::tokenizer;

Vocabulary::Vocabulary(const JsonView &J) : Seed(hashSeed()) {
  if (J.isArray()) {
    readList(J);
    return;
  }
  if (!J.isObject())
    J.fail("want an object {\"token\": id}");
  const auto &Object = J.raw();
  // Holes are allowed (ids may be reserved), but not most of the table.
  const int64_t Most =
      std::min<int64_t>(MaxId, 65536 + 8 * int64_t(Object.size()));
  size_t Bytes = 0;
  int64_t Largest = -1;
  for (const auto &Member : Object.items()) {
    const JsonView Id(Member.value(), J.place());
    const auto &V = Member.value();
    if (!V.is_number_integer() ||
        (V.is_number_unsigned()
             ? V.get<uint64_t>() > uint64_t(Most)
             : V.get<int64_t>() < 0 || V.get<int64_t>() > Most))
      J.fail("token " + quote(Member.key()) + " has id " + V.dump() +
             ": want a whole number from 0 to " + std::to_string(Most));
    Largest = std::max(Largest, V.get<int64_t>());
    Bytes += Member.key().size();
  }
  Tokens.resize(static_cast<size_t>(Largest + 1));
  Text.reserve(Bytes);
  Slots.assign(std::bit_ceil(Object.size() * 2 + 1), 0);
  Mask = Slots.size() - 1;
  for (const auto &Member : Object.items()) {
    const std::string &Token = Member.key();
    const auto Id = Member.value().get<uint32_t>();
    const Entry &E = Tokens[Id];
    if (E.Begin != UINT32_MAX)
      J.fail("tokens " + quote(std::string_view(Text).substr(E.Begin, E.Size)) +
             " and " + quote(Token) + " have the same id " +
             std::to_string(Id));
    enter(Token, Id);
  }
}

void Vocabulary::readList(const JsonView &J) {
  const size_t Size = J.size();
  if (Size > size_t(MaxId))
    J.fail("more than 16777215 tokens");
  Tokens.resize(Size);
  Slots.assign(std::bit_ceil(Size * 2 + 1), 0);
  Mask = Slots.size() - 1;
  for (size_t I = 0; I < Size; ++I) {
    const auto &Item = J.raw()[I];
    if (!Item.is_array() || Item.size() != 2 || !Item[0].is_string() ||
        !Item[1].is_number())
      J.element(I).fail("want [\"token\", score]");
    enter(Item[0].get_ref<const std::string &>(), static_cast<uint32_t>(I));
  }
}

void Vocabulary::enter(std::string_view Token, uint32_t Id) {
  Tokens[Id] = {static_cast<uint32_t>(Text.size()),
                static_cast<uint32_t>(Token.size())};
  Text += Token;
  size_t I = hashText(Token, Seed) & Mask;
  while (Slots[I]) {
    const Entry &E = Tokens[Slots[I] - 1];
    if (std::string_view(Text).substr(E.Begin, E.Size) == Token)
      break;
    I = (I + 1) & Mask;
  }
  Slots[I] = Id + 1;
  ++Count;
}

int64_t Vocabulary::idOf(std::string_view Token) const {
  for (size_t I = hashText(Token, Seed) & Mask; Slots[I]; I = (I + 1) & Mask) {
    const Entry &E = Tokens[Slots[I] - 1];
    if (std::string_view(Text).substr(E.Begin, E.Size) == Token)
      return Slots[I] - 1;
  }
  return -1;
}

bool Vocabulary::tokenOf(int64_t Id, std::string_view &Token) const {
  if (Id < 0 || Id > largestId() || Tokens[Id].Begin == UINT32_MAX)
    return false;
  Token = std::string_view(Text).substr(Tokens[Id].Begin, Tokens[Id].Size);
  return true;
}
