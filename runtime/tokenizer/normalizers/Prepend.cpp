//===- Prepend.cpp - text before what is not empty ------------------------===//
#include "Normalizers.h"

using namespace sinter::tokenizer;

namespace {

class Prepend final : public Normalizer {
public:
  explicit Prepend(const JsonView &J) : Before(J.at("prepend").string()) {
    J.allowOnly({"type", "prepend"});
  }

  void normalize(NormalizedText &T, Scratch &) const override {
    if (T.Text.empty())
      return;
    T.Text.insert(0, Before);
    if (T.First)
      T.First += Before.size();
  }

private:
  const std::string Before;
};

} // namespace

std::unique_ptr<Normalizer> sinter::tokenizer::makePrepend(const JsonView &J) {
  return std::make_unique<Prepend>(J);
}
