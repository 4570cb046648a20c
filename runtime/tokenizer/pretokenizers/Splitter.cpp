//===- Splitter.cpp - matched parts and those between ---------------------===//
#include "PreTokenizers.h"

using namespace sinter::tokenizer;

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
    Next(Piece{P.Text.substr(PartBegin, PartEnd - PartBegin), P.Bytes,
               P.Continues && !PartBegin});
}
