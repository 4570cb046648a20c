//===- ShapeValues.cpp - what integer tensors are known to hold -----------===//
#include "dialects/Sinter/IR/ShapeValues.h"
#include "dialects/Sinter/IR/Folds.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

void ShapeValues::addSizes(ArrayRef<DimExpr> dims) {
  for (const DimExpr &d : dims)
    if (!d.isUnknown() && !d.isNonNegative()) {
      sizes[d.str()] = d;
      if (auto bound = d.getLeastSymbol()) {
        int64_t &least = symbols[bound->first];
        least = std::max(least, bound->second);
      }
    }
}

/// With what the sizes of tensors say about symbols: a symbol is the least that
/// it can be, and what is left.
DimExpr ShapeValues::shift(const DimExpr &e) const {
  return e.substitute([&](StringRef symbol) -> std::optional<DimExpr> {
    auto it = symbols.find(symbol);
    return it == symbols.end()
               ? std::nullopt
               : std::optional(DimExpr::symbol(symbol) + DimExpr(it->second));
  });
}

bool ShapeValues::isSize(const DimExpr &e) const {
  if (e.isUnknown() || e.isNonNegative())
    return !e.isUnknown();
  if (!symbols.empty() && shift(e).isNonNegative())
    return true;
  return sizes.contains(e.str()) || llvm::any_of(sizes, [&](auto &entry) {
           auto quotient = e.exactDiv(entry.second);
           return quotient && quotient->isNonNegative();
         });
}

DimExpr ShapeValues::max(const DimExpr &a, const DimExpr &b) const {
  return isSize(a - b) ? a : isSize(b - a) ? b : DimExpr::max(a, b);
}

DimExpr ShapeValues::min(const DimExpr &a, const DimExpr &b) const {
  return isSize(a - b) ? b : isSize(b - a) ? a : DimExpr::min(a, b);
}

DimExpr ShapeValues::simplify(const DimExpr &e) const {
  if (symbols.empty())
    return e;
  DimExpr total;
  for (auto &[monomial, q] : e.getTerms()) {
    DimExpr term(q);
    for (auto &text : monomial) {
      DimAtom atom = DimAtom::get(text);
      for (DimExpr &argument : atom.arguments)
        argument = simplify(argument);
      auto &args = atom.arguments;
      term = term * (atom.name == "max"   ? max(args[0], args[1])
                     : atom.name == "min" ? min(args[0], args[1])
                     : atom.name == "floordiv"
                         ? DimExpr::floorDiv(args[0], args[1])
                     : args.empty() ? DimExpr::symbol(text)
                                    : DimExpr::bcast(args[0], args[1]));
    }
    total = total + term;
  }
  return total.isUnknown() ? e : total;
}

/// The sum of all elements when they are one number, whatever their count is:
/// the length that a mask of ones says.
std::optional<Dims> ShapeValues::sumUniform(ReduceOp reduce) {
  DimExpr count = product(dimsOf(reduce.getX()));
  Value x = reduce.getX();
  while (Operation *op = x.getDefiningOp()) {
    auto cast = dyn_cast<CastOp>(op);
    if (!isa<BroadcastToOp, ReshapeOp>(op) &&
        !(cast && elementOf(x).isInteger(64)))
      break;
    x = op->getOperand(0);
  }
  auto one = getScalar(x);
  if (reduce.getKind() != Reduction::sum || !one || count.isUnknown() ||
      elementOf(x).isInteger(1))
    return std::nullopt;
  return Dims{*one * count};
}

/// A float of few bits as a quotient of whole numbers.
static std::optional<ShapeValues::Real> makeReal(Attribute splat) {
  auto number = dyn_cast_or_null<FloatAttr>(splat);
  if (!number)
    return std::nullopt;
  int64_t by = 1;
  for (double value = number.getValueAsDouble(); by <= 1 << 20; by *= 2)
    if (value * double(by) == std::floor(value * double(by)) &&
        std::abs(value) < 1 << 20)
      return ShapeValues::Real{int64_t(value * double(by)), by};
  return std::nullopt;
}

