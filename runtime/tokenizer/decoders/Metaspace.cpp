//===- Metaspace.cpp - the visible character back to a space --------------===//
#include "../Metaspace.h"
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

class Stage final : public TokenSink {
public:
  Stage(const Metaspace &M, TokenSink &Next) : M(M), Next(Next) {}

  void text(std::string_view Part) override {
    const bool Drop = First && M.Scheme != Metaspace::Prepend::Never;
    for (size_t At = 0;;) {
      const size_t End = std::min(Part.find(M.Replacement, At), Part.size());
      if (At < End)
        Next.text(Part.substr(At, End - At));
      if (End == Part.size())
        return;
      if (!Drop)
        Next.text(" ");
      At = End + M.Replacement.size();
    }
  }

  void end() override {
    First = false;
    Next.end();
  }

  void finish() override {
    First = true;
    Next.finish();
  }

private:
  const Metaspace &M;
  TokenSink &Next;
  bool First = true;
};

class MetaspaceDecoder final : public Decoder {
public:
  explicit MetaspaceDecoder(const JsonView &J) : M(J) {}

private:
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Stage>(M, Next);
  }
  const Metaspace M;
};

} // namespace

std::unique_ptr<Decoder>
sinter::tokenizer::makeMetaspaceDecoder(const JsonView &J) {
  return std::make_unique<MetaspaceDecoder>(J);
}
