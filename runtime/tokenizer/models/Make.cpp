//===- Make.cpp - the models that there are -------------------------------===//
#include "Models.h"

using namespace sinter::tokenizer;

/// Old files leave the type out: what only one model has tells it.
static std::string typeOf(const JsonView &J) {
  if (const auto Type = J.find("type"))
    return Type->string();
  if (J.find("merges"))
    return "BPE";
  if (J.find("continuing_subword_prefix"))
    return "WordPiece";
  return J.at("vocab").isArray() ? "Unigram" : "WordLevel";
}

std::unique_ptr<Model> sinter::tokenizer::makeModel(const JsonView &J) {
  struct Row {
    const char *Name;
    std::unique_ptr<Model> (*Make)(const JsonView &);
  };
  static constexpr Row Rows[] = {{"BPE", makeBpe},
                                 {"Unigram", makeUnigram},
                                 {"WordLevel", makeWordLevel},
                                 {"WordPiece", makeWordPiece}};
  return rowOf(Rows, J, typeOf(J), "model").Make(J);
}