/// What scalar float arithmetic on sizes gives: exporters write math.ceil(h /
/// 2) so. Exact below 2^24, as sizes of images and texts are.
std::optional<ShapeValues::Real> ShapeValues::getReal(Value value) {
  if (!tensorOf(value).hasStaticShape() ||
      tensorOf(value).getNumElements() != 1)
    return std::nullopt;
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<ConstantOp>(op))
    return makeReal(getSplat(value));
  if (auto cast = dyn_cast_or_null<CastOp>(op);
      cast && elementOf(cast.getX()).isInteger()) {
    auto whole = getScalar(cast.getX());
    return whole ? std::optional(Real{*whole, 1}) : std::nullopt;
  }
  if (!isa_and_nonnull<CastOp, ReshapeOp, FloorOp, CeilOp, AddOp, SubOp, MulOp,
                       DivOp>(op))
    return std::nullopt;
  auto a = getReal(op->getOperand(0));
  auto b = op->getNumOperands() > 1 && !isa<ReshapeOp>(op)
               ? getReal(op->getOperand(1))
               : std::optional(Real{0, 1});
  if (!a || !b)
    return std::nullopt;
  auto &[x, p] = *a;
  auto &[y, q] = *b;
  return llvm::TypeSwitch<Operation *, std::optional<Real>>(op)
      .Case<FloorOp>([&](auto) { return Real{DimExpr::floorDiv(x, p), 1}; })
      .Case<CeilOp>([&](auto) {
        return Real{DimExpr::floorDiv(x + p - DimExpr(1), p), 1};
      })
      .Case<AddOp>([&](auto) { return Real{x * q + y * p, p * q}; })
      .Case<SubOp>([&](auto) { return Real{x * q - y * p, p * q}; })
      .Case<MulOp>([&](auto) { return Real{x * y, p * q}; })
      .Case<DivOp>([&](auto) -> std::optional<Real> {
        if (y.getConstant().value_or(0) <= 0)
          return std::nullopt;
        return Real{x * q, p * y};
      })
      .Default([&](Operation *) { return *a; });
}

std::optional<Dims> ShapeValues::truncateReal(Value value) {
  auto real = getReal(value);
  if (!real)
    return std::nullopt;
  auto &[x, by] = *real;
  if (auto whole = x.exactDiv(by))
    return Dims{*whole};
  if (!isSize(x))
    return std::nullopt;
  return Dims{DimExpr::floorDiv(x, by)};
}

static constexpr int64_t maxElements = 64;

std::optional<Dims> ShapeValues::get(Value value) {
  auto it = known.find(value);
  if (it != known.end())
    return it->second;
  known[value] = std::nullopt; // graphs have no cycles; this is for depth only
  auto result = compute(value);
  known[value] = result;
  return result;
}

std::optional<DimExpr> ShapeValues::getScalar(Value value) {
  auto values = get(value);
  if (!values || values->size() != 1)
    return std::nullopt;
  return values->front();
}

std::optional<SmallVector<int64_t>> ShapeValues::getConstants(Value value) {
  auto values = get(value);
  if (!values)
    return std::nullopt;
  SmallVector<int64_t> constants;
  for (auto &v : *values) {
    auto c = v.getConstant();
    if (!c)
      return std::nullopt;
    constants.push_back(*c);
  }
  return constants;
}

// Row-major index of the operand's element that result element `flat` reads.
static int64_t broadcastIndex(int64_t flat, ArrayRef<int64_t> result,
                              ArrayRef<int64_t> operand) {
  int64_t index = 0, stride = 1;
  for (size_t i = 0; i < operand.size(); ++i) {
    int64_t size = operand[operand.size() - 1 - i];
    int64_t full = result[result.size() - 1 - i];
    index += size == 1 ? 0 : (flat % full) * stride;
    stride *= size;
    flat /= full;
  }
  return index;
}

/// Elements of x, each from where `from` says for a place of the result.
std::optional<Dims> ShapeValues::pick(
    Value x, RankedTensorType type,
    llvm::function_ref<SmallVector<int64_t>(ArrayRef<int64_t>)> from) {
  auto values = get(x);
  if (!values)
    return std::nullopt;
  ArrayRef<int64_t> in = tensorOf(x).getShape(), out = type.getShape();
  Dims result;
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    SmallVector<int64_t> at(out.size());
    int64_t rest = i;
    for (int64_t d = int64_t(out.size()) - 1; d >= 0; --d) {
      at[d] = rest % out[d];
      rest /= out[d];
    }
    int64_t flat = 0;
    for (auto [place, size] : llvm::zip_equal(from(at), in)) {
      if (place < 0 || place >= size)
        return std::nullopt;
      flat = flat * size + place;
    }
    result.push_back((*values)[flat]);
  }
  return result;
}

