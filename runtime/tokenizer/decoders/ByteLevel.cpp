//===- ByteLevel.cpp - characters back to bytes ---------------------------===//
//
// All tokens become one text. A token with a character that stands for no byte
// is taken as it is. Bytes that are no UTF-8 become U+FFFD; those that may
// still become a character wait for the next token.
//
//===----------------------------------------------------------------------===//
#include "../ByteLevel.h"
#include "../Utf8.h"
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

class Stage final : public TokenSink {
public:
  explicit Stage(TokenSink &Next) : Next(Next) {
    Token.reserve(1024);
    Bytes.reserve(1024);
    Ready.reserve(4096);
  }

  void text(std::string_view Part) override { Token += Part; }

  void end() override {
    const size_t Before = Bytes.size();
    for (size_t At = 0; At < Token.size();) {
      const int Byte = byteLevelByte(nextCodePoint(Token, At));
      if (Byte < 0) {
        Bytes.resize(Before);
        Bytes += Token;
        break;
      }
      Bytes += static_cast<char>(Byte);
    }
    Token.clear();
    flush(false);
  }

  void finish() override {
    flush(true);
    Next.end();
    Next.finish();
  }

private:
  void flush(bool Whole) {
    Ready.clear();
    const size_t Read = appendReplacing(Ready, Bytes, Whole);
    Bytes.erase(0, Read);
    if (!Ready.empty())
      Next.text(Ready);
  }

  TokenSink &Next;
  std::string Token, Bytes, Ready;
};

class ByteLevel final : public Decoder {
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Stage>(Next);
  }
};

} // namespace

std::unique_ptr<Decoder>
sinter::tokenizer::makeByteLevelDecoder(const JsonView &J) {
  // All three are for the pre-tokenizer that shares the name.
  J.allowOnly({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  return std::make_unique<ByteLevel>();
}
