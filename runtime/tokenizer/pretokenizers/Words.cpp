//===- Words.cpp - pre-tokenizers that split by kinds of characters -------===//
#include "../Metaspace.h"
#include "../Unicode.h"
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

namespace {

/// Digits, Punctuation, WhitespaceSplit and CharDelimiterSplit: characters that
/// a predicate accepts, and a behaviour.
template <typename Predicate> class SplitAt final : public PreTokenizer {
public:
  SplitAt(Predicate Is, Behavior How) : Is(std::move(Is)), How(How) {}

  void split(const Piece &Given, Scratch &, PieceSink Next) const override {
    std::string Characters;
    splitWhere(asText(Given, Characters), How, Is, Next);
  }

private:
  const Predicate Is;
  const Behavior How;
};

template <typename Predicate>
std::unique_ptr<PreTokenizer> splitAt(Predicate Is, Behavior How) {
  return std::make_unique<SplitAt<Predicate>>(std::move(Is), How);
}

/// First at spaces, then around punctuation.
class Bert final : public PreTokenizer {
  void split(const Piece &Given, Scratch &, PieceSink Next) const override {
    std::string Characters;
    splitWhere(asText(Given, Characters), Behavior::Removed, isSpace,
               [&](const Piece &Word) {
                 splitWhere(Word, Behavior::Isolated, isPunctuation, Next);
               });
  }
};

/// \w+|[^\w\s]+
class Whitespace final : public PreTokenizer {
  void split(const Piece &Given, Scratch &, PieceSink Next) const override {
    std::string Characters;
    const Piece P = asText(Given, Characters);
    enum Kind { Space, Letters, Others } Last = Space;
    size_t Begin = 0;
    for (size_t At = 0; At < P.Text.size();) {
      const size_t Here = At;
      const char32_t C = nextCodePoint(P.Text, At);
      const Kind Now = isWord(C) ? Letters : isSpace(C) ? Space : Others;
      if (Now == Last)
        continue;
      if (Last != Space)
        Next(P.sub(Begin, Here));
      Begin = Here;
      Last = Now;
    }
    if (Last != Space)
      Next(P.sub(Begin, P.Text.size()));
  }
};

class FixedLength final : public PreTokenizer {
public:
  explicit FixedLength(const JsonView &J) : Length(5) {
    J.allowOnly({"type", "length"});
    if (const auto L = J.find("length"))
      Length = L->integer(1, INT64_MAX);
  }

  void split(const Piece &Given, Scratch &, PieceSink Next) const override {
    std::string Characters;
    const Piece P = asText(Given, Characters);
    for (size_t Begin = 0, At = 0; Begin < P.Text.size(); Begin = At) {
      for (int64_t I = 0; I < Length && At < P.Text.size(); ++I)
        nextCodePoint(P.Text, At);
      Next(P.sub(Begin, At));
    }
  }

private:
  int64_t Length;
};

} // namespace

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makeBertWords(const JsonView &J) {
  J.allowOnly({"type"});
  return std::make_unique<Bert>();
}

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makeDelimiter(const JsonView &J) {
  J.allowOnly({"type", "delimiter"});
  const std::string Character = characterOf(J.at("delimiter"));
  size_t At = 0;
  const char32_t Delimiter = nextCodePoint(Character, At);
  return splitAt([Delimiter](char32_t C) { return C == Delimiter; },
                 Behavior::Removed);
}

std::unique_ptr<PreTokenizer> sinter::tokenizer::makeDigits(const JsonView &J) {
  J.allowOnly({"type", "individual_digits"});
  return splitAt(isNumeric, J.booleanOr("individual_digits", false)
                                ? Behavior::Isolated
                                : Behavior::Contiguous);
}

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makeFixedLength(const JsonView &J) {
  return std::make_unique<FixedLength>(J);
}

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makePunctuation(const JsonView &J) {
  J.allowOnly({"type", "behavior"});
  const auto How = J.find("behavior");
  return splitAt(isPunctuation, How ? behaviorOf(*How) : Behavior::Isolated);
}

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makeWhitespace(const JsonView &J) {
  J.allowOnly({"type"});
  return std::make_unique<Whitespace>();
}

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makeWhitespaceSplit(const JsonView &J) {
  J.allowOnly({"type"});
  return splitAt(isSpace, Behavior::Removed);
}
