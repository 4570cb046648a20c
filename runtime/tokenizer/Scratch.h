//===- Scratch.h - what one encode call writes to ---------------*- C++ -*-===//
//
// A tokenizer is constant; whatever changes while it works is here. The
// tokenizer keeps the used ones, so that memory and cached words stay.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_SCRATCH_H
#define SINTER_RUNTIME_TOKENIZER_SCRATCH_H

#include "Regex.h"
#include "WordCache.h"

#include <memory>

namespace sinter::tokenizer {

/// A symbol of a word that is being merged, linked to its neighbours.
struct Symbol {
  uint32_t Id;
  int32_t Prev, Next; ///< -1: none
  uint32_t Alive;
};

/// A merge that may be due; the smallest goes first.
struct DueMerge {
  uint32_t Rank, Position, NewId;
};

/// The best way to a place of a text: its score, the last token and where that
/// begins.
struct BestPath {
  double Score;
  uint32_t Begin, Id;
};

struct Scratch {
  RegexScratch Regex;
  WordCache Words[2];          ///< of pieces of text, of pieces of bytes
  std::vector<uint32_t> Short; ///< symbols of a short word
  std::vector<uint32_t> Ranks; ///< of the merge with the next symbol
  std::vector<Symbol> Symbols;
  std::vector<DueMerge> Heap;
  std::vector<BestPath> Best;
  std::vector<uint32_t> Path;
  std::string Text;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_SCRATCH_H
