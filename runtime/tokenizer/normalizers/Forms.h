//===- Forms.h - the four normalization forms of Unicode --------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_NORMALIZERS_FORMS_H
#define SINTER_RUNTIME_TOKENIZER_NORMALIZERS_FORMS_H

#include "../Components.h"

namespace sinter::tokenizer {

enum class Form { Nfc, Nfd, Nfkc, Nfkd };

void applyForm(Form F, NormalizedText &T);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_NORMALIZERS_FORMS_H
