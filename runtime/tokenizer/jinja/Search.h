//===- Search.h - one text inside of another --------------------*- C++ -*-===//
//
// In time linear in the text, whatever is sought.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_SEARCH_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_SEARCH_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sinter::jinja {

/// Where the first or last `What` begins; npos when there is none.
size_t findFirst(std::string_view Text, std::string_view What, size_t From = 0);
size_t findLast(std::string_view Text, std::string_view What);

/// Sides of strip(): `Chars` are the characters to take off; null: spaces.
std::string_view strip(std::string_view Text, bool Left, bool Right,
                       const std::string *Chars = nullptr);

/// split() without a separator: runs of spaces. `Most` < 0: no limit.
std::vector<std::string> splitSpaces(std::string_view Text, int64_t Most);
std::vector<std::string> split(std::string_view Text, std::string_view By,
                               int64_t Most);
std::vector<std::string> splitFromRight(std::string_view Text,
                                        std::string_view By, int64_t Most);
std::vector<std::string> splitLines(std::string_view Text, bool KeepEnds);

/// `Most` < 0: all. Throws when the result would be too long.
std::string replaceAll(std::string_view Text, std::string_view Old,
                       std::string_view New, int64_t Most);

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_SEARCH_H
