//===- Strip.cpp - no spaces at the ends ----------------------------------===//
#include "../Unicode.h"
#include "Normalizers.h"

using namespace sinter::tokenizer;

namespace {

class Strip final : public Normalizer {
public:
  explicit Strip(const JsonView &J)
      : Left(J.at("strip_left").boolean()),
        Right(J.at("strip_right").boolean()) {
    J.allowOnly({"type", "strip_left", "strip_right"});
  }

  void normalize(NormalizedText &T, Scratch &) const override {
    size_t Begin = 0, End = T.Text.size();
    for (size_t At = 0; Left && At < End && isSpace(nextCodePoint(T.Text, At));)
      Begin = At;
    while (Right && Begin < End) {
      const size_t Last = beforeCharacter(T.Text, End);
      size_t At = Last;
      if (!isSpace(nextCodePoint(T.Text, At)))
        break;
      End = Last;
    }
    T.Text.resize(End);
    T.Text.erase(0, Begin);
    T.First = std::min(T.First - std::min(T.First, Begin), T.Text.size());
  }

private:
  const bool Left, Right;
};

} // namespace

std::unique_ptr<Normalizer> sinter::tokenizer::makeStrip(const JsonView &J) {
  return std::make_unique<Strip>(J);
}
