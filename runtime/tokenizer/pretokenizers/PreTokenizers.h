//===- PreTokenizers.h - one make function a file ---------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_PRETOKENIZERS_PRETOKENIZERS_H
#define SINTER_RUNTIME_TOKENIZER_PRETOKENIZERS_PRETOKENIZERS_H

#include "../Components.h"
#include "../Utf8.h"

namespace sinter::tokenizer {

std::unique_ptr<PreTokenizer> makeBertWords(const JsonView &J);
std::unique_ptr<PreTokenizer> makeByteLevel(const JsonView &J);
std::unique_ptr<PreTokenizer> makeDelimiter(const JsonView &J);
std::unique_ptr<PreTokenizer> makeDigits(const JsonView &J);
std::unique_ptr<PreTokenizer> makeFixedLength(const JsonView &J);
std::unique_ptr<PreTokenizer> makeMetaspace(const JsonView &J);
std::unique_ptr<PreTokenizer> makePunctuation(const JsonView &J);
std::unique_ptr<PreTokenizer> makeScripts(const JsonView &J);
std::unique_ptr<PreTokenizer> makeSequence(const JsonView &J);
std::unique_ptr<PreTokenizer> makeSplit(const JsonView &J);
std::unique_ptr<PreTokenizer> makeWhitespace(const JsonView &J);
std::unique_ptr<PreTokenizer> makeWhitespaceSplit(const JsonView &J);

/// The piece as text: bytes that ByteLevel has seen are written out as their
/// characters into `Storage`.
Piece asText(const Piece &P, std::string &Storage);

/// What happens to the parts that a pattern matches and those between.
enum class Behavior {
  Removed,
  Isolated,
  MergedWithPrevious,
  MergedWithNext,
  Contiguous
};

Behavior behaviorOf(const JsonView &J); ///< its name

/// Cuts a piece. Feed it the parts from left to right, then finish().
class Splitter {
public:
  Splitter(const Piece &P, Behavior How, PieceSink Next)
      : P(P), How(How), Next(Next) {}
  void part(size_t Begin, size_t End, bool Matched);
  void finish();

private:
  void emit(size_t Begin, size_t End);
  const Piece &P;
  const Behavior How;
  PieceSink Next;
  bool Pending = false, LastMatched = false;
  size_t Begin = 0, End = 0; ///< the part that may still grow
};

/// Cuts a piece at the characters that a predicate accepts.
template <typename Predicate>
void splitWhere(const Piece &P, Behavior How, Predicate &&Is, PieceSink Next) {
  Splitter Parts(P, How, Next);
  size_t Last = 0;
  for (size_t At = 0; At < P.Text.size();) {
    const size_t Begin = At;
    if (!Is(nextCodePoint(P.Text, At)))
      continue;
    if (Last < Begin)
      Parts.part(Last, Begin, false);
    Parts.part(Begin, At, true);
    Last = At;
  }
  if (Last < P.Text.size())
    Parts.part(Last, P.Text.size(), false);
  Parts.finish();
}

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_PRETOKENIZERS_PRETOKENIZERS_H
