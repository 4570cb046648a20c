//===- Sequence.cpp - normalizers one after another -----------------------===//
#include "Normalizers.h"

using namespace sinter::tokenizer;

namespace {

class Sequence final : public Normalizer {
public:
  explicit Sequence(const JsonView &J) {
    J.allowOnly({"type", "normalizers"});
    const JsonView List = J.at("normalizers");
    if (List.size() > 64)
      List.fail("more than 64 normalizers");
    for (size_t I = 0; I < List.size(); ++I)
      Stages.push_back(makeNormalizer(List.element(I)));
  }

  void normalize(NormalizedText &T, Scratch &S) const override {
    for (const auto &Stage : Stages)
      Stage->normalize(T, S);
  }

private:
  std::vector<std::unique_ptr<Normalizer>> Stages;
};

} // namespace

std::unique_ptr<Normalizer>
sinter::tokenizer::makeNormalizerSequence(const JsonView &J) {
  return std::make_unique<Sequence>(J);
}
