//===- Metaspace.cpp - a character that stands for a space ----------------===//
#include "Metaspace.h"
#include "Components.h"
#include "Utf8.h"

using namespace sinter::tokenizer;

std::string sinter::tokenizer::characterOf(const JsonView &J) {
  const std::string &Text = J.string();
  if (Text.empty() || characterLength(Text, 0) != Text.size())
    J.fail("is " + quote(Text) + ": want one character");
  return Text;
}

static Metaspace::Prepend schemeOf(const JsonView &J) {
  struct Row {
    const char *Name;
    Metaspace::Prepend Scheme;
  };
  static constexpr Row Rows[] = {{"always", Metaspace::Prepend::Always},
                                 {"first", Metaspace::Prepend::First},
                                 {"never", Metaspace::Prepend::Never}};
  const auto Scheme = J.find("prepend_scheme");
  return Scheme
             ? rowOf(Rows, *Scheme, Scheme->string(), "prepend_scheme").Scheme
             : Metaspace::Prepend::Always;
}

Metaspace::Metaspace(const JsonView &J)
    : Replacement(characterOf(J.at("replacement"))), Scheme(schemeOf(J)),
      Split(J.booleanOr("split", true)) {
  // str_rep is the replacement once more, from old files.
  J.allowOnly({"type", "replacement", "prepend_scheme", "split",
               "add_prefix_space", "str_rep"});
  if (!J.booleanOr("add_prefix_space", true) && Scheme != Prepend::Never)
    J.fail("add_prefix_space is false but prepend_scheme is not \"never\": set "
           "it to \"never\"");
}
