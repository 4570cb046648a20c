//===- Elementwise.cpp - one scalar function over broadcast tensors -------===//
//
// Floats are computed in double and rounded once to the result's type (for
// + - * / and sqrt of f32 and narrower that is the correctly rounded result);
// integers wrap.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/ScalarMath.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

using Arguments = ArrayRef<Scalar>;
// What a scalar function says when it has no result for its arguments.
using Why = std::optional<StringRef>;

static Scalar real(double value) {
  Scalar result;
  result.kind = ElementKind::f64;
  result.real = value;
  return result;
}
static Scalar integer(uint64_t value) {
  return Scalar::ofInt(ElementKind::i64, value);
}

// Calls apply(arguments, result) for each element; apply's result is rounded
// or wrapped to the result's element type.
static LogicalResult map(Evaluation &eval, Operation *op,
                         llvm::function_ref<Why(Arguments, Scalar &)> apply) {
  SmallVector<Tensor, 3> operands;
  Shape shape;
  for (Value operand : op->getOperands()) {
    operands.push_back(eval.tensor(operand));
    auto joined = broadcastShapes(shape, operands.back().getShape());
    if (!joined)
      return eval.error(op)
             << "shapes " << shapeText(shape) << " and "
             << operands.back().shapeText() << " do not broadcast";
    shape = *joined;
  }
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (failed(eval.checkFits(op, type.getElementType(), shape)))
    return failure();
  SmallVector<Shape, 3> strides;
  for (Tensor &operand : operands)
    strides.push_back(broadcastStrides(operand.getShape(), shape));
  Tensor result(type.getElementType(), shape);
  SmallVector<Scalar, 3> arguments(operands.size());
  int64_t at = 0;
  Why why;
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    for (size_t i = 0; i < operands.size(); ++i)
      arguments[i] = operands[i].get(positionOf(index, strides[i]));
    Scalar value;
    if (auto reason = apply(arguments, value); reason && !why)
      why = reason;
    else
      result.set(at, value);
    ++at;
  });
  if (why)
    return eval.error(op) << *why;
  eval.set(op->getResult(0), std::move(result));
  return success();
}

// A function of floats alone.
static LogicalResult mapReal(Evaluation &eval, Operation *op,
                             llvm::function_ref<double(double)> f) {
  return map(eval, op, [&](Arguments x, Scalar &y) -> Why {
    y = real(f(x[0].real));
    return {};
  });
}

