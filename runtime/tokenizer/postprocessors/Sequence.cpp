//===- Sequence.cpp - post-processors one after another -------------------===//
#include "PostProcessors.h"

using namespace sinter::tokenizer;

namespace {

class Sequence final : public PostProcessor {
public:
  Sequence(const JsonView &J, const Context &C) {
    J.allowOnly({"type", "processors"});
    const JsonView List = J.at("processors");
    if (List.size() > 64)
      List.fail("more than 64 post-processors");
    for (size_t I = 0; I < List.size(); ++I)
      Stages.push_back(makePostProcessor(List.element(I), C));
  }
  void process(Ids &Tokens, bool AddSpecial) const override {
    for (const auto &Stage : Stages)
      Stage->process(Tokens, AddSpecial);
  }
  int64_t addedCount() const override {
    int64_t Count = 0;
    for (const auto &Stage : Stages)
      Count += Stage->addedCount();
    return Count;
  }

private:
  std::vector<std::unique_ptr<PostProcessor>> Stages;
};

} // namespace

std::unique_ptr<PostProcessor>
sinter::tokenizer::makeProcessorSequence(const JsonView &J, const Context &C) {
  return std::make_unique<Sequence>(J, C);
}
