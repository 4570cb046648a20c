//===- Bert.cpp - BertNormalizer ------------------------------------------===//
#include "../Unicode.h"
#include "Forms.h"
#include "Normalizers.h"

using namespace sinter::tokenizer;

namespace {

/// The blocks that BERT's authors listed, not all ideographs.
bool isListedIdeograph(char32_t C) {
  return (C >= 0x4E00 && C <= 0x9FFF) || (C >= 0x3400 && C <= 0x4DBF) ||
         (C >= 0x20000 && C <= 0x2A6DF) || (C >= 0x2A700 && C <= 0x2B81F) ||
         (C >= 0x2B920 && C <= 0x2CEAF) || (C >= 0xF900 && C <= 0xFAFF) ||
         (C >= 0x2F800 && C <= 0x2FA1F);
}

class Bert final : public Normalizer {
public:
  explicit Bert(const JsonView &J)
      : Clean(J.at("clean_text").boolean()),
        Ideographs(J.at("handle_chinese_chars").boolean()),
        Lower(J.at("lowercase").boolean()),
        Strip(J.booleanOr("strip_accents", Lower)) {
    J.allowOnly({"type", "clean_text", "handle_chinese_chars", "strip_accents",
                 "lowercase"});
  }

  void normalize(NormalizedText &T, Scratch &) const override {
    if (Clean || Ideographs)
      mapCharacters(T, [&](std::string &Out, char32_t C) {
        if (Clean && isBertControl(C))
          return;
        if (Clean && isSpace(C))
          Out += ' ';
        else if (!Ideographs || !isListedIdeograph(C))
          appendCodePoint(Out, C);
        else {
          Out += ' ';
          appendCodePoint(Out, C);
          Out += ' ';
        }
      });
    if (Strip)
      applyForm(Form::Nfd, T);
    if (Strip || Lower)
      mapCharacters(T, [&](std::string &Out, char32_t C) {
        if (Strip && isBertMark(C))
          return;
        if (Lower)
          appendLower(Out, C);
        else
          appendCodePoint(Out, C);
      });
  }

private:
  const bool Clean, Ideographs, Lower, Strip;
};

} // namespace

std::unique_ptr<Normalizer> sinter::tokenizer::makeBert(const JsonView &J) {
  return std::make_unique<Bert>(J);
}
