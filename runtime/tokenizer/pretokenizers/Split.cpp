//===- Split.cpp - split at a pattern -------------------------------------===//
#include "../Pattern.h"
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

namespace {

class Split final : public PreTokenizer {
public:
  explicit Split(const JsonView &J)
      : Looked(J.at("pattern")), How(behaviorOf(J.at("behavior"))),
        Invert(J.booleanOr("invert", false)) {
    J.allowOnly({"type", "pattern", "behavior", "invert"});
  }

  void split(const Piece &Given, Scratch &S, PieceSink Next) const override {
    std::string Characters;
    const Piece P = asText(Given, Characters);
    Splitter Parts(P, How, Next);
    size_t Last = 0;
    Looked.forEachMatch(P.Text, S.Regex, [&](Regex::Match M) {
      if (Last != M.Begin)
        Parts.part(Last, M.Begin, Invert);
      Parts.part(M.Begin, M.End, !Invert);
      Last = M.End;
    });
    if (Last != P.Text.size())
      Parts.part(Last, P.Text.size(), Invert);
    Parts.finish();
  }

private:
  const Pattern Looked;
  const Behavior How;
  const bool Invert;
};

} // namespace

std::unique_ptr<PreTokenizer> sinter::tokenizer::makeSplit(const JsonView &J) {
  return std::make_unique<Split>(J);
}
