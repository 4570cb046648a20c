//===- ConvertFused.cpp - FusedConv, FusedGemm ----------------------------===//
//
// com.microsoft: a product and the activation behind it, as onnxruntime writes
// models that it has optimized.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Activations.h"
#include "lib/Importer/ContribSchemas.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Products.h"

using namespace mlir;
using namespace sinter;

/// `params` in the order of the ONNX op's attributes (Clip: min and max); what
/// is missing has the op's default.
static Value activate(Node &n, Value x, ArrayRef<float> params) {
  std::string name = n.stringAttr("activation", "");
  if (n.failed() || name.empty())
    return x;
  auto number = [&](double value) { return n.scalar(value, n.element(x)); };
  auto param = [&](size_t i, double otherwise) {
    return i < params.size() ? params[i] : otherwise;
  };
  if (name == "Relu")
    return n.create<MaxOp>(x, number(0));
  if (name == "Sigmoid")
    return n.create<SigmoidOp>(x);
  if (name == "Tanh")
    return n.create<TanhOp>(x);
  if (name == "Clip" && params.size() == 2)
    return n.create<MinOp>(n.create<MaxOp>(x, number(params[0])),
                           number(params[1]));
  if (name == "LeakyRelu")
    return leakyReluOf(n, x, param(0, 0.01));
  if (name == "HardSigmoid")
    return hardSigmoidOf(n, x, param(0, 0.2), param(1, 0.5));
  n.refuse("activation is '" + name + "'",
           "Relu, Sigmoid, Tanh, Clip, LeakyRelu, HardSigmoid");
  return {};
}

static void fusedConv(Node &n) {
  Value y = convolve(n, n.in(0), n.in(1), n.optionalIn(2));
  if (Value z = n.optionalIn(3))
    y = n.create<AddOp>(y, z);
  auto params = n.floatsAttr("activation_params");
  n.set(0, activate(n, y, params ? ArrayRef(*params) : ArrayRef<float>()));
}

static void fusedGemm(Node &n) {
  Value y = multiplyGemm(n);
  SmallVector<float> params;
  for (const char *name : {"activation_alpha", "activation_beta"})
    if (n.hasAttr(name))
      params.push_back(float(n.floatAttr(name, 0)));
  n.ignoreAttr("activation_gamma"); // of no activation here
  n.set(0, activate(n, y, params));
}

void sinter::addFusedConverters(std::vector<Converter> &table) {
  const char *limits =
      "activation Relu, Sigmoid, Tanh, Clip, LeakyRelu or HardSigmoid";
  table.push_back({"FusedConv", {1}, fusedConv, limits, contribDomain});
  table.push_back({"FusedGemm", {1}, fusedGemm, limits, contribDomain});
}
