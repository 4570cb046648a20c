//===- Characters.cpp - normalizers that see one character at a time ------===//
#include "../ByteLevel.h"
#include "../Unicode.h"
#include "Normalizers.h"

using namespace sinter::tokenizer;

namespace {

class CharacterMap final : public Normalizer {
public:
  using Map = void (*)(std::string &Out, char32_t C);

  CharacterMap(const JsonView &J, Map M) : M(M) { J.allowOnly({"type"}); }
  void normalize(NormalizedText &T, Scratch &) const override {
    mapCharacters(T, M);
  }

private:
  const Map M;
};

void unaccented(std::string &Out, char32_t C) {
  if (!isCombiningMark(C))
    appendCodePoint(Out, C);
}

/// SentencePiece's nmt_nfkc rules without the NFKC.
void nmt(std::string &Out, char32_t C) {
  if ((C >= 1 && C <= 8) || C == 0xB || (C >= 0xE && C <= 0x1F) || C == 0x7F ||
      C == 0x8F || C == 0x9F)
    return;
  const bool Space = C == '\t' || C == '\n' || C == '\f' || C == '\r' ||
                     C == 0x1680 || (C >= 0x200B && C <= 0x200F) ||
                     C == 0x2028 || C == 0x2029 || C == 0x2581 || C == 0xFEFF ||
                     C == 0xFFFD;
  appendCodePoint(Out, Space ? U' ' : C);
}

void bytes(std::string &Out, char32_t C) {
  std::string Utf8;
  appendCodePoint(Utf8, C);
  appendByteLevel(Out, Utf8);
}

} // namespace

std::unique_ptr<Normalizer>
sinter::tokenizer::makeLowercase(const JsonView &J) {
  return std::make_unique<CharacterMap>(J, appendLower);
}
std::unique_ptr<Normalizer>
sinter::tokenizer::makeStripAccents(const JsonView &J) {
  return std::make_unique<CharacterMap>(J, unaccented);
}
std::unique_ptr<Normalizer> sinter::tokenizer::makeNmt(const JsonView &J) {
  return std::make_unique<CharacterMap>(J, nmt);
}
std::unique_ptr<Normalizer>
sinter::tokenizer::makeByteLevelNormalizer(const JsonView &J) {
  return std::make_unique<CharacterMap>(J, bytes);
}
