//===- Match.cpp - small questions that fusion patterns ask ---------------===//
#include "passes/Fuse/Match.h"
#include "dialects/Sinter/IR/ShapeValues.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

static std::optional<double> roundTo(std::optional<double> number,
                                     Type element) {
  auto type = dyn_cast<FloatType>(element);
  if (!number || !type)
    return number;
  APFloat value(*number);
  bool loses;
  value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven, &loses);
  return value.convertToDouble();
}

static std::optional<double> getConstantScalar(ConstantOp op) {
  auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!elements || (!elements.isSplat() && elements.getNumElements() != 1))
    return std::nullopt;
  if (isa<FloatType>(elements.getElementType()))
    return (*elements.value_begin<APFloat>()).convertToDouble();
  if (elements.getElementType().isInteger(1))
    return double(*elements.value_begin<bool>());
  if (isa<IntegerType>(elements.getElementType()))
    return double((*elements.value_begin<APInt>()).getSExtValue());
  return std::nullopt;
}

static std::optional<double> scalarOf(Value value, unsigned depth) {
  Operation *op = value.getDefiningOp();
  if (!op || depth > 16)
    return std::nullopt;
  using Result = std::optional<double>;
  auto get = [&](Value v) { return scalarOf(v, depth + 1); };
  auto unary = [&](double (*f)(double)) -> Result {
    auto a = get(op->getOperand(0));
    return a ? Result(f(*a)) : std::nullopt;
  };
  auto binary = [&](double (*f)(double, double)) -> Result {
    auto a = get(op->getOperand(0)), b = get(op->getOperand(1));
    return a && b ? Result(f(*a, *b)) : std::nullopt;
  };
  bool isFloat = isa<FloatType>(elementOf(value));
  auto number =
      llvm::TypeSwitch<Operation *, Result>(op)
          .Case<ConstantOp>([](ConstantOp c) { return getConstantScalar(c); })
          .Case<ReshapeOp, BroadcastToOp>(
              [&](auto view) { return get(view.getX()); })
          .Case<CastOp>([&](CastOp cast) -> Result {
            if (!isFloat)
              return std::nullopt;
            if (auto number = get(cast.getX()))
              return number;
            auto size = ShapeValues().getScalar(cast.getX());
            auto number = size ? size->getConstant() : std::nullopt;
            return number ? Result(double(*number)) : std::nullopt;
          })
          .Case<SqrtOp>([&](SqrtOp) { return unary(std::sqrt); })
          .Case<NegOp>(
              [&](NegOp) { return unary([](double a) { return -a; }); })
          .Case<ReciprocalOp>([&](ReciprocalOp) {
            return unary([](double a) { return 1 / a; });
          })
          .Case<AddOp>([&](AddOp) {
            return binary([](double a, double b) { return a + b; });
          })
          .Case<SubOp>([&](SubOp) {
            return binary([](double a, double b) { return a - b; });
          })
          .Case<MulOp>([&](MulOp) {
            return binary([](double a, double b) { return a * b; });
          })
          .Case<DivOp>([&](DivOp) -> Result {
            if (!isFloat)
              return std::nullopt;
            return binary([](double a, double b) { return a / b; });
          })
          .Case<PowOp>([&](PowOp) -> Result {
            if (!isFloat)
              return std::nullopt;
            return binary([](double a, double b) { return std::pow(a, b); });
          })
          .Default([](Operation *) -> Result { return std::nullopt; });
  return roundTo(number, elementOf(value));
}

std::optional<double> sinter::getScalar(Value value) {
  return scalarOf(value, 0);
}

bool sinter::isScalar(Value value, double number) {
  auto scalar = getScalar(value);
  return scalar && *scalar == number;
}

bool sinter::isClose(double a, double b, Type element) {
  double epsilon = 4e-7;
  if (element.isF16())
    epsilon = 2e-3;
  else if (element.isBF16())
    epsilon = 1.6e-2;
  return std::abs(a - b) <= epsilon * std::max(std::abs(a), std::abs(b));
}

//===----------------------------------------------------------------------===//
// Values and users
//===----------------------------------------------------------------------===//

static CastOp getFloatCast(Operation *op) {
  auto cast = dyn_cast_or_null<CastOp>(op);
  if (cast && isa<FloatType>(cast.getTo()) &&
      isa<FloatType>(elementOf(cast.getX())))
    return cast;
  return {};
}

Value sinter::stripCasts(Value value) {
  while (auto cast = getFloatCast(value.getDefiningOp()))
    value = cast.getX();
  return value;
}

Scaled sinter::peelScale(Value value) {
  Scaled result{value};
  while (Operation *op = result.value.getDefiningOp()) {
    Value inner;
    std::optional<double> factor;
    if (auto mul = dyn_cast<MulOp>(op)) {
      for (auto [x, c] : {std::pair(mul.getA(), mul.getB()),
                          std::pair(mul.getB(), mul.getA())})
        if (!factor && (factor = getScalar(c)))
          inner = x;
    } else if (auto div = dyn_cast<DivOp>(op)) {
      if (auto by = getScalar(div.getB()); by && *by != 0) {
        factor = 1 / *by;
        inner = div.getA();
      }
    }
    if (!factor || !std::isfinite(*factor) ||
        inner.getType() != result.value.getType() || getScalar(inner))
      break;
    result.value = inner;
    result.factor *= *factor;
  }
  return result;
}

Operation *sinter::onlyUser(Value value, Value *from) {
  while (value.hasOneUse()) {
    Operation *user = *value.getUsers().begin();
    auto cast = getFloatCast(user);
    if (!cast) {
      if (from)
        *from = value;
      return user;
    }
    value = cast.getY();
  }
  return nullptr;
}

Value sinter::otherOperand(Operation *op, Value operand) {
  return op->getOperand(0) == operand ? op->getOperand(1) : op->getOperand(0);
}

Value sinter::getSquared(Value value) {
  if (auto pow = value.getDefiningOp<PowOp>())
    return isScalar(pow.getB(), 2) && pow.getA().getType() == value.getType()
               ? pow.getA()
               : Value();
  if (auto mul = value.getDefiningOp<MulOp>())
    return mul.getA() == mul.getB() ? mul.getA() : Value();
  return {};
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

Value sinter::reshapeTo(OpBuilder &builder, Location loc, Value value,
                        ArrayRef<DimExpr> dims) {
  auto type = getTensorType(dims, elementOf(value));
  if (value.getType() == type)
    return value;
  if (auto inner = value.getDefiningOp<ReshapeOp>())
    if (!inner.getShape())
      return reshapeTo(builder, loc, inner.getX(), dims);
  return ReshapeOp::create(builder, loc, type, value, Value(), false);
}

void sinter::replaceWith(OpBuilder &builder, Value old, Value value) {
  if (old.getType() != value.getType())
    value = ReshapeOp::create(builder, value.getLoc(), old.getType(), value,
                              Value(), false);
  old.replaceAllUsesWith(value);
}

std::optional<int64_t> sinter::getVectorSize(ArrayRef<DimExpr> dims) {
  if (dims.empty() || !llvm::all_of(dims.drop_back(), [](const DimExpr &d) {
        return d.isConstant(1);
      }))
    return std::nullopt;
  return dims.back().getConstant();
}

void sinter::eraseDeadOps(Operation *root) {
  SmallVector<Operation *> ops;
  // What a region holds goes before the op that owns it.
  root->walk<WalkOrder::PreOrder>([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : llvm::reverse(ops))
    if (op != root && isOpTriviallyDead(op))
      op->erase();
}
