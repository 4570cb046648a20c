//===- Graphemes.h - what a reader sees as one character --------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_GRAPHEMES_H
#define SINTER_RUNTIME_TOKENIZER_GRAPHEMES_H

#include <cstddef>
#include <string_view>

namespace sinter::tokenizer {

/// Where the extended grapheme cluster that begins at `At` (< size) ends. The
/// text is valid UTF-8 and no cluster goes on at `At`.
size_t clusterEnd(std::string_view Text, size_t At);

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_GRAPHEMES_H
