//===- ConvertReductions.cpp - Reduce*, CumSum ----------------------------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/Node.h"
#include <limits>

using namespace mlir;
using namespace sinter;

namespace {
struct Axes {
  SmallVector<int64_t> axes; // ascending
  bool keepdims = true;
};
} // namespace

/// Axes as an attribute (older forms) or as input 1; none means all, or none
/// at all with noop_with_empty_axes.
static Axes readAxes(Node &n) {
  Axes result;
  int64_t rank = n.rank(n.in(0));
  result.keepdims = n.intAttr("keepdims", 1);
  SmallVector<int64_t> raw =
      n.intsAttr("axes").value_or(SmallVector<int64_t>());
  if (Value operand = n.optionalIn(1))
    raw = n.constantInts(operand, "input 'axes'")
              .value_or(SmallVector<int64_t>());
  bool noop = n.intAttr("noop_with_empty_axes", 0);
  if (raw.empty() && !noop)
    result.axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  for (int64_t axis : raw)
    result.axes.push_back(n.axis(axis, rank));
  llvm::sort(result.axes);
  result.axes.erase(llvm::unique(result.axes), result.axes.end());
  return result;
}

template <Reduction kind> static void reduce(Node &n) {
  Axes axes = readAxes(n);
  n.set(0, n.create<ReduceOp>(kind, n.in(0), axes.axes, axes.keepdims));
}

/// Max and min of booleans (opset 20) are or and and.
template <Reduction kind> static void reduceExtremum(Node &n) {
  Value x = n.in(0);
  if (!n.element(x).isInteger(1))
    return reduce<kind>(n);
  Axes axes = readAxes(n);
  Value bytes = n.cast(x, n.builder.getIntegerType(8, false));
  Value y = n.create<ReduceOp>(kind, bytes, axes.axes, axes.keepdims);
  n.set(0, n.cast(y, n.builder.getI1Type()));
}

static void reduceL1(Node &n) {
  Axes axes = readAxes(n);
  n.set(0, n.create<ReduceOp>(Reduction::sum, n.create<AbsOp>(n.in(0)),
                              axes.axes, axes.keepdims));
}

static void reduceL2(Node &n) {
  Axes axes = readAxes(n);
  Value x = n.in(0);
  if (!isa<FloatType>(n.element(x)))
    return n.refuse("elements are integers", "floats");
  n.set(0, n.create<SqrtOp>(n.create<ReduceOp>(Reduction::sum_square, x,
                                               axes.axes, axes.keepdims)));
}

static void reduceLogSum(Node &n) {
  Axes axes = readAxes(n);
  n.set(0, n.create<LogOp>(n.create<ReduceOp>(Reduction::sum, n.in(0),
                                              axes.axes, axes.keepdims)));
}

/// max + log(sum(exp(x - max))), where an infinite maximum counts as 0.
static void reduceLogSumExp(Node &n) {
  Axes axes = readAxes(n);
  Value x = n.in(0);
  Type element = n.element(x);
  if (!isa<FloatType>(element))
    return n.refuse("elements are integers", "floats");
  Value largest = n.create<ReduceOp>(Reduction::max, x, axes.axes, true);
  double inf = std::numeric_limits<double>::infinity();
  Value infinite = n.create<CompareOp>(Predicate::eq, n.create<AbsOp>(largest),
                                       n.scalar(inf, element));
  Value shift = n.create<SelectOp>(infinite, n.scalar(0, element), largest);
  Value sum = n.create<ReduceOp>(Reduction::sum,
                                 n.create<ExpOp>(n.create<SubOp>(x, shift)),
                                 axes.axes, true);
  Value y = n.create<AddOp>(n.create<LogOp>(sum), shift);
  if (!axes.keepdims) {
    SmallVector<DimSource> kept;
    for (int64_t i = 0; i < n.rank(x); ++i)
      if (!llvm::is_contained(axes.axes, i))
        kept.push_back(DimSource::dim(i));
    y = n.reshape(y, kept);
  }
  n.set(0, y);
}

static void cumSum(Node &n) {
  Value x = n.in(0);
  auto axis = n.constantInts(n.in(1), "input 'axis'");
  bool exclusive = n.intAttr("exclusive", 0), reverse = n.intAttr("reverse", 0);
  if (!axis)
    return;
  if (axis->size() != 1)
    return n.refuse("input 'axis' is no scalar");
  n.set(0, n.create<CumSumOp>(x, n.axis(axis->front(), n.rank(x)), exclusive,
                              reverse));
}

void sinter::addReductionConverters(std::vector<Converter> &table) {
  const char *constant = "axes must be constant";
  const char *floats = "floats only; axes must be constant";
  const Converter entries[] = {
      {"ReduceSum", {13}, reduce<Reduction::sum>, constant},
      {"ReduceMean", {13, 18}, reduce<Reduction::mean>, constant},
      {"ReduceMax", {13, 18, 20}, reduceExtremum<Reduction::max>, constant},
      {"ReduceMin", {13, 18, 20}, reduceExtremum<Reduction::min>, constant},
      {"ReduceProd", {13, 18}, reduce<Reduction::prod>, constant},
      {"ReduceSumSquare", {13, 18}, reduce<Reduction::sum_square>, constant},
      {"ReduceL1", {13, 18}, reduceL1, constant},
      {"ReduceL2", {13, 18}, reduceL2, floats},
      {"ReduceLogSum", {13, 18, 28}, reduceLogSum, floats},
      {"ReduceLogSumExp", {13, 18, 28}, reduceLogSumExp, floats},
      {"CumSum", {11, 14}, cumSum, "axis must be constant"},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
