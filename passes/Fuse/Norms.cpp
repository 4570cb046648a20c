//===- Norms.cpp - rms_norm and layer_norm --------------------------------===//
//
// A candidate is a mean of squares. From there forward:
//   (mean + epsilon) ^ -1/2, in any spelling of the power,
//   times the squared value, or times that value times a scale,
//   times a scale, plus a bias (layer_norm, when the squared value is x minus
//   its own mean).
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/ReportEntries.h"
#include "passes/Fuse/Fuse.h"
#include "passes/Fuse/Match.h"

namespace sinter {
#define GEN_PASS_DEF_FUSENORMS
#include "passes/Fuse/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {

/// What a norm is made of, gathered step by step.
struct Norm {
  ReduceOp mean;  // the candidate
  Value centered; // what was squared
  Value x;        // centered, or what it was before the mean was taken off
  Value scale, bias;
  Value result; // what the raised op replaces
  double epsilon = 0;
  bool isLayerNorm = false;
  const char *reason = nullptr;

  bool fail(const char *why) {
    reason = why;
    return false;
  }
};

} // namespace

/// The number of trailing dimensions that `axes` are, 0 when they are others.
static int64_t countTrailing(ArrayRef<int64_t> axes, int64_t rank) {
  int64_t count = axes.size();
  for (int64_t i = 0; i < count; ++i)
    if (axes[i] != rank - count + i)
      return 0;
  return count;
}

/// True when `vector` has one value for each element of x's last `count`
/// dimensions and repeats along the others.
static bool isPerElement(Value vector, Value x, int64_t count) {
  Dims v = dimsOf(vector), dims = dimsOf(x);
  if (v.empty() || v.size() > dims.size() || v.back() != dims.back())
    return false;
  for (size_t i = 0; i < v.size(); ++i) {
    bool trailing = int64_t(v.size() - i) <= count;
    const DimExpr &size = dims[dims.size() - v.size() + i];
    if (!v[i].isConstant(1) && !(trailing && v[i] == size))
      return false;
  }
  return true;
}

/// x minus its mean over the axes of `mean`: the x, else null.
static Value getUncentered(Value value, ReduceOp mean) {
  auto sub = value.getDefiningOp<SubOp>();
  if (!sub)
    return {};
  Value average = sub.getB();
  while (auto view = average.getDefiningOp<ReshapeOp>())
    average = view.getX();
  auto reduce = stripCasts(average).getDefiningOp<ReduceOp>();
  bool same = reduce && reduce.getKind() == Reduction::mean &&
              reduce.getAxes() == mean.getAxes() &&
              stripCasts(reduce.getX()) == stripCasts(sub.getA()) &&
              sub.getType() == sub.getA().getType();
  return same ? sub.getA() : Value();
}

/// Follows the mean to the op that normalises; `root` becomes the value there
/// with its exponent of (mean + epsilon).
static Operation *followPower(Norm &norm, Value &root, double &exponent) {
  exponent = 0;
  Value value = norm.mean.getY();
  for (unsigned steps = 0; steps < 8; ++steps) {
    Operation *user = onlyUser(value, &value);
    if (!user) {
      norm.fail("a value inside of it is used elsewhere");
      return nullptr;
    }
    if (auto view = dyn_cast<ReshapeOp>(user); view && !view.getShape()) {
      value = view.getY();
      continue;
    }
    if (exponent == 0) {
      exponent = 1;
      // Exporters drop what is too small to matter to them.
      norm.epsilon = 0;
      if (auto add = dyn_cast<AddOp>(user)) {
        auto epsilon = getScalar(otherOperand(add, value));
        if (!epsilon || !(*epsilon >= 0)) {
          norm.fail("no constant is added to the mean of squares");
          return nullptr;
        }
        norm.epsilon = *epsilon;
        value = add.getY();
        continue;
      }
    }
    auto div = dyn_cast<DivOp>(user);
    if (isa<SqrtOp>(user)) {
      exponent *= 0.5;
    } else if (isa<ReciprocalOp>(user) ||
               (div && isScalar(div.getA(), 1) && div.getB() == value)) {
      exponent = -exponent;
    } else if (auto pow = dyn_cast<PowOp>(user)) {
      auto power = getScalar(pow.getB());
      if (!power || pow.getA() != value)
        break;
      exponent *= *power;
    } else if (isa<MulOp, DivOp>(user)) {
      root = value;
      return user;
    } else {
      break;
    }
    value = user->getResult(0);
  }
  norm.fail("what follows the mean of squares is no power -1/2");
  return nullptr;
}

/// Takes `x * scale` apart where the norm multiplies its scale in first.
static bool matchNormalised(Norm &norm, Value value) {
  auto isX = [&](Value v) {
    return stripCasts(v) == stripCasts(norm.centered);
  };
  if (isX(value))
    return true;
  auto mul = value.getDefiningOp<MulOp>();
  if (!mul || mul.getType() != norm.centered.getType())
    return false;
  for (Value v : mul->getOperands()) {
    Value scale = otherOperand(mul, v);
    if (!isX(v) ||
        !isPerElement(scale, norm.centered, norm.mean.getAxes().size()))
      continue;
    norm.scale = scale;
    return true;
  }
  return false;
}

