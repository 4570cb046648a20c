//===- UpstreamScalars.cpp - arith, math, affine --------------------------===//
//
// Ops of arith and math apply to scalars, and to tensors element by element.
// Signless integers are read as the op says: signed or unsigned.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/ScalarMath.h"
#include "dialects/Sinter/Interpreter/Upstream.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

namespace {

using Arguments = ArrayRef<Scalar>;
using Result = std::optional<Scalar>; // nullopt: undefined for these arguments

int64_t asSigned(Scalar x) {
  return x.kind == ElementKind::i1 ? -x.integer : x.integer;
}
uint64_t asUnsigned(Scalar x) {
  unsigned bits = x.kind == ElementKind::i1 ? 1 : getElementSize(x.kind) * 8;
  return uint64_t(x.integer) & (~uint64_t(0) >> (64 - bits));
}

Scalar real(double value) {
  Scalar result;
  result.kind = ElementKind::f64;
  result.real = value;
  return result;
}
Scalar integer(uint64_t value) {
  return Scalar::ofInt(ElementKind::i64, value);
}

double larger(double a, double b) { return a > b ? a : b; }
double smaller(double a, double b) { return a < b ? a : b; }

Result compareInts(arith::CmpIPredicate predicate, Scalar x, Scalar y) {
  using P = arith::CmpIPredicate;
  int64_t a = asSigned(x), b = asSigned(y);
  uint64_t ua = asUnsigned(x), ub = asUnsigned(y);
  switch (predicate) {
  case P::eq:
    return integer(a == b);
  case P::ne:
    return integer(a != b);
  case P::slt:
    return integer(a < b);
  case P::sle:
    return integer(a <= b);
  case P::sgt:
    return integer(a > b);
  case P::sge:
    return integer(a >= b);
  case P::ult:
    return integer(ua < ub);
  case P::ule:
    return integer(ua <= ub);
  case P::ugt:
    return integer(ua > ub);
  case P::uge:
    return integer(ua >= ub);
  }
  llvm_unreachable("no such predicate");
}

Result compareReals(arith::CmpFPredicate predicate, double a, double b) {
  using P = arith::CmpFPredicate;
  bool unordered = std::isnan(a) || std::isnan(b);
  bool eq = a == b, lt = a<b, gt = a> b;
  switch (predicate) {
  case P::AlwaysFalse:
    return integer(0);
  case P::AlwaysTrue:
    return integer(1);
  case P::ORD:
    return integer(!unordered);
  case P::UNO:
    return integer(unordered);
  case P::OEQ:
    return integer(eq);
  case P::UEQ:
    return integer(eq || unordered);
  case P::OGT:
    return integer(gt);
  case P::UGT:
    return integer(gt || unordered);
  case P::OGE:
    return integer(gt || eq);
  case P::UGE:
    return integer(gt || eq || unordered);
  case P::OLT:
    return integer(lt);
  case P::ULT:
    return integer(lt || unordered);
  case P::OLE:
    return integer(lt || eq);
  case P::ULE:
    return integer(lt || eq || unordered);
  case P::ONE:
    return integer(lt || gt);
  case P::UNE:
    return integer(!eq);
  }
  llvm_unreachable("no such predicate");
}

// Division and shifts of integers, which are undefined for some arguments.
Result divideInts(Operation *op, Scalar x, Scalar y) {
  int64_t a = asSigned(x), b = asSigned(y);
  uint64_t ua = asUnsigned(x), ub = asUnsigned(y);
  unsigned bits = getElementSize(x.kind) * 8;
  bool isShift = isa<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(op);
  if (isShift ? ub >= bits : ub == 0)
    return std::nullopt;
  bool overflows = b == -1 && a == INT64_MIN;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](arith::ShLIOp) { return integer(ua << ub); })
      .Case([&](arith::ShRSIOp) { return integer(a >> ub); })
      .Case([&](arith::ShRUIOp) { return integer(ua >> ub); })
      .Case([&](arith::DivUIOp) { return integer(ua / ub); })
      .Case([&](arith::RemUIOp) { return integer(ua % ub); })
      .Case(
          [&](arith::CeilDivUIOp) { return integer(ua / ub + (ua % ub != 0)); })
      .Case([&](arith::DivSIOp) -> Result {
        return overflows ? Result() : integer(a / b);
      })
      .Case([&](arith::RemSIOp) -> Result {
        return overflows ? Result() : integer(a % b);
      })
      .Case([&](arith::CeilDivSIOp) -> Result {
        return overflows ? Result() : integer(llvm::divideCeilSigned(a, b));
      })
      .Case([&](arith::FloorDivSIOp) -> Result {
        return overflows ? Result() : integer(llvm::divideFloorSigned(a, b));
      })
      .Default([](Operation *) { return Result(); });
}

