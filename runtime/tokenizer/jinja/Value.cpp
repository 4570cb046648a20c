//===- Value.cpp - what a chat template computes with ---------------------===//
#include "Value.h"
#include "Text.h"

#include <cmath>

using namespace sinter::jinja;

thread_local Meter *Meter::Current = nullptr;

static constexpr int MaxDepth = 64;

static void checkDepth(int Depth) {
  if (Depth > MaxDepth)
    fail("a value nested deeper than 64 levels");
}

Value Value::undefined(std::string What) {
  Value V;
  V.Text = std::make_shared<const std::string>(std::move(What));
  return V;
}

namespace {
/// A text that counts while it lives.
struct MeteredText {
  explicit MeteredText(std::string S) : Text(std::move(S)) {
    if (M)
      M->hold(Text.size());
  }
  ~MeteredText() {
    if (M)
      M->release(Text.size());
  }
  std::string Text;
  Meter *M = Meter::current();
};
} // namespace

Value Value::string(std::string S) {
  if (S.size() > MaxText)
    fail("makes a text longer than 64 MiB");
  Meter::spend(S.size());
  Value V(Kind::String);
  const auto Owner = std::make_shared<const MeteredText>(std::move(S));
  V.Text = std::shared_ptr<const std::string>(Owner, &Owner->Text);
  return V;
}

size_t sinter::jinja::size(const Value &V) {
  if (V.is(Kind::String))
    return V.text().size();
  if (V.hasItems())
    return V.items().size();
  return V.is(Kind::Dict) ? V.dict().Items.size() : 1;
}

std::vector<Value> &Value::items() const {
  return static_cast<ListObject *>(Thing)->Items;
}

DictObject &Value::dict() const { return *static_cast<DictObject *>(Thing); }

bool Value::truth() const {
  switch (Type) {
  case Kind::Undefined:
  case Kind::None:
    return false;
  case Kind::Bool:
  case Kind::Int:
    return Whole != 0;
  case Kind::Float:
    return Real != 0;
  case Kind::String:
    return !Text->empty();
  case Kind::List:
  case Kind::Tuple:
  case Kind::Range:
  case Kind::Keys:
  case Kind::Values:
  case Kind::Items:
    return !items().empty();
  case Kind::Dict:
    return !dict().Items.empty();
  default:
    return true;
  }
}

const char *Value::typeName() const {
  static constexpr const char *Names[] = {
      "Undefined", "NoneType",  "bool",        "int",        "float",
      "str",       "list",      "tuple",       "dict",       "range",
      "generator", "dict_keys", "dict_values", "dict_items", "Namespace",
      "loop",      "method",    "Macro",       "function"};
  return Names[static_cast<int>(Type)];
}

/// Equal keys (1, 1.0 and True are) give equal texts.
static std::string keyText(const Value &Key) {
  switch (Key.kind()) {
  case Kind::String:
    return "s" + Key.text();
  case Kind::None:
    return "n";
  case Kind::Bool:
  case Kind::Int:
    return "i" + std::to_string(Key.whole());
  case Kind::Float:
    if (std::floor(Key.real()) == Key.real() && std::fabs(Key.real()) < 9e15)
      return "i" + std::to_string(static_cast<int64_t>(Key.real()));
    return "f" + repr(Key);
  case Kind::Undefined:
    return "u";
  case Kind::Tuple: {
    std::string Text = "t";
    for (const Value &Item : Key.items()) {
      const std::string Part = keyText(Item);
      Text += std::to_string(Part.size()) + ":" + Part;
      if (Text.size() > MaxText)
        fail("makes a text longer than 64 MiB");
    }
    return Text;
  }
  default:
    fail(std::string("a ") + Key.typeName() + " cannot be a dictionary's key");
  }
}

const Value *DictObject::find(const Value &Key) const {
  const auto It = Index.find(keyText(Key));
  return It == Index.end() ? nullptr : &Items[It->second].second;
}

