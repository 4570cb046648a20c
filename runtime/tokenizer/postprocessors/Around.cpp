//===- Around.cpp - a token before and one behind -------------------------===//
#include "PostProcessors.h"

using namespace sinter::tokenizer;

namespace {

/// ["token", id]
int64_t pairId(const JsonView &J, const Context &C) {
  if (J.size() != 2)
    J.fail("want [\"token\", id]");
  J.element(0).string();
  return addedId(J.element(1), C);
}

class Around final : public PostProcessor {
public:
  Around(const JsonView &J, const Context &C)
      : First(pairId(J.at("cls"), C)), Last(pairId(J.at("sep"), C)) {}
  void process(Ids &Tokens, bool AddSpecial) const override {
    if (!AddSpecial)
      return;
    Tokens.insert(Tokens.begin(), First);
    Tokens.push_back(Last);
  }
  int64_t addedCount() const override { return 2; }

private:
  const int64_t First, Last;
};

} // namespace

std::unique_ptr<PostProcessor>
sinter::tokenizer::makeBertProcessor(const JsonView &J, const Context &C) {
  J.allowOnly({"type", "cls", "sep"});
  return std::make_unique<Around>(J, C);
}

std::unique_ptr<PostProcessor>
sinter::tokenizer::makeRoberta(const JsonView &J, const Context &C) {
  // Two of them change offsets only.
  J.allowOnly({"type", "cls", "sep", "trim_offsets", "add_prefix_space"});
  return std::make_unique<Around>(J, C);
}
