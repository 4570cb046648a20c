//===- Make.cpp - the decoders that there are -----------------------------===//
#include "Decoders.h"

using namespace sinter::tokenizer;

std::unique_ptr<Decoder> sinter::tokenizer::makeDecoder(const JsonView &J) {
  struct Row {
    const char *Name;
    std::unique_ptr<Decoder> (*Make)(const JsonView &);
  };
  static constexpr Row Rows[] = {{"BPEDecoder", makeBpeSuffix},
                                 {"ByteFallback", makeByteFallback},
                                 {"ByteLevel", makeByteLevelDecoder},
                                 {"CTC", makeCtc},
                                 {"Fuse", makeFuse},
                                 {"Metaspace", makeMetaspaceDecoder},
                                 {"Replace", makeReplaceDecoder},
                                 {"Sequence", makeDecoderSequence},
                                 {"Strip", makeStripDecoder},
                                 {"WordPiece", makeWordPieceDecoder}};
  return rowOf(Rows, J, J.at("type").string(), "decoder").Make(J);
}
