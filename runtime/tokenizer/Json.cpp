//===- Json.cpp - strict reading of JSON files ----------------------------===//
#include "Json.h"
#include "Utf8.h"

#include <cstring>

using namespace sinter::tokenizer;
using nlohmann::json;

static constexpr size_t MaxBytes = size_t(1) << 30;
static constexpr int MaxDepth = 64;

/// Refuses deep nesting before anything is built.
static void checkDepth(const char *File, std::string_view Text) {
  int Depth = 0;
  bool InString = false;
  for (size_t I = 0; I < Text.size(); ++I) {
    const char C = Text[I];
    if (InString) {
      if (C == '\\')
        ++I;
      else if (C == '"')
        InString = false;
    } else if (C == '"') {
      InString = true;
    } else if (C == '{' || C == '[') {
      if (++Depth > MaxDepth)
        bad(std::string(File) + ": nested deeper than " +
            std::to_string(MaxDepth) + " levels at byte " + std::to_string(I));
    } else if (C == '}' || C == ']') {
      --Depth;
    }
  }
}

template <typename Json>
static Json parse(const char *File, std::string_view Text) {
  if (Text.size() > MaxBytes)
    bad(std::string(File) + ": larger than 1 GiB");
  if (const size_t Valid = validPrefix(Text); Valid != Text.size())
    bad(std::string(File) + ": not UTF-8 at byte " + std::to_string(Valid));
  checkDepth(File, Text);
  try {
    return Json::parse(Text.begin(), Text.end());
  } catch (const nlohmann::json::exception &E) {
    // "[json.exception...] parse error at line 1, column 2: ...": its middle.
    const char *What = std::strstr(E.what(), "] ");
    bad(std::string(File) + ": " + (What ? What + 2 : E.what()));
  }
}

json sinter::tokenizer::parseJson(const char *File, std::string_view Text) {
  return parse<json>(File, Text);
}

nlohmann::ordered_json
sinter::tokenizer::parseOrderedJson(const char *File, std::string_view Text) {
  return parse<nlohmann::ordered_json>(File, Text);
}

void JsonView::want(bool Right, const char *Kind) const {
  if (!Right)
    fail(std::string("want ") + Kind + ", found " + Value->type_name());
}

std::optional<JsonView> JsonView::find(const char *Key) const {
  want(Value->is_object(), "an object");
  const auto It = Value->find(Key);
  if (It == Value->end() || It->is_null())
    return std::nullopt;
  // "tokenizer.json" + ": " + "model" + "." + "merges"
  const bool Root = Place.find(": ") == std::string::npos;
  return JsonView(*It, Place + (Root ? ": " : ".") + Key);
}

JsonView JsonView::at(const char *Key) const {
  if (auto Member = find(Key))
    return *Member;
  fail(std::string("has no \"") + Key + "\"");
}

size_t JsonView::size() const {
  want(Value->is_array(), "an array");
  return Value->size();
}

JsonView JsonView::element(size_t Index) const {
  return JsonView((*Value)[Index], Place + "[" + std::to_string(Index) + "]");
}

const std::string &JsonView::string() const {
  want(Value->is_string(), "a string");
  return Value->get_ref<const std::string &>();
}

bool JsonView::boolean() const {
  want(Value->is_boolean(), "true or false");
  return Value->get<bool>();
}

int64_t JsonView::integer(int64_t Least, int64_t Most) const {
  want(Value->is_number_integer(), "a whole number");
  const bool Fits = !Value->is_number_unsigned() ||
                    Value->get<uint64_t>() <= uint64_t(INT64_MAX);
  const int64_t Number = Fits ? Value->get<int64_t>() : 0;
  if (!Fits || Number < Least || Number > Most)
    fail("is " + Value->dump() + ": must be " + std::to_string(Least) + " to " +
         std::to_string(Most));
  return Number;
}

bool JsonView::booleanOr(const char *Key, bool Default) const {
  const auto Member = find(Key);
  return Member ? Member->boolean() : Default;
}

std::string JsonView::stringOr(const char *Key, std::string Default) const {
  const auto Member = find(Key);
  return Member ? Member->string() : Default;
}

void JsonView::allowOnly(std::initializer_list<const char *> Keys) const {
  want(Value->is_object(), "an object");
  for (const auto &Member : Value->items()) {
    bool Known = false;
    for (const char *Key : Keys)
      Known |= Member.key() == Key;
    if (!Known && !Member.value().is_null())
      failUnsupported("member " + quote(Member.key()) +
                      " is not known to this version");
  }
}
