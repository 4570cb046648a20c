//===- ConvertActivations.cpp - activation functions, dropout -------------===//
#include "lib/Importer/Activations.h"
#include "lib/Importer/Converters.h"

using namespace mlir;
using namespace sinter;

static void gelu(Node &n) {
  std::string form = n.stringAttr("approximate", "none");
  if (form != "none" && form != "tanh")
    return n.refuse("approximate is '" + form + "'", "none, tanh");
  n.set(0, n.create<ActivationOp>(form == "none" ? Activation::gelu
                                                 : Activation::gelu_tanh,
                                  n.in(0)));
}

static void swish(Node &n) {
  Value x = n.in(0), inner = x;
  double alpha = n.floatAttr("alpha", 1);
  if (alpha != 1)
    inner = n.create<MulOp>(x, n.scalar(alpha, n.element(x)));
  n.set(0, n.create<MulOp>(x, n.create<SigmoidOp>(inner)));
}

Value sinter::leakyReluOf(Node &n, Value x, double alpha) {
  Value zero = n.scalar(0, n.element(x));
  Value scaled = n.create<MulOp>(x, n.scalar(alpha, n.element(x)));
  return n.create<SelectOp>(n.create<CompareOp>(Predicate::lt, x, zero), scaled,
                            x);
}

static void leakyRelu(Node &n) {
  Value x = n.in(0);
  n.set(0, leakyReluOf(n, x, n.floatAttr("alpha", 0.01)));
}

/// alpha (e^x - 1) below 0.
static void elu(Node &n) {
  Value x = n.in(0);
  double alpha = n.floatAttr("alpha", 1);
  Type element = n.element(x);
  Value less = n.create<SubOp>(n.create<ExpOp>(x), n.scalar(1, element));
  Value scaled = n.create<MulOp>(less, n.scalar(alpha, element));
  Value negative = n.create<CompareOp>(Predicate::lt, x, n.scalar(0, element));
  n.set(0, n.create<SelectOp>(negative, scaled, x));
}

Value sinter::hardSigmoidOf(Node &n, Value x, double alpha, double beta) {
  Type element = n.element(x);
  Value line = n.create<AddOp>(n.create<MulOp>(x, n.scalar(alpha, element)),
                               n.scalar(beta, element));
  Value low = n.create<MaxOp>(line, n.scalar(0, element));
  return n.create<MinOp>(low, n.scalar(1, element));
}

static void hardSigmoid(Node &n) {
  Value x = n.in(0);
  n.set(0, hardSigmoidOf(n, x, n.floatAttr("alpha", 0.2),
                         n.floatAttr("beta", 0.5)));
}

static void hardSwish(Node &n) {
  Value x = n.in(0);
  n.set(0, n.create<MulOp>(x, hardSigmoidOf(n, x, 1.0 / 6, 0.5)));
}

static void softmax(Node &n, bool log) {
  Value x = n.in(0);
  int64_t axis = n.axis(n.intAttr("axis", -1), n.rank(x));
  n.set(0, n.create<SoftmaxOp>(x, axis, log));
}

/// Inference: the identity; the mask keeps everything.
static void dropout(Node &n) {
  Value x = n.in(0);
  n.ignoreAttr("seed"); // nothing is drawn
  n.optionalIn(1);      // nor does the ratio matter
  if (Value training = n.optionalIn(2)) {
    auto known = n.constantInts(training, "input 'training_mode'");
    if (known && *known != SmallVector<int64_t>{0})
      return n.refuse("it is in training mode", "inference",
                      "export the model in evaluation mode");
  }
  n.set(0, x);
  if (!n.wants(1))
    return;
  Value all = n.scalar(1, n.builder.getI1Type());
  n.set(1, n.expandTo(all, n.create<ShapeOfOp>(x, 0, n.rank(x))));
}

void sinter::addActivationConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"Gelu", {20}, gelu},
      {"Swish", {24}, swish},
      {"LeakyRelu", {6, 16}, leakyRelu},
      {"Elu", {6, 22}, elu},
      {"HardSigmoid", {6, 22}, hardSigmoid},
      {"HardSwish", {14, 22}, hardSwish},
      {"Softmax", {13}, [](Node &n) { softmax(n, false); }},
      {"LogSoftmax", {13}, [](Node &n) { softmax(n, true); }},
      {"Dropout", {13, 22}, dropout, "inference only"},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
