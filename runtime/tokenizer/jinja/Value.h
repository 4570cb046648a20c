//===- Value.h - what a chat template computes with -------------*- C++ -*-===//
//
// Python's values as far as Jinja templates see them. Strings are shared and
// constant; lists, dictionaries and the like belong to the Heap of one
// rendering and die with it, so that cycles through a namespace do no harm.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_VALUE_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_VALUE_H

#include "Meter.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sinter::jinja {

enum class Kind : uint8_t {
  Undefined, ///< prints as nothing; most uses are errors that name it
  None,
  Bool,
  Int,
  Float,
  String,
  List,
  Tuple,
  Dict,
  Range,     ///< range(): a ListObject, as the next four
  Generator, ///< map, select ...: runs once
  Keys,      ///< a dictionary's keys()
  Values,
  Items,
  Namespace,
  Loop,     ///< the variable `loop`
  Method,   ///< a method of a value, not called yet
  Macro,    ///< {% macro %}, or the body of a {% call %}
  Function, ///< range, namespace ...
};

struct Object {
  virtual ~Object() = default;
};
struct ListObject;
struct DictObject;

class Value {
public:
  Value() : Type(Kind::Undefined), Whole(0) {}
  static Value undefined(std::string What);
  static Value none() { return Value(Kind::None); }
  static Value boolean(bool B) {
    Value V(Kind::Bool);
    V.Whole = B;
    return V;
  }
  static Value integer(int64_t I) {
    Value V(Kind::Int);
    V.Whole = I;
    return V;
  }
  static Value real(double F) {
    Value V(Kind::Float);
    V.Real = F;
    return V;
  }
  static Value string(std::string S);
  /// What |safe gives: + escapes what it is added to.
  static Value safe(std::string S) {
    Value V = string(std::move(S));
    V.Safe = true;
    return V;
  }
  static Value object(Kind K, Object *O) {
    Value V(K);
    V.Thing = O;
    return V;
  }

  Kind kind() const { return Type; }
  bool is(Kind K) const { return Type == K; }
  bool isList() const { return Type == Kind::List || Type == Kind::Tuple; }
  /// Kept as a ListObject.
  bool hasItems() const {
    return Type >= Kind::List && Type <= Kind::Items && Type != Kind::Dict;
  }
  bool isView() const { return Type >= Kind::Keys && Type <= Kind::Items; }
  bool isSafe() const { return Safe; }
  bool isNumber() const {
    return Type == Kind::Int || Type == Kind::Float || Type == Kind::Bool;
  }
  bool isWhole() const { return Type == Kind::Int || Type == Kind::Bool; }

  int64_t whole() const { return Whole; }
  double real() const {
    return Type == Kind::Float ? Real : static_cast<double>(Whole);
  }
  const std::string &text() const { return *Text; }
  Object *object() const { return Thing; }
  std::vector<Value> &items() const; ///< where hasItems()
  DictObject &dict() const;

  bool truth() const;
  /// How Python calls the type: "str", "list" ...
  const char *typeName() const;
  /// What an undefined value was to be.
  std::string what() const { return Text ? *Text : "a value"; }

private:
  explicit Value(Kind K) : Type(K), Whole(0) {}
  Kind Type;
  bool Safe = false; ///< of a string
  union {
    int64_t Whole;
    double Real;
    Object *Thing;
  };
  std::shared_ptr<const std::string> Text;
};

struct ListObject : Object {
  std::vector<Value> Items;
};

struct RangeObject : ListObject {
  int64_t From, To, Step;
};

/// In order of insertion.
struct DictObject : Object {
  std::vector<std::pair<Value, Value>> Items;
  const Value *find(const Value &Key) const; ///< null: not there
  const Value *find(std::string_view Key) const;
  void set(const Value &Key, Value V); ///< throws for keys of a wrong type

private:
  std::unordered_map<std::string, size_t> Index;
};

/// A method of Self that has not been called.
struct MethodObject : Object {
  Value Self;
  std::string Name;
};

/// Owns what one rendering makes and bounds it.
class Heap {
public:
  template <typename T> T *make() {
    if (Objects.size() >= MaxObjects)
      fail("makes more than 1000000 lists and dictionaries");
    Objects.push_back(std::make_unique<T>());
    return static_cast<T *>(Objects.back().get());
  }
  Value list(std::vector<Value> Items, Kind K = Kind::List);
  /// A JSON value. Numbers past 64 bits become floats.
  Value fromJson(const nlohmann::ordered_json &J);

private:
  static constexpr size_t MaxObjects = 1'000'000;
  static constexpr size_t MaxAllItems = 10'000'000;
  size_t AllItems = 0; ///< of all lists: they stay until the end
  std::vector<std::unique_ptr<Object>> Objects;
};

/// Text and lists no longer than this come into being.
inline constexpr size_t MaxText = size_t(64) << 20;
inline constexpr size_t MaxItems = 4'000'000;

bool equal(const Value &A, const Value &B, int Depth = 0);
/// Less than, for numbers, strings and lists; an error for others.
bool less(const Value &A, const Value &B, int Depth = 0);

/// Bytes or items, for the meter.
size_t size(const Value &V);

/// str(): what {{ ... }} writes. repr(): how it looks inside a list.
std::string str(const Value &V);
std::string repr(const Value &V, int Depth = 0);

/// The items that a for loop sees: of lists, keys, characters. A generator is
/// empty after it. An error for what does not iterate.
std::vector<Value> iterate(const Value &V);

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_VALUE_H
