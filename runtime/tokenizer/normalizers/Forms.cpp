//===- Forms.cpp - the four normalization forms of Unicode ----------------===//
//
// utf8proc's tables do the work between the code points that the judge's older
// tables do not know to decompose or combine; those pass through and keep their
// neighbours apart. Marks are sorted here: a run of n takes n log n.
//
//===----------------------------------------------------------------------===//
#include "Forms.h"
#include "../Unicode.h"
#include "../Utf8.h"
#include "Normalizers.h"

#include <utf8proc.h>

#include <algorithm>
#include <tuple>

using namespace sinter::tokenizer;

namespace {

bool composes(Form F) { return F == Form::Nfc || F == Form::Nfkc; }
bool isCompatible(Form F) { return F == Form::Nfkc || F == Form::Nfkd; }

bool isOpaque(Form F, char32_t C) {
  return isNfcOpaque(C) || (isCompatible(F) && isNfkcOpaque(C));
}

/// True when the code point can change nothing: it is its own form, does not
/// reorder and composes with nothing before it. (It may begin a composition;
/// then what follows is not inert.)
bool isInert(Form F, char32_t C) {
  if (C < 0x80)
    return true;
  const auto *P = utf8proc_get_property(static_cast<utf8proc_int32_t>(C));
  if (P->category == UTF8PROC_CATEGORY_MN ||
      P->category == UTF8PROC_CATEGORY_MC ||
      P->category == UTF8PROC_CATEGORY_ME)
    return false;
  if (composes(F) && C >= 0x1160 && C <= 0x11FF) // may join a Hangul syllable
    return false;
  // A compatibility decomposition is nothing to the canonical forms.
  if (P->decomp_type && !isCompatible(F))
    return true;
  // Latin letters that become what they were; the others are just slower.
  if (composes(F) && !P->decomp_type &&
      (C < 0x180 || (C >= 0x1E00 && C <= 0x1EFF && C != 0x1E9B)))
    return true;
  if (!composes(F) && C >= 0xAC00 && C <= 0xD7A3)
    return false;
  return P->decomp_seqindex == UINT16_MAX;
}

class Transformer {
public:
  Transformer(Form F, std::string &Out) : F(F), Out(Out) {}

  /// Text up to an inert character; opaque ones stand alone.
  void run(std::string_view Text) {
    size_t Begin = 0;
    for (size_t At = 0; At < Text.size();) {
      const size_t Here = At;
      if (!isOpaque(F, nextCodePoint(Text, At)))
        continue;
      closed(Text.substr(Begin, Here - Begin));
      Out += Text.substr(Here, At - Here);
      Begin = At;
    }
    closed(Text.substr(Begin));
  }

private:
  static int classOf(utf8proc_int32_t C) {
    return utf8proc_get_property(C)->combining_class;
  }

  /// Text whose neighbours take no part.
  void closed(std::string_view Text) {
    Points.clear();
    const auto Options =
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                                       (isCompatible(F) ? UTF8PROC_COMPAT : 0));
    for (size_t At = 0; At < Text.size();) {
      utf8proc_int32_t Parts[32]; // the longest decomposition has 18
      int Unused = 0;
      const auto Count = utf8proc_decompose_char(
          static_cast<utf8proc_int32_t>(nextCodePoint(Text, At)), Parts, 32,
          Options, &Unused);
      if (Count < 0 || Count > 32)
        bad("a character's decomposition is too long");
      Points.insert(Points.end(), Parts, Parts + Count);
    }
    for (auto It = Points.begin(); It != Points.end();) {
      const auto Marks = std::find_if(It, Points.end(), classOf);
      It = std::find_if_not(Marks, Points.end(), classOf);
      sortMarks(Marks, It);
    }
    auto Size = static_cast<utf8proc_ssize_t>(Points.size());
    if (composes(F))
      Size = utf8proc_normalize_utf32(
          Points.data(), Size,
          static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (Size < 0)
      bad(std::string("Unicode normalization: ") + utf8proc_errmsg(Size));
    for (utf8proc_ssize_t I = 0; I < Size; ++I)
      appendCodePoint(Out, static_cast<char32_t>(Points[I]));
  }

  /// By their class; those of the same keep their order.
  void sortMarks(std::vector<utf8proc_int32_t>::iterator Begin,
                 std::vector<utf8proc_int32_t>::iterator End) {
    Marks.clear();
    for (auto It = Begin; It != End; ++It)
      Marks.push_back({classOf(*It), It - Begin, *It});
    std::sort(Marks.begin(), Marks.end());
    for (const auto &[Class, Place, Point] : Marks)
      *Begin++ = Point;
  }

  const Form F;
  std::string &Out;
  std::vector<utf8proc_int32_t> Points;
  std::vector<std::tuple<int, ptrdiff_t, utf8proc_int32_t>> Marks;
};

std::string formOf(Form F, std::string_view Text) {
  std::string Out;
  Out.reserve(Text.size());
  Transformer T(F, Out);
  size_t Done = 0;
  for (size_t At = 0; At < Text.size();) {
    // An inert character, which the next may join, and those that are not.
    const size_t Inert = At;
    bool Changes = !isInert(F, nextCodePoint(Text, At));
    const size_t Begin = Inert;
    if (!Changes && At < Text.size()) {
      size_t Next = At;
      Changes = !isInert(F, nextCodePoint(Text, Next));
    }
    if (!Changes)
      continue;
    for (size_t Next = At;
         Next < Text.size() && !isInert(F, nextCodePoint(Text, Next));)
      At = Next;
    Out += Text.substr(Done, Begin - Done);
    T.run(Text.substr(Begin, At - Begin));
    Done = At;
  }
  Out += Text.substr(Done);
  return Out;
}

class FormNormalizer final : public Normalizer {
public:
  FormNormalizer(Form F, const JsonView &J) : F(F) { J.allowOnly({"type"}); }
  void normalize(NormalizedText &T, Scratch &) const override {
    applyForm(F, T);
  }

private:
  const Form F;
};

} // namespace

void sinter::tokenizer::applyForm(Form F, NormalizedText &T) {
  std::string Out = formOf(F, T.Text);
  if (T.First) {
    // As many characters as the first one alone becomes.
    const std::string Alone =
        formOf(F, std::string_view(T.Text).substr(0, T.First));
    T.First = 0;
    for (size_t At = 0; At < Alone.size() && T.First < Out.size();) {
      nextCodePoint(Alone, At);
      nextCodePoint(Out, T.First);
    }
  }
  T.Text = std::move(Out);
}

std::unique_ptr<Normalizer> sinter::tokenizer::makeNfc(const JsonView &J) {
  return std::make_unique<FormNormalizer>(Form::Nfc, J);
}
std::unique_ptr<Normalizer> sinter::tokenizer::makeNfd(const JsonView &J) {
  return std::make_unique<FormNormalizer>(Form::Nfd, J);
}
std::unique_ptr<Normalizer> sinter::tokenizer::makeNfkc(const JsonView &J) {
  return std::make_unique<FormNormalizer>(Form::Nfkc, J);
}
std::unique_ptr<Normalizer> sinter::tokenizer::makeNfkd(const JsonView &J) {
  return std::make_unique<FormNormalizer>(Form::Nfkd, J);
}
