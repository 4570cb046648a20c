//===- StopFilter.cpp - stop strings in streamed text ---------------------===//
#include "StopFilter.h"

#include <algorithm>

using namespace sinter::run;

std::string StopFilter::push(const std::string &Piece) {
  if (Found)
    return {};
  Held += Piece;
  // The one that is complete first, however the text was cut; of those that
  // end together the longest.
  size_t First = std::string::npos, End = std::string::npos;
  for (const std::string &Stop : Stops) {
    const size_t At = Held.find(Stop);
    if (At == std::string::npos)
      continue;
    if (At + Stop.size() < End || (At + Stop.size() == End && At < First)) {
      First = At;
      End = At + Stop.size();
    }
  }
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
