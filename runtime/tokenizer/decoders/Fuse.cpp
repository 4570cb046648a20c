//===- Fuse.cpp - all tokens as one ---------------------------------------===//
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

class Stage final : public TokenSink {
public:
  explicit Stage(TokenSink &Next) : Next(Next) {}
  void text(std::string_view Part) override { Next.text(Part); }
  void end() override {}
  void finish() override {
    Next.end();
    Next.finish();
  }

private:
  TokenSink &Next;
};

class Fuse final : public Decoder {
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Stage>(Next);
  }
};

} // namespace

std::unique_ptr<Decoder> sinter::tokenizer::makeFuse(const JsonView &J) {
  J.allowOnly({"type"});
  return std::make_unique<Fuse>();
}
