//===- Replace.cpp - other text for what a pattern matches ----------------===//
#include "../Pattern.h"
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

struct Replacement {
  explicit Replacement(const JsonView &J)
      : Looked(J.at("pattern")), Content(J.at("content").string()) {
    J.allowOnly({"type", "pattern", "content"});
  }
  const Pattern Looked;
  const std::string Content;
};

class Stage final : public TokenStage {
public:
  Stage(const Replacement &R, TokenSink &Next) : TokenStage(Next), R(R) {}

private:
  void token(std::string &Token) override {
    size_t Done = 0;
    Out.clear();
    R.Looked.forEachMatch(Token, S, [&](Regex::Match M) {
      Out.append(Token, Done, M.Begin - Done);
      Out += R.Content;
      Done = M.End;
    });
    Out.append(Token, Done);
    emit(Out);
  }

  const Replacement &R;
  RegexScratch S;
  std::string Out;
};

class Replace final : public Decoder {
public:
  explicit Replace(const JsonView &J) : R(J) {}

private:
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Stage>(R, Next);
  }
  const Replacement R;
};

} // namespace

std::unique_ptr<Decoder>
sinter::tokenizer::makeReplaceDecoder(const JsonView &J) {
  return std::make_unique<Replace>(J);
}
