//===- Make.cpp - the models that there are -------------------------------===//
#include "Bpe.h"

using namespace sinter::tokenizer;

std::unique_ptr<Model> sinter::tokenizer::makeModel(const JsonView &J) {
  struct Row {
    const char *Name;
    std::unique_ptr<Model> (*Make)(const JsonView &);
  };
  static constexpr Row Rows[] = {{"BPE", makeBpe}};
  // Old files leave the type out; merges are what only BPE has.
  const std::string Type =
      J.stringOr("type", J.find("merges") ? "BPE" : "without a type");
  return rowOf(Rows, J, Type, "model").Make(J);
}
