//===- Make.cpp - the pre-tokenizers that there are -----------------------===//
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

std::unique_ptr<PreTokenizer>
sinter::tokenizer::makePreTokenizer(const JsonView &J) {
  struct Row {
    const char *Name;
    std::unique_ptr<PreTokenizer> (*Make)(const JsonView &);
  };
  static constexpr Row Rows[] = {{"BertPreTokenizer", makeBertWords},
                                 {"ByteLevel", makeByteLevel},
                                 {"CharDelimiterSplit", makeDelimiter},
                                 {"Digits", makeDigits},
                                 {"FixedLength", makeFixedLength},
                                 {"Metaspace", makeMetaspace},
                                 {"Punctuation", makePunctuation},
                                 {"Sequence", makeSequence},
                                 {"Split", makeSplit},
                                 {"UnicodeScripts", makeScripts},
                                 {"Whitespace", makeWhitespace},
                                 {"WhitespaceSplit", makeWhitespaceSplit}};
  return rowOf(Rows, J, J.at("type").string(), "pre-tokenizer").Make(J);
}