// `to` is the kind of the result. The result is rounded or wrapped by the
// caller. Sets isKnown to false for ops of other families.
Result apply(Operation *op, Arguments x, ElementKind to, bool &isKnown) {
  auto r = [&](unsigned i) { return x[i].real; };
  auto s = [&](unsigned i) { return asSigned(x[i]); };
  auto u = [&](unsigned i) { return asUnsigned(x[i]); };
  return llvm::TypeSwitch<Operation *, Result>(op)
      // Integers.
      .Case([&](arith::AddIOp) { return integer(u(0) + u(1)); })
      .Case([&](arith::SubIOp) { return integer(u(0) - u(1)); })
      .Case([&](arith::MulIOp) { return integer(u(0) * u(1)); })
      .Case([&](arith::AndIOp) { return integer(u(0) & u(1)); })
      .Case([&](arith::OrIOp) { return integer(u(0) | u(1)); })
      .Case([&](arith::XOrIOp) { return integer(u(0) ^ u(1)); })
      .Case([&](arith::MinSIOp) { return integer(std::min(s(0), s(1))); })
      .Case([&](arith::MaxSIOp) { return integer(std::max(s(0), s(1))); })
      .Case([&](arith::MinUIOp) { return integer(std::min(u(0), u(1))); })
      .Case([&](arith::MaxUIOp) { return integer(std::max(u(0), u(1))); })
      .Case<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp,
            arith::CeilDivSIOp, arith::CeilDivUIOp, arith::FloorDivSIOp,
            arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(
          [&](auto) { return divideInts(op, x[0], x[1]); })
      .Case([&](arith::CmpIOp cmp) {
        return compareInts(cmp.getPredicate(), x[0], x[1]);
      })
      .Case([&](math::AbsIOp) {
        return integer(s(0) < 0 ? 0 - uint64_t(s(0)) : uint64_t(s(0)));
      })
      // Floats.
      .Case([&](arith::AddFOp) { return real(r(0) + r(1)); })
      .Case([&](arith::SubFOp) { return real(r(0) - r(1)); })
      .Case([&](arith::MulFOp) { return real(r(0) * r(1)); })
      .Case([&](arith::DivFOp) { return real(r(0) / r(1)); })
      .Case([&](arith::RemFOp) { return real(std::fmod(r(0), r(1))); })
      .Case([&](arith::NegFOp) { return real(-r(0)); })
      .Case([&](arith::MaximumFOp) {
        return real(std::isnan(r(0))   ? r(0)
                    : std::isnan(r(1)) ? r(1)
                                       : larger(r(0), r(1)));
      })
      .Case([&](arith::MinimumFOp) {
        return real(std::isnan(r(0))   ? r(0)
                    : std::isnan(r(1)) ? r(1)
                                       : smaller(r(0), r(1)));
      })
      .Case([&](arith::MaxNumFOp) { return real(std::fmax(r(0), r(1))); })
      .Case([&](arith::MinNumFOp) { return real(std::fmin(r(0), r(1))); })
      .Case([&](arith::CmpFOp cmp) {
        return compareReals(cmp.getPredicate(), r(0), r(1));
      })
      .Case([&](math::AbsFOp) { return real(std::fabs(r(0))); })
      .Case([&](math::CeilOp) { return real(std::ceil(r(0))); })
      .Case([&](math::FloorOp) { return real(std::floor(r(0))); })
      .Case([&](math::TruncOp) { return real(std::trunc(r(0))); })
      .Case([&](math::RoundOp) { return real(std::round(r(0))); })
      .Case([&](math::RoundEvenOp) { return real(std::nearbyint(r(0))); })
      .Case([&](math::SqrtOp) { return real(std::sqrt(r(0))); })
      .Case([&](math::RsqrtOp) { return real(1 / std::sqrt(r(0))); })
      .Case([&](math::ExpOp) { return real(std::exp(r(0))); })
      .Case([&](math::Exp2Op) { return real(std::exp2(r(0))); })
      .Case([&](math::ExpM1Op) { return real(std::expm1(r(0))); })
      .Case([&](math::LogOp) { return real(std::log(r(0))); })
      .Case([&](math::Log2Op) { return real(std::log2(r(0))); })
      .Case([&](math::Log1pOp) { return real(std::log1p(r(0))); })
      .Case([&](math::SinOp) { return real(std::sin(r(0))); })
      .Case([&](math::CosOp) { return real(std::cos(r(0))); })
      .Case([&](math::TanOp) { return real(std::tan(r(0))); })
      .Case([&](math::AsinOp) { return real(std::asin(r(0))); })
      .Case([&](math::AcosOp) { return real(std::acos(r(0))); })
      .Case([&](math::AtanOp) { return real(std::atan(r(0))); })
      .Case([&](math::SinhOp) { return real(std::sinh(r(0))); })
      .Case([&](math::CoshOp) { return real(std::cosh(r(0))); })
      .Case([&](math::AsinhOp) { return real(std::asinh(r(0))); })
      .Case([&](math::AcoshOp) { return real(std::acosh(r(0))); })
      .Case([&](math::AtanhOp) { return real(std::atanh(r(0))); })
      .Case([&](math::TanhOp) { return real(std::tanh(r(0))); })
      .Case([&](math::ErfOp) { return real(std::erf(r(0))); })
      .Case([&](math::PowFOp) { return real(std::pow(r(0), r(1))); })
      .Case([&](math::CopySignOp) { return real(std::copysign(r(0), r(1))); })
      .Case([&](math::FPowIOp) { return real(std::pow(r(0), s(1))); })
      .Case([&](math::IsNaNOp) { return integer(std::isnan(r(0))); })
      .Case([&](math::FmaOp) {
        // Of f32, the product is exact in double but the sum would round twice.
        return real(to == ElementKind::f32
                        ? std::fma(float(r(0)), float(r(1)), float(r(2)))
                        : std::fma(r(0), r(1), r(2)));
      })
      // Conversions.
      .Case<arith::ExtFOp, arith::TruncFOp>([&](auto) { return x[0]; })
      .Case<arith::ExtSIOp, arith::TruncIOp, arith::IndexCastOp>(
          [&](auto) { return integer(s(0)); })
      .Case<arith::ExtUIOp, arith::IndexCastUIOp>(
          [&](auto) { return integer(u(0)); })
      .Case([&](arith::SIToFPOp) { return castScalar(integer(s(0)), to); })
      .Case([&](arith::UIToFPOp) {
        return castScalar(Scalar::ofInt(ElementKind::u64, u(0)), to);
      })
      .Case<arith::FPToSIOp, arith::FPToUIOp>([&](auto) -> Result {
        // Undefined beyond the integers of the result.
        double whole = std::trunc(r(0));
        unsigned bits = getElementSize(to) * 8;
        bool isSigned = isa<arith::FPToSIOp>(op);
        double end = std::ldexp(1, bits - isSigned);
        if (!(whole >= (isSigned ? -end : 0) && whole < end))
          return std::nullopt;
        return isSigned ? integer(int64_t(whole)) : integer(uint64_t(whole));
      })
      .Case([&](arith::BitcastOp) {
        char bytes[8] = {};
        if (x[0].isFloat())
          storeDouble(x[0].kind, bytes, x[0].real);
        else
          storeInt(x[0].kind, bytes, x[0].integer);
        return isFloat(to) ? real(loadDouble(to, bytes))
                           : integer(loadInt(to, bytes));
      })
      .Case([&](arith::SelectOp) { return x[0].integer ? x[1] : x[2]; })
      .Default([&](Operation *) {
        isKnown = false;
        return Result();
      });
}

