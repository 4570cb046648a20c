//===- ElementViews.cpp - index maps of ops that move elements ------------===//
#include "passes/Generate/ElementValue.h"

using namespace mlir;
using namespace sinter;

/// Splits a flat index into places of `sizes`: quotient by quotient, where the
/// rest is provably below the divisor.
static std::optional<Dims>
splitIndex(const DimExpr &flat, ArrayRef<DimExpr> sizes, const Domain &domain) {
  Dims places(sizes.size(), DimExpr(0));
  DimExpr rest = flat;
  for (size_t i = 0; i < sizes.size(); ++i) {
    DimExpr stride = product(sizes.drop_front(i + 1));
    if (stride.isConstant(1)) {
      places[i] = rest;
      return i + 1 == sizes.size() || llvm::all_of(sizes.drop_front(i + 1),
                                                   [](const DimExpr &d) {
                                                     return d.isConstant(1);
                                                   })
                 ? std::optional(places)
                 : std::nullopt;
    }
    auto isRest = [&](const DimExpr &e) {
      return domain.alwaysNonNegative(e) &&
             domain.alwaysNonNegative(stride - DimExpr(1) - e);
    };
    if (isRest(rest))
      continue; // quotient 0
    // Terms that the stride divides are the quotient.
    DimExpr quotient = rest.exactDiv(stride).value_or(0);
    if (quotient.isConstant(0)) {
      for (auto &[monomial, c] : rest.getTerms()) {
        DimExpr term = c;
        for (auto &atom : monomial)
          term = term * *DimExpr::parse(atom);
        if (auto q = term.exactDiv(stride))
          quotient = quotient + *q;
      }
    }
    DimExpr remainder = rest - quotient * stride;
    if (!isRest(remainder))
      return std::nullopt;
    places[i] = quotient;
    rest = remainder;
  }
  return places;
}

/// The place in a tensor of shape `in` of element `index` of its reshape to
/// `out`: groups of dimensions with equal products map to each other.
static std::optional<Dims> reshapeIndex(const Dims &index, const Dims &in,
                                        const Dims &out, const Domain &domain) {
  Dims places(in.size(), DimExpr(0));
  size_t i = 0, o = 0;
  while (true) {
    while (i < in.size() && in[i].isConstant(1))
      ++i;
    while (o < out.size() && out[o].isConstant(1))
      ++o;
    if (i == in.size() || o == out.size())
      break;
    size_t i0 = i, o0 = o;
    DimExpr pi = in[i++], po = out[o++];
    while (pi != po) {
      // Grow the side with fewer factors; sizes that are numbers decide.
      bool growIn =
          i < in.size() && (o == out.size() || po.exactDiv(pi).has_value());
      if (growIn)
        pi = pi * in[i++];
      else if (o < out.size())
        po = po * out[o++];
      else
        return std::nullopt;
      if (pi.isUnknown() || po.isUnknown())
        return std::nullopt;
    }
    if (i - i0 == 1 && o - o0 == 1) {
      places[i0] = index[o0];
      continue;
    }
    DimExpr flat;
    bool isUnknown = false;
    for (size_t k = o0; k < o; ++k) {
      isUnknown |= index[k].isUnknown();
      flat = flat * out[k] + index[k];
    }
    auto split = isUnknown
                     ? std::optional<Dims>(Dims(i - i0, DimExpr::unknown()))
                     : splitIndex(flat, ArrayRef(in).slice(i0, i - i0), domain);
    if (!split)
      return std::nullopt;
    for (size_t k = i0; k < i; ++k)
      places[k] = in[k].isConstant(1) ? DimExpr(0) : (*split)[k - i0];
  }
  return places;
}

ElementEvaluator::Result ElementEvaluator::computeReshape(ReshapeOp op,
                                                          const Dims &index) {
  auto places = op.getShape() ? std::nullopt
                              : reshapeIndex(index, dimsOf(op.getX()),
                                             dimsOf(op.getY()), domain);
  if (!places)
    return fail(op, "elements move in a way that is not followed");
  return evaluate(op.getX(), *places);
}

