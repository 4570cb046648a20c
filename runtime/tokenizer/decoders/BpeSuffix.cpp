//===- BpeSuffix.cpp - BPEDecoder: a suffix that ends a word --------------===//
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

/// The last token's suffix becomes nothing, the others' a space: one waits.
class Stage final : public TokenStage {
public:
  Stage(const std::string &Suffix, TokenSink &Next)
      : TokenStage(Next), Suffix(Suffix) {}

private:
  void token(std::string &Token) override {
    release(" ");
    Held = Token;
    Waits = true;
  }
  void flush() override { release(""); }
  void release(std::string_view Space) {
    if (!Waits)
      return;
    replaceAll(Held, Suffix, Space);
    emit(Held);
    Waits = false;
  }

  const std::string &Suffix;
  std::string Held;
  bool Waits = false;
};

class BpeSuffix final : public Decoder {
public:
  explicit BpeSuffix(const JsonView &J) : Suffix(J.at("suffix").string()) {
    J.allowOnly({"type", "suffix"});
  }

private:
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Stage>(Suffix, Next);
  }
  const std::string Suffix;
};

} // namespace

std::unique_ptr<Decoder> sinter::tokenizer::makeBpeSuffix(const JsonView &J) {
  return std::make_unique<BpeSuffix>(J);
}
