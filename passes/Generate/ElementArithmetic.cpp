//===- ElementArithmetic.cpp - numbers and conditions of one element ------===//
#include "dialects/Sinter/IR/Folds.h"
#include "passes/Generate/ElementValue.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

std::optional<Formula> ElementEvaluator::toFormula(const Element &x) {
  switch (x.kind) {
  case Element::Kind::condition:
    return x.condition;
  case Element::Kind::choice: {
    auto a = toFormula(*x.whenTrue), b = toFormula(*x.whenFalse);
    if (!a || !b)
      return std::nullopt;
    return Formula::choice(x.condition, *a, *b, domain);
  }
  default: {
    auto r = compare(Predicate::ne, x, Element::of(DimExpr(0)));
    return r ? std::optional(r->condition) : std::nullopt;
  }
  }
}

ElementEvaluator::Result ElementEvaluator::compare(Predicate predicate,
                                                   const Element &a,
                                                   const Element &b) {
  auto ca = a.getConstant(), cb = b.getConstant();
  auto holds = [&]<typename T>(T x, T y) {
    switch (predicate) {
    case Predicate::eq:
      return x == y;
    case Predicate::ne:
      return x != y;
    case Predicate::lt:
      return x < y;
    case Predicate::le:
      return x <= y;
    case Predicate::gt:
      return x > y;
    case Predicate::ge:
      return x >= y;
    }
    return false;
  };
  if (ca && cb)
    return Element::of(Formula(holds(*ca, *cb)));
  // A bounded whole number against an infinity or a huge value.
  if (a.kind != Element::Kind::integer || b.kind != Element::Kind::integer)
    return std::nullopt;
  if (a.integer.isUnknown() || b.integer.isUnknown())
    return std::nullopt;
  DimExpr d = a.integer - b.integer, one = 1;
  auto atLeast = [&](const DimExpr &e) {
    return Formula::atLeastZero(e, domain);
  };
  Formula ge = atLeast(d), le = atLeast(DimExpr(0) - d);
  switch (predicate) {
  case Predicate::eq:
    return Element::of(Formula::conjunction(ge, le));
  case Predicate::ne:
    return Element::of(
        Formula::disjunction(atLeast(d - one), atLeast(DimExpr(0) - d - one)));
  case Predicate::lt:
    return Element::of(atLeast(DimExpr(0) - d - one));
  case Predicate::le:
    return Element::of(le);
  case Predicate::gt:
    return Element::of(atLeast(d - one));
  case Predicate::ge:
    return Element::of(ge);
  }
  return std::nullopt;
}

ElementEvaluator::Result ElementEvaluator::arithmetic(Operation *op,
                                                      const Element &a,
                                                      const Element &b) {
  if (!a.isNumber() || !b.isNumber())
    return std::nullopt;
  auto ca = a.getConstant(), cb = b.getConstant();
  bool isInteger = elementOf(op->getResult(0)).isInteger();
  if (ca && cb && !(isInteger && isa<DivOp>(op))) {
    std::optional<double> r;
    llvm::TypeSwitch<Operation *>(op)
        .Case<AddOp>([&](auto) { r = *ca + *cb; })
        .Case<SubOp>([&](auto) { r = *ca - *cb; })
        .Case<MulOp>([&](auto) { r = *ca * *cb; })
        .Case<DivOp>([&](auto) { r = *ca / *cb; })
        .Case<MinOp>([&](auto) { r = std::min(*ca, *cb); })
        .Case<MaxOp>([&](auto) { r = std::max(*ca, *cb); })
        .Case<NegOp>([&](auto) { r = -*ca; })
        .Case<AbsOp>([&](auto) { r = std::abs(*ca); });
    if (!r || std::isnan(*r))
      return std::nullopt;
    return Element::of(*r);
  }
  const DimExpr &x = a.integer, &y = b.integer;
  if (x.isUnknown() || y.isUnknown())
    return std::nullopt;
  if (a.kind != Element::Kind::integer || b.kind != Element::Kind::integer ||
      (!isInteger && isa<DivOp>(op)))
    return arithmeticScaled(op, a.toScaled(), b.toScaled());
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<AddOp>([&](auto) { return Element::of(x + y); })
      .Case<SubOp>([&](auto) { return Element::of(x - y); })
      .Case<MulOp>([&](auto) { return Element::of(x * y); })
      .Case<NegOp>([&](auto) { return Element::of(DimExpr(0) - x); })
      .Case<AbsOp>([&](auto) {
        return Element::choice(Formula::atLeastZero(x - DimExpr(1), domain), a,
                               Element::of(DimExpr(0) - x));
      })
      .Case<MinOp>([&](auto) {
        return Element::choice(Formula::atLeastZero(y - x, domain), a, b);
      })
      .Case<MaxOp>([&](auto) {
        return Element::choice(Formula::atLeastZero(x - y, domain), a, b);
      })
      .Case<DivOp>([&](auto) -> Result {
        if (!isInteger || !domain.alwaysNonNegative(x) ||
            !domain.alwaysNonNegative(y - DimExpr(1)))
          return std::nullopt;
        return Element::of(DimExpr::floorDiv(x, y));
      })
      .Default([](Operation *) -> Result { return std::nullopt; });
}