ElementEvaluator::Result ElementEvaluator::computeConcat(ConcatOp op,
                                                         const Dims &index) {
  int64_t axis = op.getAxis();
  DimExpr at = index[axis], begin;
  if (at.isUnknown())
    return fail(op, "the part is not known");
  SmallVector<DimExpr> begins;
  for (Value x : op.getXs()) {
    begins.push_back(begin);
    begin = begin + dimsOf(x)[axis];
  }
  // From the last part to the first; `result` holds from begins[i + 1] on.
  Result result;
  bool isBool = elementOf(op.getY()).isInteger(1);
  for (int64_t i = op.getXs().size() - 1; i >= 0; --i) {
    Formula later = result ? Formula::atLeastZero(at - begins[i + 1], domain)
                           : Formula(false);
    if (later.isTrue() ||
        Formula::atLeastZero(at - begins[i], domain).isFalse())
      continue;
    Dims place = index;
    place[axis] = at - begins[i];
    auto part = evaluate(op.getXs()[i], place);
    if (!part)
      return std::nullopt;
    if (!result)
      result = part;
    else if (isBool)
      result = Element::of(
          Formula::choice(later, result->condition, part->condition, domain));
    else
      result = Element::choice(later, *result, *part);
  }
  return result ? result : fail(op, "the part is not known");
}

DimExpr ElementEvaluator::toPlace(const Result &index, const DimExpr &size) {
  if (!index || index->kind != Element::Kind::integer)
    return DimExpr::unknown();
  if (domain.alwaysNonNegative(index->integer))
    return index->integer;
  if (domain.alwaysNegative(index->integer))
    return index->integer + size; // counts from the end
  return DimExpr::unknown();
}

ElementEvaluator::Result ElementEvaluator::computeGather(GatherOp op,
                                                         const Dims &index) {
  int64_t axis = op.getAxis(), width = rankOf(op.getIndices());
  Dims inner(index.begin() + axis, index.begin() + axis + width);
  auto at = evaluate(op.getIndices(), inner);
  Dims place(index.begin(), index.begin() + axis);
  place.push_back(toPlace(at, dimsOf(op.getX())[axis]));
  place.append(index.begin() + axis + width, index.end());
  return evaluate(op.getX(), place);
}

ElementEvaluator::Result ElementEvaluator::computeGatherND(GatherNDOp op,
                                                           const Dims &index) {
  int64_t batch = op.getBatchDims(), width = rankOf(op.getIndices()) - 1;
  int64_t depth = *dimsOf(op.getIndices()).back().getConstant();
  Dims sizes = dimsOf(op.getX());
  Dims place(index.begin(), index.begin() + batch);
  for (int64_t k = 0; k < depth; ++k) {
    Dims inner(index.begin(), index.begin() + width);
    inner.push_back(k);
    place.push_back(
        toPlace(evaluate(op.getIndices(), inner), sizes[batch + k]));
  }
  place.append(index.begin() + width, index.end());
  return evaluate(op.getX(), place);
}

