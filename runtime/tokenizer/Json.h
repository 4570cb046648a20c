//===- Json.h - strict reading of JSON files --------------------*- C++ -*-===//
//
// A value together with the place where it stands, so that each refusal names
// the file and the path: tokenizer.json: model.merges[3]: want a string.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_JSON_H
#define SINTER_RUNTIME_TOKENIZER_JSON_H

#include "Error.h"

#include <nlohmann/json.hpp>

#include <initializer_list>
#include <optional>

namespace sinter::tokenizer {

/// Parses a whole file. Checks UTF-8, size and nesting first: the parser's own
/// structures are then never deep.
nlohmann::json parseJson(const char *File, std::string_view Text);
/// The same with members in the order of the text.
nlohmann::ordered_json parseOrderedJson(const char *File,
                                        std::string_view Text);

class JsonView {
public:
  /// `Place` begins every message: the file's name.
  JsonView(const nlohmann::json &Value, std::string Place)
      : Value(&Value), Place(std::move(Place)) {}

  const std::string &place() const { return Place; }
  const nlohmann::json &raw() const { return *Value; }
  bool isNull() const { return Value->is_null(); }
  bool isString() const { return Value->is_string(); }
  bool isObject() const { return Value->is_object(); }
  bool isArray() const { return Value->is_array(); }

  /// A member; missing ones and null are refused or give nothing.
  JsonView at(const char *Key) const;
  std::optional<JsonView> find(const char *Key) const;

  size_t size() const; ///< of an array
  JsonView element(size_t Index) const;

  const std::string &string() const;
  bool boolean() const;
  int64_t integer(int64_t Least, int64_t Most) const;

  /// The member's value, or `Default` when it is missing or null.
  bool booleanOr(const char *Key, bool Default) const;
  std::string stringOr(const char *Key, std::string Default) const;

  /// Refuses members other than these: what is not read is not honoured.
  void allowOnly(std::initializer_list<const char *> Keys) const;

  [[noreturn]] void fail(const std::string &What) const {
    bad(Place + ": " + What);
  }
  [[noreturn]] void failUnsupported(const std::string &What) const {
    unsupported(Place + ": " + What);
  }

private:
  void want(bool Right, const char *Kind) const;
  const nlohmann::json *Value;
  std::string Place;
};

} // namespace sinter::tokenizer

#endif // SINTER_RUNTIME_TOKENIZER_JSON_H
