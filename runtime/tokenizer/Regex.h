//===- Regex.h - patterns of tokenizer.json ---------------------*- C++ -*-===//
//
// PCRE2 behind the search of the `tokenizers` library: matches from left to
// right, an empty match right after the last one skipped. A pattern that
// backtracks without end is stopped by limits that grow with the text.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_REGEX_H
#define SINTER_RUNTIME_TOKENIZER_REGEX_H

#include "Error.h"

#include <memory>
#include <optional>
#include <string_view>

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;
struct pcre2_real_jit_stack_8;

namespace sinter::tokenizer {

/// What one search needs to write to; one for each thread at work.
class RegexScratch {
public:
  RegexScratch();
  ~RegexScratch();
  RegexScratch(const RegexScratch &) = delete;
  RegexScratch &operator=(const RegexScratch &) = delete;

private:
  friend class Regex;
  pcre2_real_match_data_8 *Match;
  pcre2_real_match_context_8 *Context;
  pcre2_real_jit_stack_8 *Stack;
};

class Regex {
public:
  /// A pattern in Oniguruma's syntax; `Place` names it in messages.
  static Regex fromOniguruma(std::string_view Pattern,
                             const std::string &Place);
  /// Exactly this text.
  static Regex fromLiteral(std::string_view Text, const std::string &Place);

  struct Match {
    size_t Begin, End;
  };

  /// Calls Take(Match) for each match in `Text` (valid UTF-8).
  template <typename Callback>
  void forEachMatch(std::string_view Text, RegexScratch &S,
                    Callback &&Take) const {
    size_t At = 0, LastEnd = SIZE_MAX;
    while (const auto M = search(Text, At, S)) {
      if (M->Begin == M->End && M->End == LastEnd) {
        if (!skipCharacter(Text, At))
          return;
        continue;
      }
      At = LastEnd = M->End;
      Take(*M);
    }
  }

private:
  Regex() = default;
  static Regex compile(const std::string &Pattern, const std::string &Place);
  std::optional<Match> search(std::string_view Text, size_t At,
                              RegexScratch &S) const;
  static bool skipCharacter(std::string_view Text, size_t &At);

  struct Free {
    void operator()(pcre2_real_code_8 *Code) const;
  };
  std::unique_ptr<pcre2_real_code_8, Free> Code;
  bool Jit = false;
  std::string Place;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_REGEX_H
