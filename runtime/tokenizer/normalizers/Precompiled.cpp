//===- Precompiled.cpp - SentencePiece's table of replacements ------------===//
//
// A base64 text: the size of a trie in bytes, the trie (a double array of
// 32-bit units), and texts that end in zero bytes, which the trie's values are
// places in. All of it comes from a file: each step is checked.
//
//===----------------------------------------------------------------------===//
#include "../Graphemes.h"
#include "Normalizers.h"

#include <array>
#include <optional>

using namespace sinter::tokenizer;

namespace {

std::string decodeBase64(const JsonView &J) {
  static constexpr auto Values = [] {
    std::array<int8_t, 256> Table{};
    Table.fill(-1);
    int8_t Next = 0;
    for (const char C : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk"
                                         "lmnopqrstuvwxyz0123456789+/"))
      Table[static_cast<unsigned char>(C)] = Next++;
    return Table;
  }();
  std::string_view Text = J.string();
  std::string Out;
  if (Text.size() % 4)
    J.fail("base64 text of a length that is no multiple of 4");
  for (int Padding = 0; Padding < 2 && Text.ends_with('='); ++Padding)
    Text.remove_suffix(1);
  uint32_t Bits = 0;
  int Count = 0;
  for (const char C : Text) {
    const int Value = Values[static_cast<unsigned char>(C)];
    if (Value < 0)
      J.fail("not base64");
    Bits = Bits << 6 | static_cast<uint32_t>(Value);
    Count += 6;
    if (Count >= 8) {
      Count -= 8;
      Out += static_cast<char>(Bits >> Count & 0xFF);
    }
  }
  if (Count == 6 || (Bits & ((1u << Count) - 1)))
    J.fail("base64 text that ends within a byte");
  return Out;
}

class Precompiled final : public Normalizer {
public:
  explicit Precompiled(const JsonView &J) {
    J.allowOnly({"type", "precompiled_charsmap"});
    const JsonView Map = J.at("precompiled_charsmap");
    const std::string Bytes = decodeBase64(Map);
    const auto UnitAt = [&](size_t At) {
      uint32_t Value = 0;
      for (int I = 3; I >= 0; --I)
        Value = Value << 8 | static_cast<unsigned char>(Bytes[At + I]);
      return Value;
    };
    if (Bytes.size() < 4)
      Map.fail("shorter than its 4-byte head");
    const size_t Count = UnitAt(0) / 4;
    if (!Count || Count > (Bytes.size() - 4) / 4)
      Map.fail("the head asks for a trie of " + std::to_string(Count) +
               " units, which are not there");
    for (size_t I = 0; I < Count; ++I)
      Units.push_back(UnitAt(4 + I * 4));
    Texts = Bytes.substr(4 + Count * 4);
    if (const size_t Valid = validPrefix(Texts); Valid != Texts.size())
      Map.fail("the replacements are not UTF-8 at byte " +
               std::to_string(Valid));
  }

  void normalize(NormalizedText &T, Scratch &) const override {
    std::string Out;
    Out.reserve(T.Text.size());
    const std::string_view Text = T.Text;
    Alignment First(T.First);
    for (size_t At = 0; At < Text.size();) {
      const size_t End = clusterEnd(Text, At);
      if (End - At < 6)
        if (const auto New = replacement(Text.substr(At, End - At))) {
          First.replace(Text.substr(At, End - At), *New);
          Out += *New;
          At = End;
          continue;
        }
      while (At < End) {
        const size_t Begin = At;
        nextCodePoint(Text, At);
        const std::string_view Old = Text.substr(Begin, At - Begin);
        const auto New = replacement(Old);
        First.replace(Old, New ? *New : Old);
        Out += New ? *New : Old;
      }
    }
    T.First = std::min(First.bytes(), Out.size());
    T.Text = std::move(Out);
  }

private:
  /// Follows how much of what is written stands for the text's first character.
  /// The judge forgets what it removes from the very beginning.
  class Alignment {
  public:
    explicit Alignment(size_t First) : Left(First) {}
    void replace(std::string_view Old, std::string_view New) {
      if (!Left)
        return;
      if (New.empty() && !Written)
        return;
      Written += New.size();
      Left -= std::min(Left, Old.size());
    }
    size_t bytes() const { return Written; }

  private:
    size_t Left, Written = 0;
  };

  uint32_t unit(size_t Place) const {
    if (Place >= Units.size())
      bad("precompiled_charsmap: the trie leads to unit " +
          std::to_string(Place) + " of " + std::to_string(Units.size()));
    return Units[Place];
  }

  /// What the shortest beginning of `Key` that the trie has stands for.
  std::optional<std::string_view> replacement(std::string_view Key) const {
    size_t Place = 0;
    const auto Follow = [&](uint32_t U) {
      Place ^= size_t(U >> 10) << ((U & 1u << 9) >> 6);
    };
    Follow(unit(0));
    for (const char C : Key) {
      const auto Byte = static_cast<unsigned char>(C);
      if (!Byte)
        break;
      Place ^= Byte;
      const uint32_t U = unit(Place);
      if ((U & (1u << 31 | 0xFF)) != Byte)
        break;
      Follow(U);
      if (U >> 8 & 1)
        return textAt(unit(Place) & 0x7FFFFFFF);
    }
    return std::nullopt;
  }

  std::string_view textAt(size_t Place) const {
    if (Place > Texts.size() ||
        (Place < Texts.size() &&
         (static_cast<unsigned char>(Texts[Place]) & 0xC0) == 0x80))
      bad("precompiled_charsmap: no replacement begins at byte " +
          std::to_string(Place));
    const std::string_view Rest = std::string_view(Texts).substr(Place);
    return Rest.substr(0, Rest.find('\0'));
  }

  std::vector<uint32_t> Units;
  std::string Texts;
};

} // namespace

std::unique_ptr<Normalizer>
sinter::tokenizer::makePrecompiled(const JsonView &J) {
  return std::make_unique<Precompiled>(J);
}
