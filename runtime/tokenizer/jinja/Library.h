//===- Library.h - filters, tests, methods and functions --------*- C++ -*-===//
#ifndef SINTER_RUNTIME_TOKENIZER_JINJA_LIBRARY_H
#define SINTER_RUNTIME_TOKENIZER_JINJA_LIBRARY_H

#include "Value.h"

#include <optional>

namespace sinter::jinja {

/// The arguments of a call. Each parameter is asked for by its position and
/// name; done() refuses what nobody asked for.
class Arguments {
public:
  std::vector<Value> Positional;
  std::vector<std::pair<std::string, Value>> Named;

  /// Null: not given.
  const Value *get(size_t Position, std::string_view Name);
  const Value &need(size_t Position, std::string_view Name);
  bool flag(size_t Position, std::string_view Name, bool Default);
  int64_t whole(size_t Position, std::string_view Name, int64_t Default);
  std::string text(size_t Position, std::string_view Name, std::string Default);
  void done(std::string_view Callee) const;

private:
  size_t Asked = 0;
  std::vector<bool> NamedAsked;
};

/// What library functions may need of the rendering.
struct Runtime {
  Heap &H;
  int64_t Now;
};

struct FilterRow {
  const char *Name;
  Value (*Apply)(Runtime &R, const Value &V, Arguments &A);
};
/// Null: no such filter. filterNames() lists them for messages.
const FilterRow *findFilter(std::string_view Name);
std::string filterNames();

struct TestRow {
  const char *Name;
  bool (*Holds)(const Value &V, Arguments &A);
};
const TestRow *findTest(std::string_view Name);
std::string testNames();

/// True when some type of value has the method.
bool isMethod(std::string_view Name);
/// True when the value has it, so that .Name gives a method and not an item.
bool hasMethod(const Value &V, std::string_view Name);
Value callMethod(Runtime &R, const Value &Self, const std::string &Name,
                 Arguments &A);

/// range, namespace, dict, raise_exception, strftime_now.
bool isFunction(std::string_view Name);
Value callFunction(Runtime &R, const std::string &Name, Arguments &A);

/// v.Name and v[Key], Undefined when there is none.
Value attribute(Runtime &R, const Value &V, const std::string &Name);
Value item(Runtime &R, const Value &V, const Value &Key);
Value slice(Runtime &R, const Value &V, const Value &From, const Value &To,
            const Value &Step);
/// A path as map(attribute="a.b.0") has it; `Default` stands for what is not
/// there.
Value path(Runtime &R, Value V, const Value &Path,
           const Value *Default = nullptr);

Value add(Runtime &R, const Value &A, const Value &B);
Value binary(Runtime &R, const std::string &Operator, const Value &A,
             const Value &B);
Value negative(const Value &V);
Value remainder(const Value &A, const Value &B);
bool contains(const Value &In, const Value &V);
bool compare(const std::string &Operator, const Value &A, const Value &B);

/// str() with what means something in HTML escaped, unless it is marked safe.
std::string escaped(const Value &V);

std::string toJson(const Value &V, Arguments &A);

[[noreturn]] void failType(const char *What, const Value &V);

} // namespace sinter::jinja

#endif // SINTER_RUNTIME_TOKENIZER_JINJA_LIBRARY_H
