//===- DimExpr.cpp - symbolic sizes ---------------------------------------===//
//
// One file of more than 500 lines: one class, whose parser, arithmetic and
// printer keep the same canonical form.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/DimExpr.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <set>

using namespace sinter;
using llvm::StringRef;

static const char *const unknownName = "?";

// Expressions from files could grow without bound; beyond these sizes they say
// nothing that anyone could use.
static constexpr size_t maxTerms = 256, maxAtoms = 32, maxText = 1024;

DimExpr::DimExpr(int64_t value) {
  if (value)
    terms[{}] = value;
}

DimExpr DimExpr::symbol(StringRef name) {
  DimExpr e;
  e.terms[{name.str()}] = 1;
  return e;
}

DimExpr DimExpr::unknown() { return symbol(unknownName); }

bool DimExpr::isUnknown() const {
  for (auto &[monomial, c] : terms)
    for (auto &atom : monomial)
      if (StringRef(atom).contains('?'))
        return true;
  return false;
}

std::optional<int64_t> DimExpr::getConstant() const {
  if (terms.empty())
    return 0;
  if (terms.size() == 1 && terms.begin()->first.empty())
    return terms.begin()->second;
  return std::nullopt;
}

void DimExpr::add(const Monomial &monomial, int64_t coefficient) {
  int64_t &slot = terms[monomial];
  if (llvm::AddOverflow(slot, coefficient, slot)) {
    *this = unknown();
    return;
  }
  if (!slot)
    terms.erase(monomial);
}

namespace sinter {
DimExpr operator+(const DimExpr &a, const DimExpr &b) {
  if (a.isUnknown() || b.isUnknown())
    return DimExpr::unknown();
  DimExpr r = a;
  for (auto &[m, c] : b.terms)
    r.add(m, c);
  return r.terms.size() > maxTerms ? DimExpr::unknown() : r;
}

DimExpr operator*(const DimExpr &a, const DimExpr &b) {
  if (a.isConstant(0) || b.isConstant(0))
    return 0;
  if (a.isUnknown() || b.isUnknown())
    return DimExpr::unknown();
  DimExpr r;
  if (a.terms.size() * b.terms.size() > maxTerms)
    return DimExpr::unknown();
  for (auto &[ma, ca] : a.terms)
    for (auto &[mb, cb] : b.terms) {
      if (ma.size() + mb.size() > maxAtoms)
        return DimExpr::unknown();
      DimExpr::Monomial m;
      std::merge(ma.begin(), ma.end(), mb.begin(), mb.end(),
                 std::back_inserter(m));
      int64_t c;
      if (llvm::MulOverflow(ca, cb, c))
        return DimExpr::unknown();
      r.add(m, c);
    }
  return r;
}

DimExpr operator-(const DimExpr &a, const DimExpr &b) {
  return a + b * DimExpr(-1);
}

bool operator==(const DimExpr &a, const DimExpr &b) {
  return !a.isUnknown() && !b.isUnknown() && a.terms == b.terms;
}
} // namespace sinter

static DimExpr function(StringRef name, const DimExpr &a, const DimExpr &b) {
  if (a.isUnknown() || b.isUnknown())
    return DimExpr::unknown();
  std::string text = (name + "(" + a.str() + ", " + b.str() + ")").str();
  return text.size() > maxText ? DimExpr::unknown() : DimExpr::symbol(text);
}

/// Without the limits of what a slice takes of a table, for sizes and offsets,
/// which are not negative: min(e, c) is e, max(e, 0) is e, min(e, 0) is 0.
static DimExpr withoutLimits(const DimExpr &e) {
  if (e.isUnknown())
    return e;
  DimExpr whole;
  for (auto &[monomial, c] : e.getTerms()) {
    DimExpr term = c;
    for (auto &text : monomial) {
      DimAtom atom = DimAtom::get(text);
      DimExpr factor = *DimExpr::parse(text);
      if (atom.name == "min" || atom.name == "max")
        for (unsigned i : {0u, 1u}) {
          auto limit = atom.arguments[1 - i].getConstant();
          if (limit && (atom.name == "min" ? *limit > 1 : *limit == 0))
            factor = withoutLimits(atom.arguments[i]);
          else if (limit && *limit == 0)
            factor = 0;
        }
      term = term * factor;
    }
    whole = whole + term;
  }
  return whole;
}

DimExpr DimExpr::bcast(const DimExpr &a, const DimExpr &b) {
  if (a.isConstant(1) || a == b)
    return b;
  if (b.isConstant(1) || a.getConstant())
    return a; // b is a's constant or 1
  if (auto c = b.getConstant(); c && *c > 1)
    return b; // a is b's constant or 1
  // A part of a table that its end cuts off is the whole part, or one that
  // broadcasts to it, or it does not fit: the check at run time says so.
  if (withoutLimits(b) == a)
    return a;
  if (withoutLimits(a) == b)
    return b;
  return function("bcast", a, b);
}

