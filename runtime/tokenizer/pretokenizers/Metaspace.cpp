//===- Metaspace.cpp - spaces become a visible character ------------------===//
#include "../Metaspace.h"
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

namespace {

class MetaspaceWords final : public PreTokenizer {
public:
  explicit MetaspaceWords(const JsonView &J) : M(J) {}

  void split(const Piece &Given, Scratch &, PieceSink Next) const override {
    std::string Characters, Replaced;
    Piece P = asText(Given, Characters);
    Replaced.reserve(M.Replacement.size() + P.Text.size() * 5 / 4);
    if (prepends(P))
      Replaced = M.Replacement;
    size_t First = P.First ? Replaced.size() : 0;
    for (size_t At = 0; At < P.Text.size(); ++At) {
      const size_t Before = Replaced.size();
      if (P.Text[At] == ' ')
        Replaced += M.Replacement;
      else
        Replaced += P.Text[At];
      if (At < P.First)
        First += Replaced.size() - Before;
    }
    P.Text = Replaced;
    P.First = First;
    if (!M.Split)
      return Next(P);
    // A word begins at each replacement.
    for (size_t Begin = 0; Begin < Replaced.size();) {
      const size_t From =
          Replaced.compare(Begin, M.Replacement.size(), M.Replacement) == 0
              ? Begin + M.Replacement.size()
              : Begin;
      const size_t End =
          std::min(Replaced.find(M.Replacement, From), Replaced.size());
      Next(P.sub(Begin, End));
      Begin = End;
    }
  }

private:
  bool prepends(const Piece &P) const {
    if (M.Scheme == Metaspace::Prepend::Never || P.Continues ||
        P.Text.starts_with(' ') || P.Text.starts_with(M.Replacement))
      return false;
    return M.Scheme == Metaspace::Prepend::Always || P.First;
  }

  const Metaspace M;
};

} // namespace

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makeMetaspace(const JsonView &J) {
  return std::make_unique<MetaspaceWords>(J);
}
