//===- ConvertElementwise.cpp - one scalar function over tensors ----------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/GraphImporter.h"
#include "lib/Importer/KnownValues.h"
#include "lib/Importer/Node.h"
#include "lib/Importer/Tensors.h"
#include <limits>

using namespace mlir;
using namespace sinter;

template <typename Op> static void unary(Node &n) {
  n.set(0, n.create<Op>(n.in(0)));
}

template <typename Op> static void binary(Node &n) {
  Value a = n.in(0), b = n.in(1);
  n.set(0, n.create<Op>(a, b));
}

template <Predicate predicate> static void comparison(Node &n) {
  Value a = n.in(0), b = n.in(1);
  n.set(0, n.create<CompareOp>(predicate, a, b));
}

/// Left fold over any number of operands.
template <typename Op> static void variadic(Node &n) {
  Value all;
  for (Value operand : n.allIn())
    all = all ? n.create<Op>(all, operand) : operand;
  n.set(0, all);
}

static void mean(Node &n) {
  variadic<AddOp>(n);
  Value count = n.scalar(n.numIn(), n.element(n.get(0)));
  n.set(0, n.create<DivOp>(n.get(0), count));
}

static void where(Node &n) {
  Value cond = n.in(0), a = n.in(1), b = n.in(2);
  n.set(0, n.create<SelectOp>(cond, a, b));
}

/// A constant where constants alone decide y.
static Value foldKnown(Node &n, Value y) {
  DenseElementsAttr elements = getKnownElements(y);
  return elements ? n.constant(elements) : y;
}

static void castTo(Node &n) {
  // Both say how to round to float8, which is refused as a type.
  n.ignoreAttr("saturate");
  n.ignoreAttr("round_mode");
  int64_t to = n.requiredInt("to");
  Type element = getElementType(n.builder.getContext(), int32_t(to));
  if (!element)
    return n.refuse("elements of type " + getDataTypeName(int32_t(to)) +
                        " are not supported",
                    "float16, bfloat16, float, double, bool, int8 to int64, "
                    "uint8 to uint64");
  Value x = n.in(0), y = n.cast(x, element);
  // Real arithmetic on numbers that are known gives sizes: torch_int(n ** 0.5).
  if (!n.failed() && isa<FloatType>(n.element(x)) && isa<IntegerType>(element))
    y = foldKnown(n, y);
  n.set(0, y);
}

static void castLike(Node &n) {
  n.ignoreAttr("saturate");
  n.ignoreAttr("round_mode");
  Value like = n.in(1);
  if (int32_t packed = n.failed() ? 0 : n.graph.getPackedType(like))
    return n.refuse("elements of type " + getDataTypeName(packed) +
                    " are not supported");
  n.set(0, n.cast(n.in(0), n.element(like)));
}

static void clip(Node &n) {
  Value x = n.in(0);
  if (Value low = n.optionalIn(1))
    x = n.create<MaxOp>(x, low);
  if (Value high = n.optionalIn(2))
    x = n.create<MinOp>(x, high);
  n.set(0, x);
}

static void isInf(Node &n) {
  Value x = n.in(0);
  bool positive = n.intAttr("detect_positive", 1);
  bool negative = n.intAttr("detect_negative", 1);
  double inf = std::numeric_limits<double>::infinity();
  auto is = [&](double value) {
    return n.create<CompareOp>(Predicate::eq, x, n.scalar(value, n.element(x)));
  };
  if (positive && negative)
    n.set(0, n.create<OrOp>(is(inf), is(-inf)));
  else if (positive || negative)
    n.set(0, is(positive ? inf : -inf));
  else // nothing is asked for: false
    n.set(0, n.create<CompareOp>(Predicate::lt, x, x));
}

/// a - b * (a / b), the quotient rounded toward zero (fmod) or down.
/// The remainders of sizes, of the divisor's sign: a - b * floor(a / b).
static Value remaindersOf(Node &n, Value a, Value b) {
  auto x = n.values.get(a), y = n.values.get(b);
  bool isWide = n.element(a).isInteger(32) || n.element(a).isInteger(64);
  if (!x || !y || !isWide || n.rank(a) > 1 || n.rank(b) > 1 ||
      (y->size() != 1 && y->size() != x->size()))
    return {};
  Dims rests;
  for (auto [i, e] : llvm::enumerate(*x)) {
    DimExpr by = (*y)[y->size() == 1 ? 0 : i];
    if (by.getConstant().value_or(0) <= 0)
      return {};
    rests.push_back(e - by * DimExpr::floorDiv(e, by));
  }
  bool isKnown = llvm::none_of(rests, [](auto &e) { return e.isUnknown(); });
  if (!isKnown || n.rank(b) > n.rank(a))
    return {};
  return SymbolicOp::create(n.builder, n.loc, a.getType(),
                            DimsAttr::get(n.builder.getContext(), rests));
}