DimExpr DimExpr::max(const DimExpr &a, const DimExpr &b) {
  if ((a - b).isNonNegative())
    return a;
  if ((b - a).isNonNegative())
    return b;
  return a.getConstant() ? function("max", b, a) : function("max", a, b);
}

DimExpr DimExpr::min(const DimExpr &a, const DimExpr &b) {
  if ((a - b).isNonNegative())
    return b;
  if ((b - a).isNonNegative())
    return a;
  // One form of what is above or below 0.
  if (a.isConstant(0) || b.isConstant(0))
    return a + b - max(a, b);
  return function("min", a, b);
}

/// The one quotient x of a sum floordiv(x, c) + constant, with that constant.
static std::optional<std::tuple<DimExpr, int64_t, int64_t>>
getInnerQuotient(const DimExpr &e) {
  std::optional<std::tuple<DimExpr, int64_t, int64_t>> found;
  int64_t constant = 0;
  for (auto &[monomial, q] : e.getTerms()) {
    if (monomial.empty()) {
      constant = q;
      continue;
    }
    DimAtom atom = DimAtom::get(monomial.front());
    auto c = atom.name == "floordiv" && atom.arguments.size() == 2
                 ? atom.arguments[1].getConstant()
                 : std::nullopt;
    if (found || q != 1 || monomial.size() != 1 || !c || *c <= 0)
      return std::nullopt;
    found = {atom.arguments[0], *c, 0};
  }
  if (found)
    std::get<2>(*found) = constant;
  return found;
}

/// By a positive number, so that equal quotients look equal: what the number
/// divides comes out, the constant that stays is in 0 .. c - 1, the first term
/// is positive, and a quotient of a quotient is one.
static DimExpr floorDivBy(const DimExpr &a, int64_t c) {
  if (auto inner = getInnerQuotient(a)) {
    auto &[x, by, constant] = *inner;
    int64_t both, moved;
    if (!llvm::MulOverflow(by, c, both) &&
        !llvm::MulOverflow(by, constant, moved))
      return DimExpr::floorDiv(x + DimExpr(moved), both);
  }
  DimExpr out, rest;
  for (auto &[monomial, q] : a.getTerms()) {
    DimExpr factor = 1;
    for (auto &atom : monomial)
      factor = factor * *DimExpr::parse(atom);
    int64_t quotient = monomial.empty() ? llvm::divideFloorSigned(q, c) : q / c;
    out = out + DimExpr(quotient) * factor;
    rest = rest + DimExpr(q - quotient * c) * factor;
  }
  if (rest.getConstant())
    return out; // 0 .. c - 1
  if (!(out == DimExpr(0)))
    return out + floorDivBy(rest, c);
  if (rest.getTerms().rbegin()->second < 0)
    return DimExpr(0) - floorDivBy(DimExpr(c - 1) - rest, c);
  return function("floordiv", rest, c);
}

DimExpr DimExpr::floorDiv(const DimExpr &a, const DimExpr &b) {
  if (auto exact = a.exactDiv(b))
    return *exact;
  auto ca = a.getConstant(), cb = b.getConstant();
  if (ca && cb && *cb != 0)
    return llvm::divideFloorSigned(*ca, *cb);
  return cb && *cb > 0 && !a.isUnknown() ? floorDivBy(a, *cb)
                                         : function("floordiv", a, b);
}

std::optional<DimExpr> DimExpr::exactDiv(const DimExpr &divisor) const {
  if (isUnknown() || divisor.isUnknown() || divisor.isConstant(0))
    return std::nullopt;
  if (*this == divisor)
    return DimExpr(1);
  if (divisor.terms.size() == 1) { // by a monomial
    auto &[dm, dc] = *divisor.terms.begin();
    DimExpr r;
    for (auto &[m, c] : terms) {
      Monomial rest;
      if (c % dc || !std::includes(m.begin(), m.end(), dm.begin(), dm.end()))
        return std::nullopt;
      std::set_difference(m.begin(), m.end(), dm.begin(), dm.end(),
                          std::back_inserter(rest));
      r.add(rest, c / dc);
    }
    return r;
  }
  // By a sum: long division on the leading terms (the last in map order).
  DimExpr rest = *this, quotient;
  auto &[dm, dc] = *divisor.terms.rbegin();
  for (unsigned steps = 0; !rest.terms.empty(); ++steps) {
    if (steps > 64)
      return std::nullopt;
    auto [m, c] = *rest.terms.rbegin();
    Monomial part;
    if (c % dc || !std::includes(m.begin(), m.end(), dm.begin(), dm.end()))
      return std::nullopt;
    std::set_difference(m.begin(), m.end(), dm.begin(), dm.end(),
                        std::back_inserter(part));
    DimExpr t;
    t.add(part, c / dc);
    quotient = quotient + t;
    rest = rest - t * divisor;
    if (rest.isUnknown())
      return std::nullopt;
  }
  return quotient;
}

