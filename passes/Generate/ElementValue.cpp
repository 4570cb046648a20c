//===- ElementValue.cpp - one element of a tensor as an expression --------===//
#include "passes/Generate/ElementValue.h"
#include "dialects/Sinter/IR/Folds.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Element Element::of(const DimExpr &value) {
  Element e;
  e.integer = value;
  return e;
}

Element Element::of(double value) {
  if (std::trunc(value) == value && std::abs(value) < 9e15)
    return of(DimExpr(int64_t(value)));
  Element e;
  e.kind = Kind::real;
  e.real = value;
  return e;
}

Element Element::of(const Formula &condition) {
  Element e;
  e.kind = Kind::condition;
  e.condition = condition;
  return e;
}

Element Element::scaled(std::vector<double> factors, const DimExpr &value) {
  bool isZero = llvm::all_of(factors, [](double f) { return f == 0; });
  auto c = value.getConstant();
  if (isZero || (factors.size() == 1 && c))
    return of(isZero ? 0.0 : factors[0] * double(*c));
  if (factors.size() == 1 && std::trunc(factors[0]) == factors[0] &&
      std::abs(factors[0]) < 1e6)
    return of(value * DimExpr(int64_t(factors[0])));
  Element e;
  e.kind = Kind::scaled;
  e.factors = std::move(factors);
  e.integer = value;
  return e;
}

Element Element::toScaled() const {
  Element e = *this;
  e.kind = Kind::scaled;
  if (kind == Kind::integer)
    e.factors = {1};
  if (kind == Kind::real) {
    e.factors = {real};
    e.integer = 1;
  }
  return e;
}

Element Element::choice(const Formula &c, const Element &a, const Element &b) {
  if (c.isTrue())
    return a;
  if (c.isFalse())
    return b;
  if (a.kind == Kind::integer && b.kind == Kind::integer &&
      a.integer == b.integer)
    return a;
  Element e;
  e.kind = Kind::choice;
  e.condition = c;
  e.whenTrue = std::make_shared<Element>(a);
  e.whenFalse = std::make_shared<Element>(b);
  return e;
}