LogicalResult undefined(Evaluation &eval, Operation *op, Arguments x) {
  auto diagnostic = eval.error(op) << "has no result for";
  for (Scalar argument : x)
    if (argument.isFloat())
      diagnostic << " " << std::to_string(argument.real);
    else
      diagnostic << " " << argument.integer;
  return diagnostic;
}

std::optional<LogicalResult> interpretElementwise(Operation *op,
                                                  Evaluation &eval) {
  if (op->getNumResults() != 1)
    return std::nullopt;
  Type type = op->getResult(0).getType();
  auto kind = getElementKind(getElementTypeOrSelf(type));
  if (!kind || (!type.isIntOrIndexOrFloat() && !isa<RankedTensorType>(type)))
    return std::nullopt;
  bool isKnown = true;
  SmallVector<Scalar, 3> arguments;
  if (!isa<RankedTensorType>(type)) {
    for (Value operand : op->getOperands()) {
      auto *scalar = std::get_if<Scalar>(&eval.datum(operand));
      if (!scalar)
        return std::nullopt;
      arguments.push_back(*scalar);
    }
    Result result = apply(op, arguments, *kind, isKnown);
    if (!isKnown)
      return std::nullopt;
    if (!result)
      return undefined(eval, op, arguments);
    eval.set(op->getResult(0), isFloat(*kind)
                                   ? Scalar::ofFloat(*kind, result->real)
                                   : Scalar::ofInt(*kind, result->integer));
    return success();
  }
  // Tensors of one shape; select may choose by one scalar.
  SmallVector<Datum, 3> operands;
  Shape shape;
  for (Value operand : op->getOperands()) {
    operands.push_back(eval.datum(operand));
    if (auto *tensor = std::get_if<Tensor>(&operands.back()))
      shape.assign(tensor->getShape().begin(), tensor->getShape().end());
  }
  Tensor value(getElementTypeOrSelf(type), shape);
  for (int64_t i = 0; i < value.getCount(); ++i) {
    arguments.clear();
    for (Datum &operand : operands) {
      auto *tensor = std::get_if<Tensor>(&operand);
      arguments.push_back(tensor ? tensor->get(i) : std::get<Scalar>(operand));
    }
    Result result = apply(op, arguments, *kind, isKnown);
    if (!isKnown)
      return std::nullopt;
    if (!result)
      return undefined(eval, op, arguments);
    value.set(i, *result);
  }
  eval.set(op->getResult(0), std::move(value));
  return success();
}

