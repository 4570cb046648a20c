//===- Text.h - Python's str on UTF-8 ---------------------------*- C++ -*-===//
//
// Lengths and positions count code points, as Python's do. All texts are valid
// UTF-8.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_TEXT_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_TEXT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sinter::jinja {

bool isPythonSpace(char32_t C); ///< str.isspace()

size_t codePoints(std::string_view Text);
std::vector<std::string> characters(std::string_view Text);

std::string floatText(double F);            ///< repr() of a float
std::string quotedText(std::string_view S); ///< repr() of a str
/// json.dumps; `Ascii`: everything else as \uXXXX.
std::string jsonText(std::string_view S, bool Ascii);

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_TEXT_H
