//===- Template.h - a parsed chat template ----------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_TEMPLATE_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_TEMPLATE_H

#include "Ast.h"

#include <functional>

namespace sinter::jinja {

class Template {
public:
  explicit Template(std::string_view Source) : Root(parse(Source)) {}

  using Variables = std::vector<std::pair<std::string, Value>>;

  /// `Fill` makes the variables on the rendering's heap. `Now` is what
  /// strftime_now formats. Throws tokenizer::Error.
  std::string render(const std::function<Variables(Heap &)> &Fill,
                     int64_t Now) const;

private:
  NodePtr Root;
};

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_TEMPLATE_H
