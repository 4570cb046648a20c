//===- Piece.h - what flows through the tokenizer ---------------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_PIECE_H
#define SINTER_RUNTIME_TOKENIZER_PIECE_H

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sinter::tokenizer {

using Ids = std::vector<int64_t>;

/// A part of the text on its way through the pre-tokenizers to the model.
struct Piece {
  /// Valid UTF-8 unless Bytes is set.
  std::string_view Text;
  /// ByteLevel has seen it: each byte stands for one of its 256 characters.
  /// They are written out only when someone asks for them as text.
  bool Bytes = false;
  /// The text goes on here after bytes that were no characters: no space is
  /// put in front.
  bool Continues = false;
  /// How many bytes at the beginning come from the first character of the whole
  /// text; 0: the piece does not begin the text.
  size_t First = 0;

  /// A part of this piece.
  Piece sub(size_t Begin, size_t End) const {
    return {Text.substr(Begin, End - Begin), Bytes, Continues && !Begin,
            Begin < First ? std::min(First, End) - Begin : 0};
  }
};

/// A reference to a callable that lives longer than the call.
template <typename Signature> class FunctionRef;
template <typename Result, typename... Args>
class FunctionRef<Result(Args...)> {
public:
  template <
      typename Callable,
      typename = std::enable_if_t<!std::is_same_v<
          std::remove_cv_t<std::remove_reference_t<Callable>>, FunctionRef>>>
  FunctionRef(Callable &&C)
      : Object(
            const_cast<void *>(static_cast<const void *>(std::addressof(C)))),
        Call([](void *Object, Args... A) -> Result {
          return (*static_cast<std::remove_reference_t<Callable> *>(Object))(
              static_cast<Args &&>(A)...);
        }) {}
  Result operator()(Args... A) const {
    return Call(Object, static_cast<Args &&>(A)...);
  }

private:
  void *Object;
  Result (*Call)(void *, Args...);
};

using PieceSink = FunctionRef<void(const Piece &)>;

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_PIECE_H
