//===- ToJson.cpp - the filter tojson as transformers sets it -------------===//
//
// json.dumps(v, ensure_ascii=False, indent=None, separators=None,
// sort_keys=False): nothing is escaped for HTML.
//
//===----------------------------------------------------------------------===//
#include "Library.h"
#include "Text.h"

#include <algorithm>
#include <cmath>

namespace sinter::jinja {
namespace {

struct Writer {
  bool Indented, Sorted, Ascii;
  std::string Indent, ItemEnd, KeyEnd, Out;

  void newLine(int Depth) {
    if (!Indented)
      return;
    Out += '\n';
    for (int I = 0; I < Depth; ++I)
      Out += Indent;
  }

  static std::string number(const Value &V) {
    const double F = V.real();
    if (std::isnan(F))
      return "NaN";
    if (std::isinf(F))
      return F < 0 ? "-Infinity" : "Infinity";
    return floatText(F);
  }

  std::string scalar(const Value &V) {
    switch (V.kind()) {
    case Kind::None:
      return "null";
    case Kind::Bool:
      return V.whole() ? "true" : "false";
    case Kind::Int:
      return std::to_string(V.whole());
    case Kind::Float:
      return number(V);
    default:
      failType("tojson", V);
    }
  }

  void write(const Value &V, int Depth) {
    if (Depth > 64)
      fail("a value nested deeper than 64 levels");
    if (Out.size() > MaxText)
      fail("makes a text longer than 64 MiB");
    if (V.is(Kind::String)) {
      Out += jsonText(V.text(), Ascii);
    } else if (V.isList()) {
      writeItems(V.items().size(), '[', ']', Depth,
                 [&](size_t I) { write(V.items()[I], Depth + 1); });
    } else if (V.is(Kind::Dict)) {
      auto Items = V.dict().Items;
      if (Sorted)
        std::sort(Items.begin(), Items.end(), [](const auto &A, const auto &B) {
          return less(A.first, B.first);
        });
      writeItems(Items.size(), '{', '}', Depth, [&](size_t I) {
        const Value &Key = Items[I].first;
        Out += Key.is(Kind::String) ? jsonText(Key.text(), Ascii)
                                    : '"' + scalar(Key) + '"';
        Out += KeyEnd;
        write(Items[I].second, Depth + 1);
      });
    } else {
      Out += scalar(V);
    }
  }

  template <typename Each>
  void writeItems(size_t Count, char Open, char Close, int Depth, Each &&Item) {
    Out += Open;
    for (size_t I = 0; I < Count; ++I) {
      if (I)
        Out += ItemEnd;
      newLine(Depth + 1);
      Item(I);
    }
    if (Count)
      newLine(Depth);
    Out += Close;
  }
};

} // namespace

std::string toJson(const Value &V, Arguments &A) {
  Writer W{};
  W.Ascii = A.flag(0, "ensure_ascii", false);
  if (const Value *Indent = A.get(1, "indent");
      Indent && !Indent->is(Kind::None)) {
    W.Indented = true;
    if (Indent->is(Kind::String) && Indent->text().size() <= 64)
      W.Indent = Indent->text();
    else if (Indent->isWhole() && Indent->whole() <= 64)
      W.Indent.assign(
          static_cast<size_t>(std::max<int64_t>(0, Indent->whole())), ' ');
    else
      failUnsupported("tojson's indent other than none, 0 to 64 or a string of "
                      "at most 64 bytes");
  }
  W.ItemEnd = W.Indented ? "," : ", ";
  W.KeyEnd = ": ";
  if (const Value *Ends = A.get(2, "separators");
      Ends && !Ends->is(Kind::None)) {
    if (!Ends->isList() || Ends->items().size() != 2)
      failType("tojson's separators", *Ends);
    W.ItemEnd = str(Ends->items()[0]);
    W.KeyEnd = str(Ends->items()[1]);
    if (W.ItemEnd.size() > 64 || W.KeyEnd.size() > 64)
      failUnsupported("tojson's separators of more than 64 bytes");
  }
  W.Sorted = A.flag(3, "sort_keys", false);
  W.write(V, 0);
  return std::move(W.Out);
}

} // namespace sinter::jinja
