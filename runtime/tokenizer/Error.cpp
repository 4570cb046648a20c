//===- Error.cpp - how the tokenizer refuses ------------------------------===//
#include "Error.h"
#include "Utf8.h"

#include <cstring>

using namespace sinter::tokenizer;

/// The most bytes <= Max that end on a character boundary of valid UTF-8.
static size_t cut(std::string_view Text, size_t Max) {
  if (Text.size() <= Max)
    return Text.size();
  while (Max && (static_cast<unsigned char>(Text[Max]) & 0xC0) == 0x80)
    --Max;
  return Max;
}

std::string sinter::tokenizer::quote(std::string_view Text, size_t MaxBytes) {
  const size_t Size = cut(Text, MaxBytes);
  std::string Out = "\"";
  for (size_t I = 0; I < Size;) {
    const unsigned char C = Text[I];
    const size_t Length = characterLength(Text, I);
    if (C == '"' || C == '\\') {
      Out += '\\';
      Out += static_cast<char>(C);
    } else if (C < 0x20 || C == 0x7F || !Length) {
      const char *Hex = "0123456789abcdef";
      Out += "\\x";
      Out += Hex[C >> 4];
      Out += Hex[C & 15];
    } else {
      Out.append(Text, I, Length);
    }
    I += Length ? Length : 1;
  }
  return Out += Size < Text.size() ? "...\"" : "\"";
}

sinter_status sinter::tokenizer::report(sinter_error *Out, sinter_status Status,
                                        std::string_view Message) noexcept {
  if (!Out)
    return Status;
  Out->status = Status;
  const size_t Size = cut(Message, sizeof(Out->message) - 1);
  std::memcpy(Out->message, Message.data(), Size);
  for (size_t I = 0; I < Size; ++I)
    if (static_cast<unsigned char>(Out->message[I]) < 0x20)
      Out->message[I] = ' ';
  Out->message[Size] = 0;
  return Status;
}
