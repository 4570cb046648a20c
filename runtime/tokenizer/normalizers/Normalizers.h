//===- Normalizers.h - one make function a file -----------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_NORMALIZERS_NORMALIZERS_H
#define SINTER_RUNTIME_TOKENIZER_NORMALIZERS_NORMALIZERS_H

#include "../Components.h"

namespace sinter::tokenizer {

std::unique_ptr<Normalizer> makeNfc(const JsonView &J);
std::unique_ptr<Normalizer> makePrepend(const JsonView &J);
std::unique_ptr<Normalizer> makeReplace(const JsonView &J);
std::unique_ptr<Normalizer> makeNormalizerSequence(const JsonView &J);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_NORMALIZERS_NORMALIZERS_H