std::string DimExpr::str() const {
  if (terms.empty())
    return "0";
  std::string text;
  // Symbols first, the constant last.
  auto emit = [&](const Monomial &m, int64_t c) {
    bool negative = c < 0;
    if (!text.empty())
      text += negative ? " - " : " + ";
    else if (negative)
      text += "-";
    uint64_t magnitude = negative ? 0 - uint64_t(c) : uint64_t(c);
    if (m.empty() || magnitude != 1)
      text += std::to_string(magnitude) + (m.empty() ? "" : "*");
    text += llvm::join(m, "*");
  };
  for (auto &[m, c] : terms)
    if (!m.empty())
      emit(m, c);
  if (auto it = terms.find({}); it != terms.end())
    emit({}, it->second);
  return text;
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

namespace {
struct Parser {
  StringRef rest;
  /// The text is one that str() gave: functions stay as they are, which saves
  /// simplifying all that is inside of them again.
  bool isCanonical = false;
  unsigned depth = 0;

  void skip() { rest = rest.ltrim(); }
  bool eat(char c) {
    skip();
    return rest.consume_front(StringRef(&c, 1));
  }

  std::optional<DimExpr> sum() {
    if (++depth > 32)
      return std::nullopt;
    auto left = term();
    while (left) {
      bool plus = eat('+');
      if (!plus && !eat('-'))
        break;
      auto right = term();
      if (!right)
        return std::nullopt;
      left = plus ? *left + *right : *left - *right;
    }
    --depth;
    return left;
  }

  std::optional<DimExpr> term() {
    auto left = factor();
    while (left && eat('*')) {
      auto right = factor();
      if (!right)
        return std::nullopt;
      left = *left * *right;
    }
    return left;
  }

  std::optional<DimExpr> factor() {
    skip();
    if (eat('-')) {
      if (++depth > 32)
        return std::nullopt;
      auto inner = factor();
      --depth;
      if (!inner)
        return std::nullopt;
      return DimExpr(0) - *inner;
    }
    if (eat('(')) {
      auto inner = sum();
      if (!inner || !eat(')'))
        return std::nullopt;
      return inner;
    }
    if (!rest.empty() && llvm::isDigit(rest.front())) {
      int64_t value;
      if (rest.consumeInteger(10, value))
        return std::nullopt;
      return DimExpr(value);
    }
    StringRef name = rest.take_while([](char c) {
      return llvm::isAlnum(c) || c == '_' || c == '.' || c == '?' || c == ':' ||
             c == '/';
    });
    if (name.empty())
      return std::nullopt;
    rest = rest.drop_front(name.size());
    if (!eat('('))
      return DimExpr::symbol(name);
    auto a = sum();
    if (!a || !eat(','))
      return std::nullopt;
    auto b = sum();
    if (!b || !eat(')'))
      return std::nullopt;
    if (isCanonical)
      return function(name, *a, *b);
    if (name == "bcast")
      return DimExpr::bcast(*a, *b);
    if (name == "max")
      return DimExpr::max(*a, *b);
    if (name == "min")
      return DimExpr::min(*a, *b);
    if (name == "floordiv")
      return DimExpr::floorDiv(*a, *b);
    return std::nullopt;
  }
};
} // namespace

/// What `read` makes of a text. The encodings of types hold texts, each of
/// which is read again and again: the last few thousand are kept.
template <typename T>
static const T &remember(StringRef text, llvm::function_ref<T()> read) {
  thread_local llvm::StringMap<T> known;
  auto it = known.find(text);
  if (it != known.end())
    return it->second;
  T value = read(); // may remember others
  if (known.size() >= 4096)
    known.clear();
  return known[text] = std::move(value);
}

static std::optional<DimExpr> parseAll(StringRef text) {
  Parser p{text};
  auto e = p.sum();
  p.skip();
  return p.rest.empty() ? e : std::nullopt;
}

std::optional<DimExpr> DimExpr::parse(StringRef text) {
  if (text.size() > 4096)
    return std::nullopt;
  return remember<std::optional<DimExpr>>(text, [&] { return parseAll(text); });
}

DimAtom DimAtom::get(StringRef atom) {
  size_t open = atom.find('(');
  if (open == StringRef::npos)
    return {atom.str(), {}};
  return remember<DimAtom>(atom, [&]() -> DimAtom {
    // Two arguments at depth one.
    Parser p{atom.slice(open + 1, atom.size() - 1), /*isCanonical=*/true};
    auto a = p.sum();
    bool hasTwo = a && p.eat(',');
    auto b = hasTwo ? p.sum() : std::nullopt;
    if (!b)
      return {atom.str(), {}};
    return {atom.take_front(open).str(), {*a, *b}};
  });
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

static std::optional<int64_t> evaluateAtom(const DimAtom &atom,
                                           DimExpr::Lookup lookup) {
  if (atom.arguments.empty())
    return lookup(atom.name);
  auto a = atom.arguments[0].evaluate(lookup);
  auto b = atom.arguments[1].evaluate(lookup);
  if (!a || !b)
    return std::nullopt;
  if (atom.name == "bcast")
    return *a == 1 ? *b : *a;
  if (atom.name == "max")
    return std::max(*a, *b);
  if (atom.name == "min")
    return std::min(*a, *b);
  if (*b == 0 || (*b == -1 && *a == INT64_MIN))
    return std::nullopt;
  return llvm::divideFloorSigned(*a, *b);
}

std::optional<int64_t> DimExpr::evaluate(Lookup lookup) const {
  int64_t total = 0;
  for (auto &[m, c] : terms) {
    int64_t value = c;
    for (auto &atom : m) {
      auto v = evaluateAtom(DimAtom::get(atom), lookup);
      if (!v || llvm::MulOverflow(value, *v, value))
        return std::nullopt;
    }
    if (llvm::AddOverflow(total, value, total))
      return std::nullopt;
  }
  return total;
}

static void collect(const DimExpr &e, std::set<std::string> &out) {
  for (auto &[m, c] : e.getTerms())
    for (auto &text : m) {
      DimAtom atom = DimAtom::get(text);
      if (atom.arguments.empty())
        out.insert(atom.name);
      for (auto &argument : atom.arguments)
        collect(argument, out);
    }
}

std::vector<std::string> DimExpr::getSymbols() const {
  std::set<std::string> names;
  collect(*this, names);
  return {names.begin(), names.end()};
}

DimExpr DimExpr::substitute(
    llvm::function_ref<std::optional<DimExpr>(StringRef)> map) const {
  DimExpr r;
  for (auto &[m, c] : terms) {
    DimExpr t = c;
    for (auto &text : m) {
      DimAtom atom = DimAtom::get(text);
      if (atom.arguments.empty()) {
        t = t * map(atom.name).value_or(symbol(atom.name));
        continue;
      }
      DimExpr a = atom.arguments[0].substitute(map);
      DimExpr b = atom.arguments[1].substitute(map);
      t = t * (atom.name == "bcast" ? bcast(a, b)
               : atom.name == "max" ? max(a, b)
               : atom.name == "min" ? min(a, b)
                                    : floorDiv(a, b));
    }
    r = r + t;
  }
  return r;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

Dims sinter::getDims(mlir::RankedTensorType type) {
  Dims dims;
  auto encoding = llvm::dyn_cast_if_present<DimsAttr>(type.getEncoding());
  for (auto [i, size] : llvm::enumerate(type.getShape())) {
    if (!mlir::ShapedType::isDynamic(size))
      dims.push_back(size);
    else
      dims.push_back(encoding ? encoding.getDim(i) : DimExpr::unknown());
  }
  return dims;
}

mlir::RankedTensorType sinter::getTensorType(llvm::ArrayRef<DimExpr> dims,
                                             mlir::Type element) {
  llvm::SmallVector<int64_t> shape;
  bool symbolic = false;
  for (auto &d : dims) {
    auto c = d.getConstant();
    bool isStatic = c && *c >= 0;
    shape.push_back(isStatic ? *c : mlir::ShapedType::kDynamic);
    symbolic |= !isStatic && !d.isUnknown();
  }
  auto *ctx = element.getContext();
  mlir::Attribute encoding;
  if (symbolic)
    encoding = DimsAttr::get(ctx, dims);
  return mlir::RankedTensorType::get(shape, element, encoding);
}

std::optional<Dims> sinter::broadcastDims(llvm::ArrayRef<DimExpr> a,
                                          llvm::ArrayRef<DimExpr> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  Dims r(a.begin(), a.end());
  for (size_t i = 0; i < b.size(); ++i) {
    DimExpr &x = r[a.size() - b.size() + i];
    const DimExpr &y = b[i];
    if (!x.isConstant(1) && !y.isConstant(1) && !mayBeEqual(x, y) &&
        x.getConstant() && y.getConstant())
      return std::nullopt;
    x = DimExpr::bcast(x, y);
  }
  return r;
}

DimExpr sinter::product(llvm::ArrayRef<DimExpr> dims) {
  DimExpr r = 1;
  for (auto &d : dims)
    r = r * d;
  return r;
}

bool sinter::mayBeEqual(const DimExpr &a, const DimExpr &b) {
  if (a.isUnknown() || b.isUnknown())
    return true;
  auto difference = (a - b).getConstant();
  return !difference || *difference == 0;
}