/// On two scaled numbers.
ElementEvaluator::Result ElementEvaluator::arithmeticScaled(Operation *op,
                                                            const Element &a,
                                                            const Element &b) {
  auto each = [&](auto f) {
    std::vector<double> y(std::max(a.factors.size(), b.factors.size()));
    for (size_t i = 0; i < y.size(); ++i)
      y[i] = f(a.factors[a.factors.size() == 1 ? 0 : i],
               b.factors[b.factors.size() == 1 ? 0 : i]);
    return y;
  };
  auto negated = [](const Element &x) {
    std::vector<double> y = x.factors;
    for (double &f : y)
      f = -f;
    return y;
  };
  // sign * b added to a: of the same expression, or by the same factors.
  auto removes = [](const Element &x) {
    auto c = x.getConstant();
    return c && *c <= -6e4;
  };
  auto sum = [&](double sign) -> Result {
    // What removes a score does so whatever is added.
    if (removes(a) || (sign > 0 && removes(b)))
      return Element::of(removes(a) ? *a.getConstant() : *b.getConstant());
    if (a.integer == b.integer)
      return Element::scaled(
          each([&](double x, double y) { return x + sign * y; }), a.integer);
    if (a.factors == b.factors)
      return Element::scaled(a.factors,
                             a.integer + b.integer * DimExpr(int64_t(sign)));
    if (b.integer.isConstant(0))
      return Element::scaled(a.factors, a.integer);
    if (a.integer.isConstant(0))
      return Element::scaled(sign < 0 ? negated(b) : b.factors, b.integer);
    return std::nullopt;
  };
  if (isa<AddOp>(op))
    return sum(1);
  if (isa<SubOp>(op))
    return sum(-1);
  if (isa<NegOp>(op))
    return Element::scaled(negated(a), a.integer);
  if (isa<MulOp>(op))
    return Element::scaled(each([](double x, double y) { return x * y; }),
                           a.integer * b.integer);
  auto divisor = b.integer.getConstant();
  if (isa<DivOp>(op) && divisor.value_or(0) != 0 &&
      !llvm::is_contained(b.factors, 0.0))
    return Element::scaled(
        each([&](double x, double y) { return x / (y * double(*divisor)); }),
        a.integer);
  return std::nullopt;
}

ElementEvaluator::Result ElementEvaluator::cast(CastOp op, const Element &x) {
  Type to = op.getTo();
  if (to.isInteger(1)) {
    auto formula = toFormula(x);
    return formula ? Result(Element::of(*formula))
                   : fail(op, "the value is no expression");
  }
  if (x.kind == Element::Kind::condition)
    return Element::choice(x.condition, Element::of(DimExpr(1)),
                           Element::of(DimExpr(0)));
  if (x.kind == Element::Kind::choice) {
    auto a = cast(op, *x.whenTrue), b = cast(op, *x.whenFalse);
    if (!a || !b)
      return std::nullopt;
    return Element::choice(x.condition, *a, *b);
  }
  if (x.kind == Element::Kind::scaled)
    return to.isInteger() ? fail(op, "the value is no whole number") : x;
  if (x.kind == Element::Kind::real)
    return to.isInteger() ? Element::of(std::trunc(x.real)) : x;
  // Positions are far below 2^24; narrower types could round or wrap.
  if (!x.integer.getConstant() && to.getIntOrFloatBitWidth() < 32)
    return fail(op, "positions do not fit the type");
  return x;
}