std::optional<double> Element::getConstant() const {
  if (kind == Kind::real)
    return real;
  if (kind == Kind::integer || (kind == Kind::scaled && factors.size() == 1))
    if (auto c = integer.getConstant())
      return (kind == Kind::scaled ? factors[0] : 1.0) * double(*c);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

ElementEvaluator::Result ElementEvaluator::fail(Operation *op,
                                                const llvm::Twine &why) {
  reason = ("'" + op->getName().getStringRef() + "' at " +
            describeLocation(op->getLoc()) + ": " + why)
               .str();
  return std::nullopt;
}

ElementEvaluator::Result ElementEvaluator::evaluate(Value value, Dims index) {
  std::string key;
  for (const DimExpr &i : index)
    key += i.str() + ",";
  auto [it, isNew] =
      known.insert({{value.getAsOpaquePointer(), key}, std::nullopt});
  if (!isNew)
    return it->second;
  Result result = compute(value, index);
  known[{value.getAsOpaquePointer(), key}] = result;
  return result;
}

/// The operand's index for an index of the result that it broadcasts to.
static std::optional<Dims> broadcastIndex(const Dims &index,
                                          ArrayRef<DimExpr> result,
                                          ArrayRef<DimExpr> operand) {
  Dims out;
  size_t added = result.size() - operand.size();
  for (size_t i = 0; i < operand.size(); ++i) {
    if (operand[i].isConstant(1))
      out.push_back(0);
    else if (operand[i] == result[i + added])
      out.push_back(index[i + added]);
    else
      return std::nullopt; // may be 1 or may be the result's size
  }
  return out;
}

ElementEvaluator::Result ElementEvaluator::compute(Value value,
                                                   const Dims &index) {
  Operation *op = value.getDefiningOp();
  if (!op) {
    reason = "it depends on an input";
    return std::nullopt;
  }
  if (isa<ElementwiseOpInterface>(op))
    return computeElementwise(op, index);
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<ConstantOp>([&](auto o) { return computeConstant(o, index); })
      .Case<ReshapeOp>([&](auto o) { return computeReshape(o, index); })
      .Case<ConcatOp>([&](auto o) { return computeConcat(o, index); })
      .Case<GatherOp>([&](auto o) { return computeGather(o, index); })
      .Case<GatherNDOp>([&](auto o) { return computeGatherND(o, index); })
      .Case<ScatterNDOp>([&](auto o) { return computeScatterND(o, index); })
      .Case<TriluOp>([&](auto o) { return computeTrilu(o, index); })
      .Case<CumSumOp>([&](auto o) { return computeCumSum(o, index); })
      .Case<RangeOp>([&](auto o) { return computeRange(o, index); })
      .Case<SymbolicOp>([&](SymbolicOp s) -> Result {
        auto place = index.empty() ? 0 : index[0].getConstant();
        if (!place || *place < 0 ||
            *place >= int64_t(s.getExprs().getExprs().size()))
          return fail(op, "the element is not known");
        return Element::of(s.getExprs().getDim(*place));
      })
      .Case<BroadcastToOp>([&](BroadcastToOp b) -> Result {
        auto in = broadcastIndex(index, dimsOf(b.getY()), dimsOf(b.getX()));
        if (b.getShape() || !in)
          return fail(op, "sizes are not known to broadcast");
        return evaluate(b.getX(), *in);
      })
      .Case<TransposeOp>([&](TransposeOp t) -> Result {
        Dims in(index.size(), DimExpr(0));
        for (auto [i, p] : llvm::enumerate(t.getPerm()))
          in[p] = index[i];
        return evaluate(t.getX(), in);
      })
      .Case<SliceOp>([&](SliceOp s) -> Result {
        if (!s.getOffsets())
          return fail(op, "bounds are not known");
        Dims in;
        for (auto [i, at] : llvm::enumerate(index))
          in.push_back(s.getOffsets()->getDim(i) +
                       at * DimExpr((*s.getStrides())[i]));
        return evaluate(s.getX(), in);
      })
      .Default([&](Operation *) { return fail(op, "not a simple op"); });
}

ElementEvaluator::Result ElementEvaluator::computeConstant(ConstantOp op,
                                                           const Dims &index) {
  bool isBool = elementOf(op.getY()).isInteger(1);
  auto make = [&](double v) {
    return isBool ? Element::of(Formula(v != 0)) : Element::of(v);
  };
  if (auto splat = getSplatNumber(op.getY()))
    return make(*splat);
  auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!elements)
    return fail(op, "its elements cannot be read");
  auto shape = tensorOf(op.getY()).getShape();
  auto read = [&](int64_t flat) -> double {
    Attribute a = *(elements.value_begin<Attribute>() + flat);
    if (auto f = dyn_cast<FloatAttr>(a))
      return f.getValueAsDouble();
    auto i = cast<IntegerAttr>(a);
    bool isUnsigned = isBool || i.getType().isUnsignedInteger();
    return isUnsigned ? double(i.getValue().getZExtValue())
                      : double(i.getValue().getSExtValue());
  };
  int64_t flat = 0;
  bool isKnown = true;
  for (auto [size, at] : llvm::zip_equal(shape, index)) {
    auto c = at.getConstant();
    isKnown &= c && *c >= 0 && *c < size;
    flat = flat * size + c.value_or(0);
  }
  if (isKnown)
    return make(read(flat));
  if (!isBool)
    if (auto line = computeLine(op, index, read))
      return line;
  // A stored triangle, or a band of it: element (r, c) of a square depends on
  // r - width < c <= r only.
  int64_t rank = shape.size();
  if (rank < 2 || shape[rank - 1] != shape[rank - 2] || shape[rank - 1] < 2 ||
      elements.getNumElements() != shape[rank - 1] * shape[rank - 1] ||
      index[rank - 1].isUnknown() || index[rank - 2].isUnknown())
    return fail(op, "the element is not known");
  int64_t n = shape[rank - 1];
  double lower = read(0), upper = read(1);
  int64_t width = 1;
  while (width < n && read(width * n) == lower)
    ++width;
  for (int64_t r = 0; r < n; ++r)
    for (int64_t c = 0; c < n; ++c)
      if (read(r * n + c) != (c <= r && r - c < width ? lower : upper))
        return fail(op, "the element is not known");
  DimExpr back = index[rank - 2] - index[rank - 1];
  Formula below = Formula::atLeastZero(back, domain);
  if (width < n)
    below = Formula::conjunction(
        below, Formula::atLeastZero(DimExpr(width - 1) - back, domain));
  if (isBool)
    return Element::of(Formula::choice(below, Formula(lower != 0),
                                       Formula(upper != 0), domain));
  return Element::choice(below, make(lower), make(upper));
}

