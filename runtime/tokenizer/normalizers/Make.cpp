//===- Make.cpp - the normalizers that there are --------------------------===//
#include "Normalizers.h"

using namespace sinter::tokenizer;

std::unique_ptr<Normalizer>
sinter::tokenizer::makeNormalizer(const JsonView &J) {
  struct Row {
    const char *Name;
    std::unique_ptr<Normalizer> (*Make)(const JsonView &);
  };
  static constexpr Row Rows[] = {{"BertNormalizer", makeBert},
                                 {"ByteLevel", makeByteLevelNormalizer},
                                 {"Lowercase", makeLowercase},
                                 {"NFC", makeNfc},
                                 {"NFD", makeNfd},
                                 {"NFKC", makeNfkc},
                                 {"NFKD", makeNfkd},
                                 {"Nmt", makeNmt},
                                 {"Precompiled", makePrecompiled},
                                 {"Prepend", makePrepend},
                                 {"Replace", makeReplace},
                                 {"Sequence", makeNormalizerSequence},
                                 {"Strip", makeStrip},
                                 {"StripAccents", makeStripAccents}};
  return rowOf(Rows, J, J.at("type").string(), "normalizer").Make(J);
}
