//===- Nfc.cpp - canonical composition ------------------------------------===//
//
// utf8proc does the work between the code points that the judge's older tables
// do not know to decompose or combine; those pass through and keep their
// neighbours apart.
//
//===----------------------------------------------------------------------===//
#include "../Unicode.h"
#include "../Utf8.h"
#include "Normalizers.h"

#include <utf8proc.h>

#include <cstdlib>

using namespace sinter::tokenizer;

namespace {

/// True when the code point can change nothing: it is its own composed form,
/// does not reorder and composes with nothing before it. (It may begin a
/// composition; then what follows is not inert.)
bool isInert(char32_t C) {
  if (C < 0xC0)
    return true;
  const auto *P = utf8proc_get_property(static_cast<utf8proc_int32_t>(C));
  const bool JamoTail = C >= 0x1160 && C <= 0x11FF;
  return !P->comp_exclusion && !JamoTail &&
         P->category != UTF8PROC_CATEGORY_MN &&
         P->category != UTF8PROC_CATEGORY_MC &&
         P->category != UTF8PROC_CATEGORY_ME;
}

void appendComposed(std::string &Out, std::string_view Text) {
  if (Text.empty())
    return;
  utf8proc_uint8_t *Composed = nullptr;
  const utf8proc_ssize_t Size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t *>(Text.data()),
      static_cast<utf8proc_ssize_t>(Text.size()), &Composed,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void *)> Owner(Composed,
                                                                  std::free);
  if (Size == UTF8PROC_ERROR_NOMEM)
    throw std::bad_alloc();
  if (Size < 0)
    bad(std::string("NFC: ") + utf8proc_errmsg(Size));
  Out.append(reinterpret_cast<const char *>(Composed),
             static_cast<size_t>(Size));
}

class Nfc final : public Normalizer {
public:
  void normalize(NormalizedText &T, Scratch &) const override {
    std::string &Text = T.Text;
    bool Inert = true;
    for (size_t At = 0; At < Text.size() && Inert;)
      Inert = isInert(nextCodePoint(Text, At));
    if (Inert)
      return;
    std::string Out;
    Out.reserve(Text.size());
    const std::string_view View = Text;
    size_t Begin = 0;
    for (size_t At = 0; At < View.size();) {
      const size_t Here = At;
      if (!isNfcOpaque(nextCodePoint(View, At)))
        continue;
      appendComposed(Out, View.substr(Begin, Here - Begin));
      Out += View.substr(Here, At - Here);
      Begin = At;
    }
    appendComposed(Out, View.substr(Begin));
    Text = std::move(Out);
  }
};

} // namespace

std::unique_ptr<Normalizer> sinter::tokenizer::makeNfc(const JsonView &J) {
  J.allowOnly({"type"});
  return std::make_unique<Nfc>();
}
