//===- Graphemes.cpp - what a reader sees as one character ----------------===//
//
// The rules of Unicode's annex 29 (GB3 to GB13), as a walk from the cluster's
// beginning that remembers what the longer rules ask for.
//
//===----------------------------------------------------------------------===//
#include "Graphemes.h"
#include "Unicode.h"
#include "Utf8.h"

using namespace sinter::tokenizer;

namespace {

class Walk {
public:
  explicit Walk(char32_t C) { take(C, clusterClassOf(C)); }

  /// Takes the next character unless a boundary is before it.
  bool joins(char32_t C) {
    const Cluster Now = clusterClassOf(C);
    if (!joins(C, Now))
      return false;
    take(C, Now);
    return true;
  }

private:
  bool joins(char32_t C, Cluster Now) const {
    if (Last == Cluster::Control || Now == Cluster::Control)
      return LastPoint == '\r' && C == '\n';
    switch (Now) {
    case Cluster::Extend:
    case Cluster::Linker:
    case Cluster::Joiner:
    case Cluster::Spacing:
      return true;
    default:
      break;
    }
    if (Last == Cluster::Prepend)
      return true;
    switch (Now) {
    case Cluster::Leading:
    case Cluster::OpenSyllable:
    case Cluster::ClosedSyllable:
      return Last == Cluster::Leading;
    case Cluster::Vowel:
      return Last == Cluster::Leading || Last == Cluster::Vowel ||
             Last == Cluster::OpenSyllable;
    case Cluster::Trailing:
      return Last == Cluster::Vowel || Last == Cluster::Trailing ||
             Last == Cluster::OpenSyllable || Last == Cluster::ClosedSyllable;
    case Cluster::Consonant:
      return Linked;
    case Cluster::Pictograph:
      return Last == Cluster::Joiner && JoinerAfterPictograph;
    case Cluster::Regional:
      return OddFlags && Last == Cluster::Regional;
    default:
      return false;
    }
  }

  void take(char32_t C, Cluster Now) {
    // A pictograph, any Extend, a joiner.
    if (Now == Cluster::Joiner)
      JoinerAfterPictograph = Pictograph;
    Pictograph =
        Now == Cluster::Pictograph ||
        (Pictograph && (Now == Cluster::Extend || Now == Cluster::Linker));
    // A consonant, then extenders with at least one linker among them. U+200C
    // is none of those.
    const bool Extends =
        (Now == Cluster::Extend && C != 0x200C) || Now == Cluster::Joiner;
    Linked = (Now == Cluster::Linker && Consonant) || (Linked && Extends);
    Consonant = Now == Cluster::Consonant ||
                (Consonant && (Extends || Now == Cluster::Linker));
    OddFlags = Now == Cluster::Regional && !OddFlags;
    Last = Now;
    LastPoint = C;
  }

  Cluster Last = Cluster::Other;
  char32_t LastPoint = 0;
  bool Pictograph = false, JoinerAfterPictograph = false;
  bool Consonant = false, Linked = false, OddFlags = false;
};

} // namespace

size_t sinter::tokenizer::clusterEnd(std::string_view Text, size_t At) {
  Walk W(nextCodePoint(Text, At));
  for (size_t Next = At;
       At < Text.size() && W.joins(nextCodePoint(Text, Next));)
    At = Next;
  return At;
}