/// A table that holds f[h] * (t + c), of the head h and of the index t in one
/// dimension: where t is not known, f times an expression.
ElementEvaluator::Result
ElementEvaluator::computeLine(ConstantOp op, const Dims &index,
                              llvm::function_ref<double(int64_t)> read) {
  auto shape = tensorOf(op.getY()).getShape();
  int64_t base = 0, stride = 1, headStride = 0, step = 0, length = 1;
  std::optional<DimExpr> along;
  for (int64_t i = int64_t(shape.size()) - 1; i >= 0; --i) {
    if (auto c = index[i].getConstant(); c && *c >= 0 && *c < shape[i]) {
      base += *c * stride;
    } else if (heads > 0 && shape[i] == heads && headStride == 0 &&
               index[i] == DimExpr::symbol(head)) {
      headStride = stride;
    } else if (!along && !index[i].isUnknown()) {
      along = index[i];
      step = stride;
      length = shape[i];
    } else {
      return std::nullopt;
    }
    stride *= shape[i];
  }
  auto semantics = dyn_cast<FloatType>(elementOf(op.getY()));
  double unit =
      semantics ? std::ldexp(2, -int(semantics.getFPMantissaWidth())) : 0;
  std::vector<double> factors;
  std::optional<int64_t> origin; // c
  for (int64_t h = 0; h < (headStride ? heads : 1); ++h) {
    auto at = [&](int64_t t) { return read(base + h * headStride + t * step); };
    if (!along || length < 2) {
      factors.push_back(at(0));
      continue;
    }
    double slope = (at(length - 1) - at(0)) / double(length - 1);
    double first = slope == 0 ? 0 : std::nearbyint(at(0) / slope);
    if (std::abs(first) > 1e9 || (origin && slope != 0 && first != *origin))
      return std::nullopt;
    for (int64_t t = 0; t < length; ++t)
      if (double line = slope * (double(t) + first);
          !(std::abs(at(t) - line) <= 2 * unit * std::abs(line)))
        return std::nullopt;
    if (slope != 0)
      origin = int64_t(first);
    factors.push_back(slope);
  }
  if (along && length < 2)
    return std::nullopt;
  return Element::scaled(factors, along ? *along + DimExpr(origin.value_or(0))
                                        : DimExpr(1));
}

ElementEvaluator::Result
ElementEvaluator::computeElementwise(Operation *op, const Dims &index) {
  Dims result = dimsOf(op->getResult(0));
  SmallVector<Element> x;
  for (Value operand : op->getOperands()) {
    auto in = broadcastIndex(index, result, dimsOf(operand));
    if (!in)
      return fail(op, "sizes are not known to broadcast");
    auto element = evaluate(operand, *in);
    if (!element)
      return std::nullopt;
    x.push_back(*element);
  }
  bool isBool = elementOf(op->getResult(0)).isInteger(1);
  if (auto select = dyn_cast<SelectOp>(op)) {
    Formula c = x[0].condition;
    if (isBool)
      return Element::of(
          Formula::choice(c, x[1].condition, x[2].condition, domain));
    return Element::choice(c, x[1], x[2]);
  }
  if (isa<NotOp>(op))
    return Element::of(Formula::negation(x[0].condition, domain));
  if (isBool && isa<AndOp>(op))
    return Element::of(Formula::conjunction(x[0].condition, x[1].condition));
  if (isBool && isa<OrOp>(op))
    return Element::of(Formula::disjunction(x[0].condition, x[1].condition));
  if (isBool && isa<XorOp>(op))
    return Element::of(Formula::choice(
        x[0].condition, Formula::negation(x[1].condition, domain),
        x[1].condition, domain));
  if (auto c = dyn_cast<CastOp>(op))
    return cast(c, x[0]);
  if (auto c = dyn_cast<CompareOp>(op)) {
    if (elementOf(c.getA()).isInteger(1)) {
      Formula same =
          Formula::choice(x[0].condition, x[1].condition,
                          Formula::negation(x[1].condition, domain), domain);
      return Element::of(c.getPredicate() == Predicate::eq
                             ? same
                             : Formula::negation(same, domain));
    }
    auto r = combine(x[0], x[1], [&](const Element &a, const Element &b) {
      return compare(c.getPredicate(), a, b);
    });
    if (!r)
      return fail(op, "the comparison is not decided");
    auto formula = toFormula(*r);
    return formula ? Result(Element::of(*formula))
                   : fail(op, "the comparison is not decided");
  }
  if (isBool || x.size() > 2)
    return fail(op, "not a simple op");
  auto r = combine(
      x[0], x.size() == 2 ? x[1] : Element::of(DimExpr(0)),
      [&](const Element &a, const Element &b) { return arithmetic(op, a, b); });
  return r ? r : fail(op, "the value is no expression");
}

ElementEvaluator::Result ElementEvaluator::combine(
    const Element &a, const Element &b,
    llvm::function_ref<Result(const Element &, const Element &)> f,
    unsigned depth) {
  if (depth > 6)
    return std::nullopt;
  const Element &split = a.kind == Element::Kind::choice ? a : b;
  if (split.kind != Element::Kind::choice)
    return f(a, b);
  bool first = &split == &a;
  auto onTrue =
      combine(first ? *a.whenTrue : a, first ? b : *b.whenTrue, f, depth + 1);
  auto onFalse =
      combine(first ? *a.whenFalse : a, first ? b : *b.whenFalse, f, depth + 1);
  if (!onTrue || !onFalse)
    return std::nullopt;
  return Element::choice(split.condition, *onTrue, *onFalse);
}
