//===- Oniguruma.h - its patterns, written for PCRE2 ------------*- C++ -*-===//
//
// tokenizer.json holds patterns for Oniguruma (Ruby's syntax and newer Unicode
// data). They look like Perl's and differ: \p{N}{1,3}+ repeats the interval,
// ^ and $ mean lines, (?m) means dotall, \h is a hexadecimal digit, (?i) ends
// with its group and covers its alternatives, classes nest and intersect.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_ONIGURUMA_H
#define SINTER_RUNTIME_TOKENIZER_ONIGURUMA_H

#include <string>
#include <string_view>

namespace sinter::tokenizer {

/// The same pattern for PCRE2 with UTF and UCP and line ends \n. Throws Error
/// with the byte where it stands for what has no exact translation; the
/// message begins after `Place` and ": ".
std::string translateOniguruma(std::string_view Pattern,
                               const std::string &Place);

/// A property as text for the inside of a PCRE2 class, without negation; empty
/// when the name is not known. `Name` as in \p{Name}.
std::string propertyForClass(std::string_view Name);

/// A code point as text for inside or outside of a PCRE2 class.
std::string codePointForPattern(char32_t C);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_ONIGURUMA_H