// Functions of floats, of signed and of unsigned integers.
template <typename Real, typename Signed, typename Unsigned>
static LogicalResult mapAny(Evaluation &eval, Operation *op, Real onReals,
                            Signed onSigned, Unsigned onUnsigned) {
  return map(eval, op, [&](Arguments x, Scalar &y) -> Why {
    auto second = x.size() > 1 ? x[1] : x[0];
    if (x[0].isFloat())
      y = real(onReals(x[0].real, second.real));
    else if (isUnsigned(x[0].kind))
      y = integer(onUnsigned(uint64_t(x[0].integer), uint64_t(second.integer)));
    else
      y = integer(onSigned(x[0].integer, second.integer));
    return {};
  });
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

LogicalResult AbsOp::interpret(Evaluation &eval) {
  return mapAny(
      eval, *this, [](double x, double) { return std::fabs(x); },
      [](int64_t x, int64_t) { return x < 0 ? 0 - uint64_t(x) : uint64_t(x); },
      [](uint64_t x, uint64_t) { return x; });
}

LogicalResult NegOp::interpret(Evaluation &eval) {
  auto negate = [](uint64_t x, uint64_t) { return 0 - x; };
  return mapAny(
      eval, *this, [](double x, double) { return -x; }, negate, negate);
}

LogicalResult SignOp::interpret(Evaluation &eval) {
  return mapAny(
      eval, *this, [](double x, double) { return x > 0   ? 1
                                                 : x < 0 ? -1
                                                         : x; },
      [](int64_t x, int64_t) { return (x > 0) - (x < 0); },
      [](uint64_t x, uint64_t) { return x > 0; });
}

#define SINTER_MAP_REAL(Op, expression)                                        \
  LogicalResult Op::interpret(Evaluation &eval) {                              \
    return mapReal(eval, *this,                                                \
                   [](double x) -> double { return expression; });             \
  }
SINTER_MAP_REAL(ExpOp, std::exp(x))
SINTER_MAP_REAL(LogOp, std::log(x))
SINTER_MAP_REAL(SqrtOp, std::sqrt(x))
SINTER_MAP_REAL(ReciprocalOp, 1 / x)
SINTER_MAP_REAL(SinOp, std::sin(x))
SINTER_MAP_REAL(CosOp, std::cos(x))
SINTER_MAP_REAL(TanOp, std::tan(x))
SINTER_MAP_REAL(AsinOp, std::asin(x))
SINTER_MAP_REAL(AcosOp, std::acos(x))
SINTER_MAP_REAL(AtanOp, std::atan(x))
SINTER_MAP_REAL(SinhOp, std::sinh(x))
SINTER_MAP_REAL(CoshOp, std::cosh(x))
SINTER_MAP_REAL(AsinhOp, std::asinh(x))
SINTER_MAP_REAL(AcoshOp, std::acosh(x))
SINTER_MAP_REAL(AtanhOp, std::atanh(x))
SINTER_MAP_REAL(TanhOp, std::tanh(x))
SINTER_MAP_REAL(ErfOp, std::erf(x))
SINTER_MAP_REAL(SigmoidOp, 1 / (1 + std::exp(-x)))
SINTER_MAP_REAL(FloorOp, std::floor(x))
SINTER_MAP_REAL(CeilOp, std::ceil(x))
SINTER_MAP_REAL(RoundOp, std::nearbyint(x))

LogicalResult ReluOp::interpret(Evaluation &eval) {
  return mapAny(
      eval, *this,
      [](double x, double) { return activate(Activation::relu, x); },
      [](int64_t x, int64_t) { return std::max<int64_t>(x, 0); },
      [](uint64_t x, uint64_t) { return x; });
}

LogicalResult ActivationOp::interpret(Evaluation &eval) {
  return mapReal(eval, *this, [&](double x) { return activate(getKind(), x); });
}

LogicalResult NotOp::interpret(Evaluation &eval) {
  return map(eval, *this, [](Arguments x, Scalar &y) -> Why {
    y = integer(!x[0].integer);
    return {};
  });
}

LogicalResult IsNaNOp::interpret(Evaluation &eval) {
  return map(eval, *this, [](Arguments x, Scalar &y) -> Why {
    y = integer(std::isnan(x[0].real));
    return {};
  });
}

LogicalResult CastOp::interpret(Evaluation &eval) {
  ElementKind to = *getElementKind(getTo());
  return map(eval, *this, [&](Arguments x, Scalar &y) -> Why {
    y = castScalar(x[0], to);
    return {};
  });
}

//===----------------------------------------------------------------------===//
// Two and three operands
//===----------------------------------------------------------------------===//

#define SINTER_MAP_WRAPPING(Op, sign)                                          \
  LogicalResult Op::interpret(Evaluation &eval) {                              \
    auto wrap = [](uint64_t a, uint64_t b) { return a sign b; };               \
    return mapAny(                                                             \
        eval, *this, [](double a, double b) { return a sign b; }, wrap, wrap); \
  }
SINTER_MAP_WRAPPING(AddOp, +)
SINTER_MAP_WRAPPING(SubOp, -)
SINTER_MAP_WRAPPING(MulOp, *)

LogicalResult DivOp::interpret(Evaluation &eval) {
  return map(eval, *this, [](Arguments x, Scalar &y) -> Why {
    if (x[0].isFloat()) {
      y = real(x[0].real / x[1].real);
      return {};
    }
    if (x[1].integer == 0)
      return "divides an integer by 0";
    if (isUnsigned(x[0].kind))
      y = integer(uint64_t(x[0].integer) / uint64_t(x[1].integer));
    else if (x[1].integer == -1) // INT64_MIN / -1 wraps
      y = integer(0 - uint64_t(x[0].integer));
    else
      y = integer(x[0].integer / x[1].integer);
    return {};
  });
}

LogicalResult MinOp::interpret(Evaluation &eval) {
  auto smaller = [](auto a, auto b) { return a < b ? a : b; };
  return mapAny(
      eval, *this,
      [](double a, double b) { return std::isnan(a) || a < b ? a : b; },
      smaller, smaller);
}

LogicalResult MaxOp::interpret(Evaluation &eval) {
  auto larger = [](auto a, auto b) { return a > b ? a : b; };
  return mapAny(
      eval, *this,
      [](double a, double b) { return std::isnan(a) || a > b ? a : b; }, larger,
      larger);
}

#define SINTER_MAP_BITS(Op, sign)                                              \
  LogicalResult Op::interpret(Evaluation &eval) {                              \
    return map(eval, *this, [](Arguments x, Scalar &y) -> Why {                \
      y = integer(x[0].integer sign x[1].integer);                             \
      return {};                                                               \
    });                                                                        \
  }
SINTER_MAP_BITS(AndOp, &)
SINTER_MAP_BITS(OrOp, |)
SINTER_MAP_BITS(XorOp, ^)

static double toReal(Scalar x) { return castScalar(x, ElementKind::f64).real; }

LogicalResult PowOp::interpret(Evaluation &eval) {
  ElementKind kind =
      *getElementKind(cast<RankedTensorType>(getType()).getElementType());
  return map(eval, *this, [&](Arguments x, Scalar &y) -> Why {
    if (x[0].isFloat() || x[1].isFloat()) {
      Scalar power = real(std::pow(toReal(x[0]), toReal(x[1])));
      y = sinter::isFloat(kind) ? power : castScalar(power, kind);
      return {};
    }
    // An unsigned exponent beyond int64_t: (b^(e/2))^2 * b^(e%2).
    bool isHuge = isUnsigned(x[1].kind) && x[1].integer < 0;
    auto power =
        integerPower(x[0].integer, isHuge ? int64_t(uint64_t(x[1].integer) >> 1)
                                          : x[1].integer);
    if (!power)
      return "raises 0 to a negative power";
    uint64_t value = *power;
    if (isHuge)
      value = value * value * (x[1].integer & 1 ? x[0].integer : 1);
    y = integer(value);
    return {};
  });
}

LogicalResult CompareOp::interpret(Evaluation &eval) {
  return map(eval, *this, [&](Arguments x, Scalar &y) -> Why {
    y = integer(compareScalars(getPredicate(), x[0], x[1]));
    return {};
  });
}

LogicalResult SelectOp::interpret(Evaluation &eval) {
  return map(eval, *this, [](Arguments x, Scalar &y) -> Why {
    y = x[0].integer ? x[1] : x[2];
    return {};
  });
}

LogicalResult GatedOp::interpret(Evaluation &eval) {
  return map(eval, *this, [&](Arguments x, Scalar &y) -> Why {
    y = real(activate(getKind(), x[0].real) * x[1].real);
    return {};
  });
}
