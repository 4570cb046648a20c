//===- Ctc.cpp - repeated and padding tokens go ---------------------------===//
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

struct Options {
  std::string Pad, Delimiter;
  bool Cleanup;
};

class Stage final : public TokenStage {
public:
  Stage(const Options &O, TokenSink &Next) : TokenStage(Next), O(O) {}

private:
  void token(std::string &Token) override {
    if (Seen && Token == Last)
      return;
    Seen = true;
    Last = Token;
    replaceAll(Token, O.Pad, "");
    if (O.Cleanup) {
      cleanUp(Token);
      replaceAll(Token, O.Delimiter, " ");
    }
    if (!Token.empty())
      emit(Token);
  }
  void flush() override { Seen = false; }

  const Options &O;
  std::string Last;
  bool Seen = false;
};

class Ctc final : public Decoder {
public:
  explicit Ctc(const JsonView &J)
      : O{J.at("pad_token").string(), J.at("word_delimiter_token").string(),
          J.at("cleanup").boolean()} {
    J.allowOnly({"type", "pad_token", "word_delimiter_token", "cleanup"});
  }

private:
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Stage>(O, Next);
  }
  const Options O;
};

} // namespace

std::unique_ptr<Decoder> sinter::tokenizer::makeCtc(const JsonView &J) {
  return std::make_unique<Ctc>(J);
}
