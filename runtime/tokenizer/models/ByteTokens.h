//===- ByteTokens.h - the tokens <0x00> to <0xFF> ---------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_MODELS_BYTETOKENS_H
#define SINTER_RUNTIME_TOKENIZER_MODELS_BYTETOKENS_H

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sinter::tokenizer {

/// What stands for text that a vocabulary does not have.
class ByteTokens {
public:
  template <typename Tokens> explicit ByteTokens(const Tokens &Vocabulary) {
    static constexpr char Hex[] = "0123456789ABCDEF";
    for (unsigned B = 0; B < 256; ++B)
      Of[B] =
          Vocabulary.idOf(std::string("<0x") + Hex[B >> 4] + Hex[B & 15] + ">");
  }

  /// Appends a token for each byte; false, and nothing done, when the
  /// vocabulary lacks one.
  template <typename List> bool append(std::string_view Text, List &Out) const {
    for (const char C : Text)
      if (Of[static_cast<uint8_t>(C)] < 0)
        return false;
    for (const char C : Text)
      Out.push_back(
          static_cast<typename List::value_type>(Of[static_cast<uint8_t>(C)]));
    return true;
  }

private:
  std::array<int64_t, 256> Of; ///< ids, -1: none
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_MODELS_BYTETOKENS_H
