//===- Sequence.cpp - pre-tokenizers one after another --------------------===//
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

namespace {

class Sequence final : public PreTokenizer {
public:
  explicit Sequence(const JsonView &J) {
    J.allowOnly({"type", "pretokenizers"});
    const JsonView List = J.at("pretokenizers");
    if (List.size() > 64)
      List.fail("more than 64 pre-tokenizers");
    for (size_t I = 0; I < List.size(); ++I)
      Stages.push_back(makePreTokenizer(List.element(I)));
  }

  bool isByteLevel() const override {
    for (const auto &Stage : Stages)
      if (Stage->isByteLevel())
        return true;
    return false;
  }

  void split(const Piece &P, Scratch &S, PieceSink Next) const override {
    run(0, P, S, Next);
  }

private:
  void run(size_t I, const Piece &P, Scratch &S, PieceSink Next) const {
    if (I == Stages.size())
      return Next(P);
    Stages[I]->split(P, S,
                     [&](const Piece &Part) { run(I + 1, Part, S, Next); });
  }

  std::vector<std::unique_ptr<PreTokenizer>> Stages;
};

} // namespace

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makeSequence(const JsonView &J) {
  return std::make_unique<Sequence>(J);
}