std::optional<Dims> ShapeValues::compute(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isInteger() ||
      type.getNumElements() > maxElements)
    return std::nullopt;
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;

  auto elementwise =
      [&](llvm::function_ref<std::optional<DimExpr>(ArrayRef<DimExpr>)> f)
      -> std::optional<Dims> {
    SmallVector<Dims> operands;
    for (Value operand : op->getOperands()) {
      auto v = get(operand);
      if (!v)
        return std::nullopt;
      operands.push_back(*v);
    }
    Dims result;
    for (int64_t i = 0; i < type.getNumElements(); ++i) {
      Dims arguments;
      for (auto [operand, values] :
           llvm::zip_equal(op->getOperands(), operands))
        arguments.push_back(values[broadcastIndex(
            i, type.getShape(), tensorOf(operand).getShape())]);
      auto r = f(arguments);
      if (!r || r->isUnknown())
        return std::nullopt;
      result.push_back(*r);
    }
    return result;
  };
  using Result = std::optional<Dims>;

  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<ConstantOp>([&](ConstantOp c) -> Result {
        auto elements = dyn_cast<DenseIntElementsAttr>(c.getValue());
        if (!elements)
          return std::nullopt;
        Dims result;
        bool isUnsigned = type.getElementType().isUnsignedInteger() ||
                          type.getElementType().isInteger(1);
        for (const APInt &v : elements.getValues<APInt>())
          result.push_back(isUnsigned ? int64_t(v.getZExtValue())
                                      : v.getSExtValue());
        return result;
      })
      .Case<SymbolicOp>([&](SymbolicOp s) -> Result {
        Dims result;
        for (unsigned i = 0; i < s.getExprs().getExprs().size(); ++i)
          result.push_back(s.getExprs().getDim(i));
        return result;
      })
      .Case<ShapeOfOp>([&](ShapeOfOp s) -> Result {
        Dims dims = dimsOf(s.getX());
        Dims result(dims.begin() + s.getStart(), dims.begin() + s.getEnd());
        for (auto &d : result)
          if (d.isUnknown())
            return std::nullopt;
        addSizes(result);
        return result;
      })
      .Case<ReshapeOp>([&](ReshapeOp r) { return get(r.getX()); })
      .Case<CastOp>([&](CastOp c) -> Result {
        if (c.getTo().isInteger(1))
          return elementwise([](ArrayRef<DimExpr> a) -> std::optional<DimExpr> {
            auto known = a[0].getConstant();
            return known ? std::optional(DimExpr(*known != 0)) : std::nullopt;
          });
        if (!c.getTo().isInteger() || c.getTo().getIntOrFloatBitWidth() < 32)
          return std::nullopt;
        if (isa<FloatType>(elementOf(c.getX())))
          return truncateReal(c.getX());
        return get(c.getX());
      })
      .Case<BroadcastToOp>([&](BroadcastToOp) -> Result {
        auto x = op->getOperand(0);
        auto values = get(x);
        if (!values)
          return std::nullopt;
        Dims result;
        for (int64_t i = 0; i < type.getNumElements(); ++i)
          result.push_back((*values)[broadcastIndex(i, type.getShape(),
                                                    tensorOf(x).getShape())]);
        return result;
      })
      .Case<ConcatOp>([&](ConcatOp c) -> Result {
        if (type.getRank() != 1)
          return std::nullopt;
        Dims result;
        for (Value x : c.getXs()) {
          auto values = get(x);
          if (!values)
            return std::nullopt;
          llvm::append_range(result, *values);
        }
        return result;
      })
      .Case<GatherOp>([&](GatherOp g) -> Result {
        if (rankOf(g.getX()) != 1)
          return std::nullopt;
        auto values = get(g.getX());
        auto indices = getConstants(g.getIndices());
        if (!values || !indices)
          return std::nullopt;
        Dims result;
        for (int64_t i : *indices) {
          i += i < 0 ? int64_t(values->size()) : 0;
          if (i < 0 || i >= int64_t(values->size()))
            return std::nullopt;
          result.push_back((*values)[i]);
        }
        return result;
      })
      .Case<SliceOp>([&](SliceOp s) -> Result {
        if (!s.getOffsets())
          return std::nullopt;
        SmallVector<int64_t> offsets;
        for (unsigned i = 0; i < s.getOffsets()->getExprs().size(); ++i) {
          auto offset = s.getOffsets()->getDim(i).getConstant();
          if (!offset)
            return std::nullopt;
          offsets.push_back(*offset);
        }
        ArrayRef<int64_t> strides = *s.getStrides();
        return pick(s.getX(), type, [&](ArrayRef<int64_t> at) {
          SmallVector<int64_t> from;
          for (auto [i, place] : llvm::enumerate(at))
            from.push_back(offsets[i] + place * strides[i]);
          return from;
        });
      })
      .Case<TransposeOp>([&](TransposeOp t) -> Result {
        return pick(t.getX(), type, [&](ArrayRef<int64_t> at) {
          SmallVector<int64_t> from(at);
          for (auto [i, axis] : llvm::enumerate(t.getPerm()))
            from[axis] = at[i];
          return from;
        });
      })
      .Case<RangeOp>([&](RangeOp r) -> Result {
        auto start = getScalar(r.getStart()), delta = getScalar(r.getDelta());
        if (!start || !delta)
          return std::nullopt;
        Dims result;
        for (int64_t i = 0; i < type.getNumElements(); ++i)
          result.push_back(*start + *delta * DimExpr(i));
        return result;
      })
      .Case<ReduceOp>([&](ReduceOp r) -> Result {
        if (type.getNumElements() != 1)
          return std::nullopt;
        auto values = get(r.getX());
        if (!values)
          return sumUniform(r);
        if (r.getKind() == Reduction::prod)
          return Dims{product(*values)};
        if (r.getKind() != Reduction::sum)
          return std::nullopt;
        DimExpr total;
        for (auto &v : *values)
          total = total + v;
        return Dims{total};
      })
      .Case<AddOp>([&](AddOp) {
        return elementwise([](ArrayRef<DimExpr> a) { return a[0] + a[1]; });
      })
      .Case<SubOp>([&](SubOp) {
        return elementwise([](ArrayRef<DimExpr> a) { return a[0] - a[1]; });
      })
      .Case<MulOp>([&](MulOp) {
        return elementwise([&](ArrayRef<DimExpr> a) {
          DimExpr both = a[0] * a[1];
          if (isSize(a[0]) && isSize(a[1]))
            addSizes(both);
          return both;
        });
      })
      .Case<MaxOp>([&](MaxOp) {
        return elementwise(
            [&](ArrayRef<DimExpr> a) { return max(a[0], a[1]); });
      })
      .Case<MinOp>([&](MinOp) {
        return elementwise(
            [&](ArrayRef<DimExpr> a) { return min(a[0], a[1]); });
      })
      .Case<NegOp>([&](NegOp) {
        return elementwise(
            [](ArrayRef<DimExpr> a) { return DimExpr(0) - a[0]; });
      })
      .Case<NotOp>([&](NotOp) {
        return elementwise(
            [](ArrayRef<DimExpr> a) { return DimExpr(1) - a[0]; });
      })
      .Case<DivOp>([&](DivOp) {
        // Toward zero equals floor only where nothing is negative.
        return elementwise([&](ArrayRef<DimExpr> a) -> std::optional<DimExpr> {
          bool isPositive = a[1].getConstant().value_or(0) > 0;
          if (!isSize(a[0]) && isPositive) {
            DimExpr down = DimExpr::floorDiv(a[0], a[1]);
            DimExpr up = DimExpr::floorDiv(a[0] + a[1] - DimExpr(1), a[1]);
            return min(max(down, 0), up);
          }
          if (!isSize(a[0]) || !isSize(a[1]) || a[1].isConstant(0))
            return std::nullopt;
          DimExpr quotient = DimExpr::floorDiv(a[0], a[1]);
          addSizes(quotient);
          return quotient;
        });
      })
      .Case<CompareOp>([&](CompareOp c) {
        return elementwise([&](ArrayRef<DimExpr> a) -> std::optional<DimExpr> {
          auto difference = (a[0] - a[1]).getConstant();
          if (!difference) {
            // A size is never negative: `size == -1` is false.
            bool never = (a[1].getConstant().value_or(0) < 0 && isSize(a[0])) ||
                         (a[0].getConstant().value_or(0) < 0 && isSize(a[1]));
            if (!never)
              return std::nullopt;
            if (c.getPredicate() == Predicate::eq)
              return DimExpr(0);
            if (c.getPredicate() == Predicate::ne)
              return DimExpr(1);
            return std::nullopt;
          }
          int64_t d = *difference;
          switch (c.getPredicate()) {
          case Predicate::eq:
            return DimExpr(d == 0);
          case Predicate::ne:
            return DimExpr(d != 0);
          case Predicate::lt:
            return DimExpr(d < 0);
          case Predicate::le:
            return DimExpr(d <= 0);
          case Predicate::gt:
            return DimExpr(d > 0);
          case Predicate::ge:
            return DimExpr(d >= 0);
          }
          return std::nullopt;
        });
      })
      .Case<SelectOp>([&](SelectOp) {
        return elementwise([](ArrayRef<DimExpr> a) -> std::optional<DimExpr> {
          auto c = a[0].getConstant();
          if (!c)
            return std::nullopt;
          return *c ? a[1] : a[2];
        });
      })
      .Default([](Operation *) -> Result { return std::nullopt; });
}
