//===- Strip.cpp - a character off both ends of each token ----------------===//
//
// Passes text on as it comes, so that a stream behind Fuse does not wait for
// the end: only what may still be cut off is held.
//
//===----------------------------------------------------------------------===//
#include "../Metaspace.h"
#include "Decoders.h"

using namespace sinter::tokenizer;

namespace {

struct Cut {
  std::string Content; ///< one character
  size_t Start, Stop;  ///< how often at most
};

class Stage final : public TokenSink {
public:
  Stage(const Cut &C, TokenSink &Next) : C(C), Next(Next) {}

  void text(std::string_view Part) override {
    while (Left && Part.starts_with(C.Content)) {
      Part.remove_prefix(C.Content.size());
      --Left;
    }
    if (Part.empty())
      return;
    Left = 0;
    // Of the contents at the end, the last Stop may go.
    size_t Tail = 0, End = Part.size();
    while (Part.substr(0, End).ends_with(C.Content)) {
      End -= C.Content.size();
      ++Tail;
    }
    if (End) {
      contents(Held);
      Held = 0;
      Next.text(Part.substr(0, End));
    }
    Held += Tail;
    if (Held > C.Stop) {
      contents(Held - C.Stop);
      Held = C.Stop;
    }
  }

  void end() override {
    begin();
    Next.end();
  }

  void finish() override {
    begin();
    Next.finish();
  }

private:
  void begin() {
    Left = C.Start;
    Held = 0;
  }
  void contents(size_t Count) {
    while (Count--)
      Next.text(C.Content);
  }

  const Cut &C;
  TokenSink &Next;
  size_t Left = C.Start; ///< how often the start may still be cut
  size_t Held = 0;       ///< contents at the end so far
};

class Strip final : public Decoder {
public:
  explicit Strip(const JsonView &J)
      : C{characterOf(J.at("content")), count(J.at("start")),
          count(J.at("stop"))} {
    J.allowOnly({"type", "content", "start", "stop"});
  }

private:
  static size_t count(const JsonView &J) {
    return static_cast<size_t>(J.integer(0, INT64_MAX));
  }
  std::unique_ptr<TokenSink> start(TokenSink &Next) const override {
    return std::make_unique<Stage>(C, Next);
  }
  const Cut C;
};

} // namespace

std::unique_ptr<Decoder>
sinter::tokenizer::makeStripDecoder(const JsonView &J) {
  return std::make_unique<Strip>(J);
}
