//===- Splitter.cpp - matched parts and those between ---------------------===//
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

Behavior sinter::tokenizer::behaviorOf(const JsonView &J) {
  struct Row {
    const char *Name;
    Behavior How;
  };
  static constexpr Row Rows[] = {
      {"Removed", Behavior::Removed},
      {"Isolated", Behavior::Isolated},
      {"MergedWithPrevious", Behavior::MergedWithPrevious},
      {"MergedWithNext", Behavior::MergedWithNext},
      {"Contiguous", Behavior::Contiguous}};
  return rowOf(Rows, J, J.string(), "behavior").How;
}

void Splitter::part(size_t PartBegin, size_t PartEnd, bool Matched) {
  bool Grows = false;
  switch (How) {
  case Behavior::Removed:
    if (!Matched)
      emit(PartBegin, PartEnd);
    return;
  case Behavior::Isolated:
    emit(PartBegin, PartEnd);
    return;
  case Behavior::MergedWithPrevious:
    Grows = Matched && !LastMatched;
    break;
  case Behavior::MergedWithNext:
    Grows = !Matched && LastMatched;
    break;
  case Behavior::Contiguous:
    Grows = Matched == LastMatched;
    break;
  }
  LastMatched = Matched;
  if (Pending && Grows) {
    End = PartEnd;
    return;
  }
  finish();
  Pending = true;
  Begin = PartBegin;
  End = PartEnd;
}

void Splitter::finish() {
  if (Pending)
    emit(Begin, End);
  Pending = false;
}

void Splitter::emit(size_t PartBegin, size_t PartEnd) {
  if (PartBegin < PartEnd)
    Next(P.sub(PartBegin, PartEnd));
}