static bool match(Norm &norm) {
  int64_t rank = rankOf(norm.mean.getX());
  int64_t trailing = countTrailing(norm.mean.getAxes(), rank);
  if (!trailing)
    return norm.fail("the mean is not over the last dimensions");
  Value root;
  double exponent;
  Operation *last = followPower(norm, root, exponent);
  if (!last)
    return false;
  // The statistics must line up with x again.
  Dims kept = dimsOf(norm.centered);
  for (int64_t i = rank - trailing; i < rank; ++i)
    kept[i] = 1;
  if (dimsOf(root) != kept)
    return norm.fail("the mean does not keep its dimensions");

  Value other = otherOperand(last, root);
  bool divides = isa<DivOp>(last);
  if (divides ? exponent != 0.5 || last->getOperand(1) != root
              : exponent != -0.5)
    return norm.fail("what follows the mean of squares is no power -1/2");
  if (!matchNormalised(norm, other))
    return norm.fail("another value is normalised than was squared");
  norm.result = last->getResult(0);

  if (Value x = getUncentered(norm.centered, norm.mean)) {
    norm.x = x;
    norm.isLayerNorm = true;
  } else {
    norm.x = norm.centered;
  }

  Value from;
  auto take = [&](Operation *user, Value &parameter) {
    Value v = otherOperand(user, from);
    if (!isPerElement(v, norm.x, trailing) ||
        dimsOf(user->getResult(0)) != dimsOf(norm.x))
      return;
    parameter = v;
    norm.result = user->getResult(0);
  };
  if (!norm.scale)
    if (auto mul = dyn_cast_or_null<MulOp>(onlyUser(norm.result, &from)))
      take(mul, norm.scale);
  if (norm.isLayerNorm)
    if (auto add = dyn_cast_or_null<AddOp>(onlyUser(norm.result, &from)))
      take(add, norm.bias);
  // x in the element type of the result; a cast around it goes away, because
  // the op computes its statistics wide itself.
  Type element = elementOf(norm.result);
  if (elementOf(norm.x) != element)
    norm.x = stripCasts(norm.x);
  if (elementOf(norm.x) != element)
    return norm.fail("its element type changes inside");
  return true;
}

static void rewrite(Norm &norm) {
  Operation *last = norm.result.getDefiningOp();
  OpBuilder b(last);
  Location loc = last->getLoc();
  Type element = elementOf(norm.x);
  Dims dims = dimsOf(norm.x);
  int64_t axis = norm.mean.getAxes().front();
  auto fit = [&](Value v) {
    // Leading dimensions of size 1 say nothing.
    Dims shape = dimsOf(v);
    int64_t extra = int64_t(shape.size()) - (int64_t(dims.size()) - axis);
    if (extra > 0)
      v = reshapeTo(b, loc, v, ArrayRef(shape).drop_front(extra));
    if (elementOf(v) != element)
      v = CastOp::create(b, loc, v, element);
    return v;
  };
  if (!norm.scale) {
    auto type = getTensorType({dims.back()}, element);
    norm.scale = ConstantOp::create(
        b, loc, type,
        DenseElementsAttr::get(type, b.getFloatAttr(element, 1.0)));
  }
  Value scale = fit(norm.scale), y;
  if (norm.isLayerNorm)
    y = LayerNormOp::create(b, loc, norm.x, scale,
                            norm.bias ? fit(norm.bias) : Value(), axis,
                            llvm::APFloat(norm.epsilon));
  else
    y = RMSNormOp::create(b, loc, norm.x, scale, axis,
                          llvm::APFloat(norm.epsilon));
  replaceWith(b, norm.result, y);
}

namespace {
struct FuseNorms : sinter::impl::FuseNormsBase<FuseNorms> {
  void runOnOperation() override {
    ReportEntries report(getOperation(), {"rms_norm", "layer_norm"});
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<RMSNormOp, LayerNormOp, ReduceOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      Location where = op->getLoc();
      if (isa<RMSNormOp>(op))
        report.fused("rms_norm", where, "as imported");
      if (isa<LayerNormOp>(op))
        report.fused("layer_norm", where, "as imported");
      auto mean = dyn_cast<ReduceOp>(op);
      if (!mean || mean.getKind() != Reduction::mean || mean->use_empty() ||
          !isa<FloatType>(elementOf(mean.getX())))
        continue;
      Norm norm{mean, getSquared(stripCasts(mean.getX())), {}, {}, {}, {}};
      if (!norm.centered)
        continue;
      if (match(norm)) {
        rewrite(norm);
        report.fused(norm.isLayerNorm ? "layer_norm" : "rms_norm", where);
      } else {
        bool centered = bool(getUncentered(norm.centered, mean));
        report.missed(centered ? "layer_norm" : "rms_norm", where, norm.reason);
      }
    }
    eraseDeadOps(getOperation());
  }
};
} // namespace
