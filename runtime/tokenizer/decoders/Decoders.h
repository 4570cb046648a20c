//===- Decoders.h - one make function a file --------------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_DECODERS_DECODERS_H
#define SINTER_RUNTIME_TOKENIZER_DECODERS_DECODERS_H

#include "../Components.h"

namespace sinter::tokenizer {

std::unique_ptr<Decoder> makeByteLevelDecoder(const JsonView &J);
std::unique_ptr<Decoder> makeFuse(const JsonView &J);
std::unique_ptr<Decoder> makeDecoderSequence(const JsonView &J);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_DECODERS_DECODERS_H