LogicalResult interpretConstant(arith::ConstantOp op, Evaluation &eval) {
  Attribute value = op.getValue();
  if (auto elements = dyn_cast<ElementsAttr>(value)) {
    auto tensor = Tensor::ofAttr(elements);
    if (!tensor)
      return eval.error(op) << "has a value that cannot be read";
    eval.set(op, std::move(*tensor));
    return success();
  }
  auto kind = getElementKind(op.getType());
  if (!kind)
    return eval.error(op) << "has a value of type " << op.getType();
  if (auto number = dyn_cast<FloatAttr>(value))
    eval.set(op, Scalar::ofFloat(*kind, number.getValueAsDouble()));
  else
    eval.set(op,
             Scalar::ofInt(*kind,
                           cast<IntegerAttr>(value).getValue().getSExtValue()));
  return success();
}

// affine.apply, affine.min, affine.max.
LogicalResult interpretMap(Operation *op, AffineMap map, Evaluation &eval) {
  Shape operands;
  for (Value operand : op->getOperands())
    operands.push_back(eval.index(operand));
  auto results = applyMap(map, operands);
  if (!results)
    return eval.error(op) << "divides by 0";
  eval.set(op->getResult(0),
           Scalar::ofIndex(isa<affine::AffineMaxOp>(op)
                               ? *llvm::max_element(*results)
                               : *llvm::min_element(*results)));
  return success();
}

std::optional<int64_t> evaluateExpr(AffineExpr expr, ArrayRef<int64_t> dims,
                                    ArrayRef<int64_t> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  auto a = evaluateExpr(binary.getLHS(), dims, symbols);
  auto b = evaluateExpr(binary.getRHS(), dims, symbols);
  if (!a || !b)
    return std::nullopt;
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return *a + *b;
  case AffineExprKind::Mul:
    return *a * *b;
  case AffineExprKind::Mod:
    return *b <= 0 ? std::optional<int64_t>() : llvm::mod(*a, *b);
  case AffineExprKind::FloorDiv:
    return *b <= 0 ? std::optional<int64_t>() : llvm::divideFloorSigned(*a, *b);
  case AffineExprKind::CeilDiv:
    return *b <= 0 ? std::optional<int64_t>() : llvm::divideCeilSigned(*a, *b);
  default:
    return std::nullopt;
  }
}

} // namespace

std::optional<Shape> sinter::applyMap(AffineMap map,
                                      ArrayRef<int64_t> operands) {
  Shape results;
  for (AffineExpr expr : map.getResults()) {
    auto value = evaluateExpr(expr, operands.take_front(map.getNumDims()),
                              operands.drop_front(map.getNumDims()));
    if (!value)
      return std::nullopt;
    results.push_back(*value);
  }
  return results;
}

std::optional<LogicalResult> sinter::interpretScalars(Operation *op,
                                                      Evaluation &eval) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return interpretConstant(constant, eval);
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    return interpretMap(op, apply.getAffineMap(), eval);
  if (auto min = dyn_cast<affine::AffineMinOp>(op))
    return interpretMap(op, min.getAffineMap(), eval);
  if (auto max = dyn_cast<affine::AffineMaxOp>(op))
    return interpretMap(op, max.getAffineMap(), eval);
  if (isa<arith::ArithDialect, math::MathDialect>(op->getDialect()))
    return interpretElementwise(op, eval);
  return std::nullopt;
}
