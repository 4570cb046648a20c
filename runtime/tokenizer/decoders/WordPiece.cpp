//===- WordPiece.cpp - spaces between words, not within -------------------===//
#include "../Utf8.h"
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

struct Options {
  std::string Prefix;
  bool Cleanup;
};

class Stage final : public TokenStage {
public:
  Stage(const Options &O, TokenSink &Next) : TokenStage(Next), O(O) {}

private:
  void token(std::string &Token) override {
    if (!First) {
      if (Token.starts_with(O.Prefix))
        Token.erase(0, O.Prefix.size());
      else
        Token.insert(0, 1, ' ');
    }
    First = false;
    if (O.Cleanup)
      cleanUp(Token);
    emit(Token);
  }
  void flush() override { First = true; }

  const Options &O;
  bool First = true;
};

class WordPiece final : public Decoder {
public:
  explicit WordPiece(const JsonView &J)
      : O{J.at("prefix").string(), J.at("cleanup").boolean()} {
    J.allowOnly({"type", "prefix", "cleanup"});
  }

private:
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Stage>(O, Next);
  }
  const Options O;
};

} // namespace

void sinter::tokenizer::replaceAll(std::string &Text, std::string_view From,
                                   std::string_view To) {
  if (From.empty() ? Text.empty() && To.empty()
                   : Text.find(From) == std::string::npos)
    return;
  std::string Out;
  for (size_t At = 0;;) {
    if (From.empty()) { // between all characters
      Out += To;
      if (At == Text.size())
        break;
      const size_t Begin = At;
      nextCodePoint(Text, At);
      Out.append(Text, Begin, At - Begin);
      continue;
    }
    const size_t Found = Text.find(From, At);
    Out.append(Text, At, Found - At);
    if (Found == std::string::npos)
      break;
    Out += To;
    At = Found + From.size();
  }
  Text = std::move(Out);
}

void sinter::tokenizer::cleanUp(std::string &Text) {
  // One after another over the whole text: an earlier one makes way for later.
  static constexpr std::string_view Pairs[][2] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto &[From, To] : Pairs)
    replaceAll(Text, From, To);
}

std::unique_ptr<Decoder>
sinter::tokenizer::makeWordPieceDecoder(const JsonView &J) {
  return std::make_unique<WordPiece>(J);
}
