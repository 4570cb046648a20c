//===- Normalizers.h - one make function a type -----------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_NORMALIZERS_NORMALIZERS_H
#define SINTER_RUNTIME_TOKENIZER_NORMALIZERS_NORMALIZERS_H

#include "../Components.h"
#include "../Utf8.h"

namespace sinter::tokenizer {

std::unique_ptr<Normalizer> makeBert(const JsonView &J);
std::unique_ptr<Normalizer> makeByteLevelNormalizer(const JsonView &J);
std::unique_ptr<Normalizer> makeLowercase(const JsonView &J);
std::unique_ptr<Normalizer> makeNfc(const JsonView &J);
std::unique_ptr<Normalizer> makeNfd(const JsonView &J);
std::unique_ptr<Normalizer> makeNfkc(const JsonView &J);
std::unique_ptr<Normalizer> makeNfkd(const JsonView &J);
std::unique_ptr<Normalizer> makeNmt(const JsonView &J);
std::unique_ptr<Normalizer> makePrecompiled(const JsonView &J);
std::unique_ptr<Normalizer> makePrepend(const JsonView &J);
std::unique_ptr<Normalizer> makeReplace(const JsonView &J);
std::unique_ptr<Normalizer> makeNormalizerSequence(const JsonView &J);
std::unique_ptr<Normalizer> makeStrip(const JsonView &J);
std::unique_ptr<Normalizer> makeStripAccents(const JsonView &J);

/// Puts in place of each character what Append(Out, character) appends.
template <typename Callback>
void mapCharacters(NormalizedText &T, Callback &&Append) {
  std::string Out;
  Out.reserve(T.Text.size());
  size_t First = 0;
  for (size_t At = 0; At < T.Text.size();) {
    const bool Begins = At < T.First;
    Append(Out, nextCodePoint(T.Text, At));
    if (Begins)
      First = Out.size();
  }
  T.Text = std::move(Out);
  T.First = First;
}

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_NORMALIZERS_NORMALIZERS_H
