//===- Sequence.cpp - decoders one after another --------------------------===//
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

/// The stages, last one first; text enters at the last of the list.
class Chain final : public TokenSink {
public:
  Chain(const std::vector<std::unique_ptr<Decoder>> &Stages, TokenSink &Next) {
    First = &Next;
    for (size_t I = Stages.size(); I-- > 0;) {
      Started.push_back(Stages[I]->start(*First));
      First = Started.back().get();
    }
  }
  void text(std::string_view Part) override { First->text(Part); }
  void end() override { First->end(); }
  void finish() override { First->finish(); }

private:
  std::vector<std::unique_ptr<TokenSink>> Started;
  TokenSink *First;
};

class Sequence final : public Decoder {
public:
  explicit Sequence(const JsonView &J) {
    J.allowOnly({"type", "decoders"});
    const JsonView List = J.at("decoders");
    if (List.size() > 64)
      List.fail("more than 64 decoders");
    for (size_t I = 0; I < List.size(); ++I)
      Stages.push_back(makeDecoder(List.element(I)));
  }

private:
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Chain>(Stages, Next);
  }
  std::vector<std::unique_ptr<Decoder>> Stages;
};

} // namespace

std::unique_ptr<Decoder>
sinter::tokenizer::makeDecoderSequence(const JsonView &J) {
  return std::make_unique<Sequence>(J);
}
