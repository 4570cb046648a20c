//===- ConvertChannelNorms.cpp - norms with a factor for each channel -----===//
//
// BatchNormalization, InstanceNormalization and LpNormalization, in f32 or
// wider.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/Positions.h"

using namespace mlir;
using namespace sinter;

static Type wider(Node &n, Value x) {
  return n.element(x).isF64() ? n.element(x) : n.builder.getF32Type();
}

/// [channels] so that it broadcasts to dimension 1 of x, as `type`.
static Value byChannel(Node &n, Value factor, Value x, Type type) {
  if (n.rank(factor) != 1)
    n.refuse("a factor of the channels does not have rank 1");
  return addTrailingUnits(n, n.cast(factor, type), n.rank(x) - 2);
}

static void batchNorm(Node &n) {
  Value x = n.in(0), scale = n.in(1), bias = n.in(2), mean = n.in(3);
  Value variance = n.in(4);
  double epsilon = n.floatAttr("epsilon", 1e-5f);
  n.ignoreAttr("momentum"); // of training
  if (n.intAttr("training_mode", 0))
    return n.refuse("training_mode is 1", "inference",
                    "export the model in eval mode");
  if (n.failed())
    return;
  if (n.rank(x) < 2)
    return n.refuse("X has a rank below 2");
  Type type = wider(n, x);
  auto factor = [&](Value v) { return byChannel(n, v, x, type); };
  Value root = n.create<SqrtOp>(
      n.create<AddOp>(factor(variance), n.scalar(epsilon, type)));
  Value y =
      n.create<DivOp>(n.create<SubOp>(n.cast(x, type), factor(mean)), root);
  y = n.create<AddOp>(n.create<MulOp>(y, factor(scale)), factor(bias));
  n.set(0, n.cast(y, n.element(x)));
}

static void instanceNorm(Node &n) {
  Value x = n.in(0), scale = n.in(1), bias = n.in(2);
  double epsilon = n.floatAttr("epsilon", 1e-5f);
  if (n.failed())
    return;
  if (n.rank(x) < 3)
    return n.refuse("X has a rank below 3");
  Type type = wider(n, x);
  Value y = n.create<LayerNormOp>(n.cast(x, type), n.scalar(1, type), Value(),
                                  n.builder.getI64IntegerAttr(2),
                                  n.builder.getF64FloatAttr(epsilon));
  y = n.create<AddOp>(n.create<MulOp>(y, byChannel(n, scale, x, type)),
                      byChannel(n, bias, x, type));
  n.set(0, n.cast(y, n.element(x)));
}

static void lpNorm(Node &n) {
  Value x = n.in(0);
  int64_t axis = n.axis(n.intAttr("axis", -1), n.rank(x));
  int64_t p = n.intAttr("p", 2);
  if (n.failed())
    return;
  if (p != 1 && p != 2)
    return n.refuse("p is " + std::to_string(p), "1 and 2");
  Type type = wider(n, x);
  Value wide = n.cast(x, type), zero = n.scalar(0, type);
  Value norm = n.create<ReduceOp>(
      p == 1 ? Reduction::sum : Reduction::sum_square,
      p == 1 ? n.create<AbsOp>(wide) : wide, ArrayRef<int64_t>{axis}, true);
  if (p == 2)
    norm = n.create<SqrtOp>(norm);
  Value isZero = n.create<CompareOp>(Predicate::eq, norm, zero);
  Value y = n.create<SelectOp>(isZero, zero, n.create<DivOp>(wide, norm));
  n.set(0, n.cast(y, n.element(x)));
}

void sinter::addChannelNormConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"BatchNormalization", {9, 14, 15}, batchNorm, "inference only"},
      {"InstanceNormalization", {6, 22}, instanceNorm},
      {"LpNormalization", {1, 22}, lpNorm},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
