//===- ByteLevel.cpp - GPT-2's words, seen as bytes -----------------------===//
#include "../ByteLevel.h"
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

namespace {

class ByteLevel final : public PreTokenizer {
public:
  explicit ByteLevel(const JsonView &J)
      : AddPrefixSpace(J.booleanOr("add_prefix_space", true)) {
    // trim_offsets changes offsets only, which nothing here has.
    J.allowOnly({"type", "add_prefix_space", "trim_offsets", "use_regex"});
    if (J.booleanOr("use_regex", true))
      Words =
          Regex::fromOniguruma("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+|"
                               " ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                               J.place());
  }

  bool isByteLevel() const override { return true; }

  void split(const Piece &Given, Scratch &S, PieceSink Next) const override {
    std::string Characters, Prefixed;
    Piece P = asText(Given, Characters);
    if (AddPrefixSpace && !P.Continues && !P.Text.starts_with(' ')) {
      Prefixed.reserve(P.Text.size() + 1);
      Prefixed += ' ';
      Prefixed += P.Text;
      P.Text = Prefixed;
      P.First += P.First ? 1 : 0;
    }
    P.Bytes = true;
    if (!Words)
      return Next(P);
    const std::string_view Text = P.Text;
    size_t Last = 0;
    const auto Emit = [&](size_t Begin, size_t End) {
      if (Begin < End)
        Next(P.sub(Begin, End));
    };
    Words->forEachMatch(Text, S.Regex, [&](Regex::Match M) {
      Emit(Last, M.Begin);
      Emit(M.Begin, M.End);
      Last = M.End;
    });
    Emit(Last, Text.size());
  }

private:
  const bool AddPrefixSpace;
  std::optional<Regex> Words;
};

} // namespace

Piece sinter::tokenizer::asText(const Piece &P, std::string &Storage) {
  if (!P.Bytes)
    return P;
  Storage.clear();
  appendByteLevel(Storage, P.Text.substr(0, P.First));
  const size_t First = Storage.size();
  appendByteLevel(Storage, P.Text.substr(P.First));
  return {Storage, false, P.Continues, First};
}

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makeByteLevel(const JsonView &J) {
  return std::make_unique<ByteLevel>(J);
}
