//===- Make.cpp - the pre-tokenizers that there are -----------------------===//
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makePreTokenizer(const JsonView &J) {
  struct Row {
    const char *Name;
    std::unique_ptr<PreTokenizer> (*Make)(const JsonView &);
  };
  static constexpr Row Rows[] = {{"ByteLevel", makeByteLevel},
                                 {"Digits", makeDigits},
                                 {"Metaspace", makeMetaspace},
                                 {"Sequence", makeSequence},
                                 {"Split", makeSplit}};
  return rowOf(Rows, J, J.at("type").string(), "pre-tokenizer").Make(J);
}
