//===- Case.h - Python's upper, lower and title case ------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_CASE_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_CASE_H

#include <string>
#include <string_view>

namespace sinter::jinja {

std::string upper(std::string_view Text);
std::string lower(std::string_view Text);
std::string capitalize(std::string_view Text);
std::string titleMethod(std::string_view Text); ///< str.title()
std::string titleFilter(std::string_view Text); ///< Jinja's |title

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_CASE_H