const Value *DictObject::find(std::string_view Key) const {
  const auto It = Index.find("s" + std::string(Key));
  return It == Index.end() ? nullptr : &Items[It->second].second;
}

void DictObject::set(const Value &Key, Value V) {
  if (Items.size() >= MaxItems)
    fail("makes a dictionary of more than 4000000 items");
  const auto [It, New] = Index.emplace(keyText(Key), Items.size());
  if (New)
    Items.emplace_back(Key, std::move(V));
  else
    Items[It->second].second = std::move(V);
}

Value Heap::list(std::vector<Value> Items, Kind K) {
  if (Items.size() > MaxItems)
    fail("makes a list of more than 4000000 items");
  Meter::spend(8 * Items.size());
  if ((AllItems += Items.size()) > MaxAllItems)
    fail("makes lists of more than 10000000 items in all");
  auto *L = make<ListObject>();
  L->Items = std::move(Items);
  return Value::object(K, L);
}

Value Heap::fromJson(const nlohmann::ordered_json &J) {
  using Type = nlohmann::ordered_json::value_t;
  switch (J.type()) {
  case Type::boolean:
    return Value::boolean(J.get<bool>());
  case Type::number_unsigned:
    if (J.get<uint64_t>() > uint64_t(INT64_MAX))
      return Value::real(J.get<double>());
    return Value::integer(J.get<int64_t>());
  case Type::number_integer:
    return Value::integer(J.get<int64_t>());
  case Type::number_float:
    return Value::real(J.get<double>());
  case Type::string:
    return Value::string(J.get<std::string>());
  case Type::array: {
    std::vector<Value> Items;
    for (const auto &Item : J)
      Items.push_back(fromJson(Item));
    return list(std::move(Items));
  }
  case Type::object: {
    auto *D = make<DictObject>();
    for (const auto &Item : J.items())
      D->set(Value::string(Item.key()), fromJson(Item.value()));
    return Value::object(Kind::Dict, D);
  }
  default:
    return Value::none();
  }
}

bool sinter::jinja::equal(const Value &A, const Value &B, int Depth) {
  checkDepth(Depth);
  Meter::spend(A.is(Kind::String) ? A.text().size() + 16 : 16);
  if (A.isNumber() && B.isNumber()) {
    if (A.isWhole() && B.isWhole())
      return A.whole() == B.whole();
    return A.real() == B.real();
  }
  if (A.isView() && B.isView() && !A.is(Kind::Values) && !B.is(Kind::Values))
    failUnsupported("comparing the views of dictionaries: use |list");
  if (A.kind() != B.kind())
    return false;
  switch (A.kind()) {
  case Kind::Undefined:
  case Kind::None:
    return true;
  case Kind::String:
    return A.text() == B.text();
  case Kind::List:
  case Kind::Tuple:
  case Kind::Range: {
    const auto &X = A.items(), &Y = B.items();
    if (X.size() != Y.size())
      return false;
    for (size_t I = 0; I < X.size(); ++I)
      if (!equal(X[I], Y[I], Depth + 1))
        return false;
    return true;
  }
  case Kind::Dict: {
    if (A.dict().Items.size() != B.dict().Items.size())
      return false;
    for (const auto &[Key, V] : A.dict().Items) {
      const Value *Other = B.dict().find(Key);
      if (!Other || !equal(V, *Other, Depth + 1))
        return false;
    }
    return true;
  }
  default:
    return A.object() == B.object();
  }
}

