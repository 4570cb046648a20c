//===- StopFilter.cpp - stop strings in streamed text ---------------------===//
#include "StopFilter.h"

#include <algorithm>

using namespace sinter::run;

std::string StopFilter::push(const std::string &Piece) {
  if (Found)
    return {};
  Held += Piece;
  size_t First = std::string::npos;
  for (const std::string &Stop : Stops)
    First = std::min(First, Held.find(Stop));
  size_t Shown = First;
  if (First != std::string::npos) {
    Found = true;
  } else {
    // Hold back the longest end that begins a stop string.
    size_t Longest = 0;
    for (const std::string &Stop : Stops)
      for (size_t N = std::min(Stop.size() - 1, Held.size()); N > Longest; --N)
        if (!Held.compare(Held.size() - N, N, Stop, 0, N))
          Longest = N;
    Shown = Held.size() - Longest;
  }
  std::string Out = Held.substr(0, Shown);
  Held.erase(0, Found ? Held.size() : Shown);
  return Out;
}

std::string StopFilter::finish() {
  std::string Out;
  std::swap(Out, Held);
  return Out;
}