/// Of a box that is written as a whole, an element a tuple: component k of the
/// tuple at place (p0, p1, ..) is pk plus an offset.
ElementEvaluator::Result ElementEvaluator::computeScatterND(ScatterNDOp op,
                                                            const Dims &index) {
  Dims at = dimsOf(op.getIndices());
  int64_t depth = *at.back().getConstant();
  if (op.getKind() != Scatter::write || int64_t(at.size()) != depth + 1)
    return fail(op, "it writes no box");
  // No symbol of an imported model has a colon.
  Domain places = domain;
  Dims tuple, source;
  for (int64_t i = 0; i < depth; ++i) {
    std::string symbol = ":place" + std::to_string(i);
    places.addIndex(symbol, at[i] - DimExpr(1));
    tuple.push_back(DimExpr::symbol(symbol));
  }
  ElementEvaluator inner(places, head, heads);
  Formula inside(true);
  for (int64_t k = 0; k < depth; ++k) {
    Dims where = tuple;
    for (int64_t i = 0; i < depth; ++i)
      if (at[i].isConstant(1))
        where[i] = 0;
    where.push_back(k);
    auto component = inner.evaluate(op.getIndices(), where);
    if (!component || component->kind != Element::Kind::integer)
      return fail(op, "its indices are not known");
    DimExpr offset = component->integer - where[k];
    bool moves = offset.isUnknown();
    for (const std::string &symbol : offset.getSymbols())
      moves |= StringRef(symbol).starts_with(":place");
    if (moves)
      return fail(op, "it writes no box");
    source.push_back(index[k] - offset);
    if (source.back().isUnknown())
      return fail(op, "the element is not known");
    inside = Formula::conjunction(
        inside,
        Formula::conjunction(
            Formula::atLeastZero(source.back(), domain),
            Formula::atLeastZero(at[k] - DimExpr(1) - source.back(), domain)));
  }
  source.append(index.begin() + depth, index.end());
  auto written = inside.isFalse() ? evaluate(op.getX(), index)
                                  : evaluate(op.getUpdates(), source);
  if (!written || inside.isTrue() || inside.isFalse())
    return written;
  auto old = evaluate(op.getX(), index);
  if (!old)
    return std::nullopt;
  if (elementOf(op.getY()).isInteger(1))
    return Element::of(
        Formula::choice(inside, written->condition, old->condition, domain));
  return Element::choice(inside, *written, *old);
}

ElementEvaluator::Result ElementEvaluator::computeTrilu(TriluOp op,
                                                        const Dims &index) {
  int64_t rank = index.size();
  DimExpr diagonal = 0;
  if (op.getK()) {
    auto k = shapeValues.getScalar(op.getK());
    if (!k)
      return fail(op, "its diagonal is not known");
    diagonal = *k;
  }
  auto x = evaluate(op.getX(), index);
  if (!x)
    return std::nullopt;
  DimExpr distance = index[rank - 1] - index[rank - 2] - diagonal;
  if (distance.isUnknown())
    return fail(op, "the element is not known");
  Formula keeps = Formula::atLeastZero(
      op.getUpper() ? distance : DimExpr(0) - distance, domain);
  if (elementOf(op.getY()).isInteger(1))
    return Element::of(Formula::conjunction(keeps, x->condition));
  return Element::choice(keeps, *x, Element::of(DimExpr(0)));
}

ElementEvaluator::Result ElementEvaluator::computeCumSum(CumSumOp op,
                                                         const Dims &index) {
  // Of a value that is the same everywhere along the axis.
  int64_t axis = op.getAxis();
  DimExpr size = dimsOf(op.getX())[axis];
  Domain places = domain;
  places.addIndex(":sum", size - DimExpr(1));
  Dims anywhere = index;
  anywhere[axis] = DimExpr::symbol(":sum");
  ElementEvaluator inner(places, head, heads);
  auto x = inner.evaluate(op.getX(), anywhere);
  if (!x) {
    reason = inner.getReason();
    return std::nullopt;
  }
  if (x->kind != Element::Kind::integer || x->integer.isUnknown() ||
      llvm::is_contained(x->integer.getSymbols(), ":sum") ||
      index[axis].isUnknown())
    return fail(op, "it sums different values");
  DimExpr count =
      op.getReverse() ? size - index[axis] : index[axis] + DimExpr(1);
  if (op.getExclusive())
    count = count - DimExpr(1);
  return Element::of(x->integer * count);
}

ElementEvaluator::Result ElementEvaluator::computeRange(RangeOp op,
                                                        const Dims &index) {
  auto start = evaluate(op.getStart(), {}), delta = evaluate(op.getDelta(), {});
  if (!start || !delta || start->kind != Element::Kind::integer ||
      delta->kind != Element::Kind::integer || index[0].isUnknown())
    return fail(op, "the element is not known");
  DimExpr value = start->integer + delta->integer * index[0];
  if (value.isUnknown())
    return fail(op, "the element is not known");
  return Element::of(value);
}