bool sinter::jinja::less(const Value &A, const Value &B, int Depth) {
  checkDepth(Depth);
  Meter::spend(A.is(Kind::String) ? A.text().size() + 16 : 16);
  if (A.isNumber() && B.isNumber())
    return A.isWhole() && B.isWhole() ? A.whole() < B.whole()
                                      : A.real() < B.real();
  // Bytes of UTF-8 sort as code points do.
  if (A.is(Kind::String) && B.is(Kind::String))
    return A.text() < B.text();
  if (A.isList() && A.kind() == B.kind()) {
    const auto &X = A.items(), &Y = B.items();
    for (size_t I = 0; I < X.size() && I < Y.size(); ++I)
      if (!equal(X[I], Y[I], Depth + 1))
        return less(X[I], Y[I], Depth + 1);
    return X.size() < Y.size();
  }
  for (const Value *V : {&A, &B})
    if (V->is(Kind::Undefined))
      fail(V->what() + " is undefined");
  fail(std::string("cannot order ") + A.typeName() + " and " + B.typeName());
}

std::string sinter::jinja::str(const Value &V) {
  if (V.is(Kind::String))
    return V.text();
  if (V.is(Kind::Undefined))
    return {};
  return repr(V);
}

std::string sinter::jinja::repr(const Value &V, int Depth) {
  checkDepth(Depth);
  const auto Add = [&](std::string &Out, std::string_view Part) {
    Out += Part;
    if (Out.size() > MaxText)
      fail("makes a text longer than 64 MiB");
  };
  switch (V.kind()) {
  case Kind::Undefined:
    return "Undefined";
  case Kind::None:
    return "None";
  case Kind::Bool:
    return V.whole() ? "True" : "False";
  case Kind::Int:
    return std::to_string(V.whole());
  case Kind::Float:
    return floatText(V.real());
  case Kind::String:
    if (V.isSafe())
      failUnsupported("writing a safe text inside of a list as text");
    return quotedText(V.text());
  case Kind::Range: {
    const auto &R = static_cast<RangeObject &>(*V.object());
    return "range(" + std::to_string(R.From) + ", " + std::to_string(R.To) +
           (R.Step == 1 ? "" : ", " + std::to_string(R.Step)) + ")";
  }
  case Kind::List:
  case Kind::Tuple:
  case Kind::Keys:
  case Kind::Values:
  case Kind::Items: {
    const bool Tuple = V.is(Kind::Tuple);
    std::string Out = Tuple        ? "("
                      : V.isView() ? V.typeName() + std::string("([")
                                   : "[";
    const auto &Items = V.items();
    for (size_t I = 0; I < Items.size(); ++I)
      Add(Out, (I ? ", " : "") + repr(Items[I], Depth + 1));
    if (Tuple && Items.size() == 1)
      Out += ',';
    return Out += Tuple ? ")" : V.isView() ? "])" : "]";
  }
  case Kind::Dict: {
    std::string Out = "{";
    for (const auto &[Key, Item] : V.dict().Items)
      Add(Out, (Out.size() > 1 ? ", " : "") + repr(Key, Depth + 1) + ": " +
                   repr(Item, Depth + 1));
    return Out += '}';
  }
  default:
    // Python writes an address here.
    failUnsupported(std::string("writing a ") + V.typeName() +
                    " as text is not supported");
  }
}

std::vector<Value> sinter::jinja::iterate(const Value &V) {
  Meter::spend(8 * size(V));
  switch (V.kind()) {
  case Kind::Undefined:
    return {};
  case Kind::Generator:
    return std::exchange(V.items(), {});
  case Kind::List:
  case Kind::Tuple:
  case Kind::Range:
  case Kind::Keys:
  case Kind::Values:
  case Kind::Items:
    return V.items();
  case Kind::Dict: {
    std::vector<Value> Keys;
    for (const auto &Item : V.dict().Items)
      Keys.push_back(Item.first);
    return Keys;
  }
  case Kind::String: {
    std::vector<Value> Characters;
    if (V.text().size() > MaxItems)
      fail("iterates over a text longer than 4000000 bytes");
    for (std::string &C : characters(V.text()))
      Characters.push_back(Value::string(std::move(C)));
    return Characters;
  }
  default:
    fail(std::string("a ") + V.typeName() + " does not iterate");
  }
}
