//===- Split.cpp - split at a pattern -------------------------------------===//
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

namespace {

Regex patternOf(const JsonView &J) {
  J.allowOnly({"Regex", "String"});
  const auto Pattern = J.find("Regex"), Literal = J.find("String");
  if (Pattern.has_value() == Literal.has_value())
    J.fail("want either \"Regex\" or \"String\"");
  return Pattern ? Regex::fromOniguruma(Pattern->string(), Pattern->place())
                 : Regex::fromLiteral(Literal->string(), Literal->place());
}

Behavior behaviorOf(const JsonView &J) {
  struct Row {
    const char *Name;
    Behavior How;
  };
  static constexpr Row Rows[] = {
      {"Removed", Behavior::Removed},
      {"Isolated", Behavior::Isolated},
      {"MergedWithPrevious", Behavior::MergedWithPrevious},
      {"MergedWithNext", Behavior::MergedWithNext},
      {"Contiguous", Behavior::Contiguous}};
  return rowOf(Rows, J, J.string(), "behavior").How;
}

class Split final : public PreTokenizer {
public:
  explicit Split(const JsonView &J)
      : Pattern(patternOf(J.at("pattern"))), How(behaviorOf(J.at("behavior"))),
        Invert(J.booleanOr("invert", false)) {
    J.allowOnly({"type", "pattern", "behavior", "invert"});
  }

  void split(const Piece &Given, Scratch &S, PieceSink Next) const override {
    std::string Characters;
    const Piece P = asText(Given, Characters);
    Splitter Parts(P, How, Next);
    size_t Last = 0;
    Pattern.forEachMatch(P.Text, S.Regex, [&](Regex::Match M) {
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
  const Regex Pattern;
  const Behavior How;
  const bool Invert;
};

} // namespace

std::unique_ptr<PreTokenizer> sinter::tokenizer::makeSplit(const JsonView &J) {
  return std::make_unique<Split>(J);
}
