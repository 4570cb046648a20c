//===- Digits.cpp - numbers apart from the rest ---------------------------===//
#include "../Unicode.h"
#include "../Utf8.h"
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

namespace {

class Digits final : public PreTokenizer {
public:
  explicit Digits(const JsonView &J)
      : Individual(J.booleanOr("individual_digits", false)) {
    J.allowOnly({"type", "individual_digits"});
  }

  void split(const Piece &Given, Scratch &, PieceSink Next) const override {
    std::string Characters;
    const Piece P = asText(Given, Characters);
    Splitter Parts(P, Individual ? Behavior::Isolated : Behavior::Contiguous,
                   Next);
    size_t Last = 0;
    for (size_t At = 0; At < P.Text.size();) {
      const size_t Begin = At;
      if (!isNumeric(nextCodePoint(P.Text, At)))
        continue;
      if (Last < Begin)
        Parts.part(Last, Begin, false);
      Parts.part(Begin, At, true);
      Last = At;
    }
    if (Last < P.Text.size())
      Parts.part(Last, P.Text.size(), false);
    Parts.finish();
  }

private:
  const bool Individual;
};

} // namespace

std::unique_ptr<PreTokenizer> sinter::tokenizer::makeDigits(const JsonView &J) {
  return std::make_unique<Digits>(J);
}
