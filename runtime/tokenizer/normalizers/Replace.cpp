//===- Replace.cpp - other text for what a pattern matches ----------------===//
#include "../Pattern.h"
#include "Normalizers.h"

using namespace sinter::tokenizer;

namespace {

class Replace final : public Normalizer {
public:
  explicit Replace(const JsonView &J)
      : Looked(J.at("pattern")), Content(J.at("content").string()) {
    J.allowOnly({"type", "pattern", "content"});
  }

  void normalize(NormalizedText &T, Scratch &S) const override {
    std::string Out;
    size_t Done = 0, First = 0;
    const auto Keep = [&](size_t End) {
      Out.append(T.Text, Done, End - Done);
      if (Done < T.First)
        First += std::min(End, T.First) - Done;
    };
    Looked.forEachMatch(T.Text, S.Regex, [&](Regex::Match M) {
      Keep(M.Begin);
      Out += Content;
      // It stands for the last character that was there.
      if (T.First && M.End <= T.First)
        First += Content.size();
      Done = M.End;
    });
    if (!Done && Out.empty())
      return;
    Keep(T.Text.size());
    T.Text = std::move(Out);
    T.First = First;
  }

private:
  const Pattern Looked;
  const std::string Content;
};

} // namespace

std::unique_ptr<Normalizer> sinter::tokenizer::makeReplace(const JsonView &J) {
  return std::make_unique<Replace>(J);
}
