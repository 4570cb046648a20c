//===- Decoders.h - one make function a file --------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_DECODERS_DECODERS_H
#define SINTER_RUNTIME_TOKENIZER_DECODERS_DECODERS_H

#include "../Components.h"

namespace sinter::tokenizer {

/// A stage that needs whole tokens.
class TokenStage : public TokenSink {
public:
  explicit TokenStage(TokenSink &Next) : Next(Next) { Token.reserve(256); }
  void text(std::string_view Part) final { Token += Part; }
  void end() final {
    token(Token);
    Token.clear();
  }
  void finish() final {
    flush();
    Next.finish();
  }

protected:
  virtual void token(std::string &Token) = 0;
  virtual void flush() {} ///< hands on what was held; begins anew
  void emit(std::string_view Text) {
    Next.text(Text);
    Next.end();
  }

private:
  TokenSink &Next;
  std::string Token;
};

/// Replaces a text; an empty one is found between all characters.
void replaceAll(std::string &Text, std::string_view From, std::string_view To);
/// No spaces before punctuation and within English contractions.
void cleanUp(std::string &Text);

std::unique_ptr<Decoder> makeBpeSuffix(const JsonView &J);
std::unique_ptr<Decoder> makeByteFallback(const JsonView &J);
std::unique_ptr<Decoder> makeByteLevelDecoder(const JsonView &J);
std::unique_ptr<Decoder> makeCtc(const JsonView &J);
std::unique_ptr<Decoder> makeFuse(const JsonView &J);
std::unique_ptr<Decoder> makeMetaspaceDecoder(const JsonView &J);
std::unique_ptr<Decoder> makeReplaceDecoder(const JsonView &J);
std::unique_ptr<Decoder> makeDecoderSequence(const JsonView &J);
std::unique_ptr<Decoder> makeStripDecoder(const JsonView &J);
std::unique_ptr<Decoder> makeWordPieceDecoder(const JsonView &J);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_DECODERS_DECODERS_H