static void mod(Node &n) {
  Value a = n.in(0), b = n.in(1);
  bool fmod = n.intAttr("fmod", 0);
  if (isa<FloatType>(n.element(a)))
    return n.refuse("elements are floats", "integers");
  Value rest = n.create<SubOp>(a, n.create<MulOp>(b, n.create<DivOp>(a, b)));
  auto areSizes = [&](Value v) {
    auto known = n.values.get(v);
    return known && llvm::all_of(*known, [&](const DimExpr &e) {
             return n.values.isSize(e);
           });
  };
  if (fmod || n.failed() || n.element(a).isUnsignedInteger() ||
      (areSizes(a) && areSizes(b)))
    return n.set(0, rest);
  if (Value rests = remaindersOf(n, a, b))
    return n.set(0, rests);
  Value zero = n.scalar(0, n.element(a));
  auto negative = [&](Value v) {
    return n.create<CompareOp>(Predicate::lt, v, zero);
  };
  Value move = n.create<AndOp>(n.create<CompareOp>(Predicate::ne, rest, zero),
                               n.create<XorOp>(negative(rest), negative(b)));
  Value y = n.create<SelectOp>(move, n.create<AddOp>(rest, b), rest);
  // Bounds of slices may be such: torch.movedim counts axes by it.
  n.set(0, foldKnown(n, y));
}

void sinter::addElementwiseConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"Abs", {13}, unary<AbsOp>},
      {"Neg", {13}, unary<NegOp>},
      {"Sign", {13}, unary<SignOp>},
      {"Exp", {13}, unary<ExpOp>},
      {"Log", {13}, unary<LogOp>},
      {"Sqrt", {13}, unary<SqrtOp>},
      {"Reciprocal", {13}, unary<ReciprocalOp>},
      {"Sin", {7, 22}, unary<SinOp>},
      {"Cos", {7, 22}, unary<CosOp>},
      {"Tan", {7, 22}, unary<TanOp>},
      {"Asin", {7, 22}, unary<AsinOp>},
      {"Acos", {7, 22}, unary<AcosOp>},
      {"Atan", {7, 22}, unary<AtanOp>},
      {"Sinh", {9, 22}, unary<SinhOp>},
      {"Cosh", {9, 22}, unary<CoshOp>},
      {"Asinh", {9, 22}, unary<AsinhOp>},
      {"Acosh", {9, 22}, unary<AcoshOp>},
      {"Atanh", {9, 22}, unary<AtanhOp>},
      {"Tanh", {13}, unary<TanhOp>},
      {"Erf", {13}, unary<ErfOp>},
      {"Sigmoid", {13}, unary<SigmoidOp>},
      {"Relu", {13, 14}, unary<ReluOp>},
      {"Floor", {13}, unary<FloorOp>},
      {"Ceil", {13}, unary<CeilOp>},
      {"Round", {11, 22}, unary<RoundOp>},
      {"Not", {1}, unary<NotOp>},
      {"IsNaN", {13, 20}, unary<IsNaNOp>},
      {"IsInf", {10, 20}, isInf},
      {"Add", {13, 14}, binary<AddOp>},
      {"Sub", {13, 14}, binary<SubOp>},
      {"Mul", {13, 14}, binary<MulOp>},
      {"Div", {13, 14}, binary<DivOp>},
      {"Pow", {13, 15}, binary<PowOp>},
      {"Mod", {13, 28}, mod, "integers only"},
      {"And", {7}, binary<AndOp>},
      {"Or", {7}, binary<OrOp>},
      {"Xor", {7}, binary<XorOp>},
      {"Equal", {13, 19}, comparison<Predicate::eq>, "no strings"},
      {"Less", {13}, comparison<Predicate::lt>},
      {"LessOrEqual", {12, 16}, comparison<Predicate::le>},
      {"Greater", {13}, comparison<Predicate::gt>},
      {"GreaterOrEqual", {12, 16}, comparison<Predicate::ge>},
      {"Max", {13}, variadic<MaxOp>},
      {"Min", {13}, variadic<MinOp>},
      {"Sum", {13}, variadic<AddOp>},
      {"Mean", {13}, mean},
      {"Where", {9, 16}, where},
      {"Cast",
       {13, 19, 21, 23, 24, 25, 28},
       castTo,
       "no strings, float8, float4, int4, int2"},
      {"CastLike",
       {15, 19, 21, 23, 24, 25},
       castLike,
       "no strings, float8, float4, int4, int2"},
      {"Clip", {13}, clip},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
