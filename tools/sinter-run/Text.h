//===- Text.h - the tokenizer that travels with a model ---------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_TEXT_H
#define SINTER_TOOLS_RUN_TEXT_H

#include "Model.h"

#include <utility>
#include <vector>

struct sinter_tokenizer;
struct sinter_decoder;

namespace sinter::run {

/// "BPE", "Unigram" ...: the kind of the model's tokenizer, also of one that
/// is not supported; empty when it has none.
std::string tokenizerKind(const Model &M);

/// Ids from text and text from ids.
class Text {
public:
  /// Null when the model has no tokenizer; throws when it has one that cannot
  /// be used.
  static std::unique_ptr<Text> open(const Model &M);
  ~Text();

  std::vector<int64_t> encode(std::string_view Text, bool Special) const;

  /// The conversation of (role, content) pairs through the model's chat
  /// template, ready for the assistant's answer.
  std::string render(
      const std::vector<std::pair<std::string, std::string>> &Messages) const;

  /// Text of ids as they come, whole characters only, without special tokens.
  class Stream {
  public:
    explicit Stream(const Text &T);
    ~Stream();
    Stream(const Stream &) = delete;
    std::string push(int64_t Id);
    std::string finish();

  private:
    sinter_decoder *Decoder = nullptr;
  };

private:
  Text() = default;
  sinter_tokenizer *Tokenizer = nullptr;
};

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_TEXT_H
