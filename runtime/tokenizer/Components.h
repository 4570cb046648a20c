//===- Components.h - the parts that tokenizer.json names -------*- C++ -*-===//
//
// Interfaces, one a stage. A type of part is one file in the stage's folder
// with a make function, and one row in the folder's Make.cpp. All are constant
// after they are made.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_COMPONENTS_H
#define SINTER_RUNTIME_TOKENIZER_COMPONENTS_H

#include "Json.h"
#include "Piece.h"
#include "Scratch.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sinter::tokenizer {

/// Text on its way through the normalizers, always valid UTF-8.
struct NormalizedText {
  std::string Text;
  size_t First = 0; ///< as in Piece
};

class Normalizer {
public:
  virtual ~Normalizer() = default;
  virtual void normalize(NormalizedText &T, Scratch &S) const = 0;
};

class PreTokenizer {
public:
  virtual ~PreTokenizer() = default;
  /// Hands the parts of `P` to `Next` from left to right. A part's text lives
  /// as long as the call of Next.
  virtual void split(const Piece &P, Scratch &S, PieceSink Next) const = 0;
  /// Its pieces are bytes: what is not valid UTF-8 can pass through.
  virtual bool isByteLevel() const { return false; }
};

class Model {
public:
  virtual ~Model() = default;
  /// Appends the ids of one piece.
  virtual void tokenize(const Piece &P, Scratch &S, Ids &Out) const = 0;
  virtual int64_t idOf(std::string_view Token) const = 0; ///< -1: none
  /// False: the id has no token.
  virtual bool tokenOf(int64_t Id, std::string_view &Token) const = 0;
  virtual int64_t tokenCount() const = 0;
  virtual int64_t largestId() const = 0; ///< -1 for an empty vocabulary
};

class PostProcessor {
public:
  virtual ~PostProcessor() = default;
  virtual void process(Ids &Tokens, bool AddSpecial) const = 0;
  /// How many tokens it adds to a sequence.
  virtual int64_t addedCount() const = 0;
};

/// Receives the text of tokens in parts: text() any number of times, then
/// end() where a token ends.
class TokenSink {
public:
  virtual ~TokenSink() = default;
  virtual void text(std::string_view Part) = 0;
  virtual void end() = 0;
  virtual void finish() = 0; ///< no more tokens; begins anew
};

class Decoder {
public:
  virtual ~Decoder() = default;
  /// A stage that writes to `Next`, which outlives it.
  virtual std::unique_ptr<TokenSink> start(TokenSink &Next) const = 0;
};

/// What a part may ask of the whole while it is made.
struct Context {
  /// The id of a token of the model or an added one; -1: none.
  virtual int64_t idOf(std::string_view Token) const = 0;
  virtual bool hasId(int64_t Id) const = 0;

protected:
  ~Context() = default;
};

std::unique_ptr<Normalizer> makeNormalizer(const JsonView &J);
std::unique_ptr<PreTokenizer> makePreTokenizer(const JsonView &J);
std::unique_ptr<Model> makeModel(const JsonView &J);
std::unique_ptr<PostProcessor> makePostProcessor(const JsonView &J,
                                                 const Context &C);
std::unique_ptr<Decoder> makeDecoder(const JsonView &J);

/// Finds the row of `Type` in a table {{"Name", make}, ...} or refuses it by
/// name with the names that there are.
template <typename Row, size_t Count>
const Row &rowOf(const Row (&Rows)[Count], const JsonView &J,
                 std::string_view Type, const char *What) {
  for (const Row &R : Rows)
    if (Type == R.Name)
      return R;
  std::string Names;
  for (const Row &R : Rows)
    Names += (Names.empty() ? "" : ", ") + std::string(R.Name);
  J.failUnsupported(std::string(What) + " " + quote(Type) +
                    " is not supported; supported: " + Names);
}

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_COMPONENTS_H
