//===- Compare.cpp - a result against the recorded one --------------------===//
#include "test/onnx/Compare.h"
#include "lib/Importer/Tensors.h"
#include <cmath>

using namespace sinter;
using namespace sinter::test;

bool sinter::test::toTensor(mlir::MLIRContext *ctx,
                            const onnx::TensorProto &proto, Tensor &tensor,
                            std::string &error) {
  auto type = getTensorType(ctx, proto, error);
  if (!type)
    return false;
  auto values = readTensor(proto, type, error);
  if (!values)
    return false;
  auto read = Tensor::ofAttr(values);
  if (!read)
    return false;
  tensor = read->detached();
  return true;
}

static double epsilon(ElementKind kind) {
  switch (kind) {
  case ElementKind::f16:
    return std::ldexp(1, -10);
  case ElementKind::bf16:
    return std::ldexp(1, -7);
  case ElementKind::f32:
    return std::ldexp(1, -23);
  default:
    return std::ldexp(1, -52);
  }
}

/// How far values written down with four decimals are from those that were
/// rounded (GridSample's bicubic, made by PyTorch); 0 when they have others.
static double roundedBy(llvm::ArrayRef<double> values, double unit) {
  auto hasDecimals = [&](double v, double scale) {
    return std::abs(v * scale - std::round(v * scale)) <=
           2 * unit * std::abs(v * scale);
  };
  bool haveFour = llvm::all_of(values, [&](double v) {
    return std::isfinite(v) && hasDecimals(v, 1e4);
  });
  bool haveThree =
      llvm::all_of(values, [&](double v) { return hasDecimals(v, 1e3); });
  return haveFour && !haveThree ? 0.5e-4 : 0;
}

std::string sinter::test::compare(const Tensor &got, const Tensor &expected,
                                  const NodeCase &node) {
  if (got.getElement() != expected.getElement())
    return "the element type differs";
  if (got.getShape() != expected.getShape())
    return "the shape is " + got.shapeText() + ", expected " +
           expected.shapeText();
  auto differ = [&](int64_t i, const std::string &a, const std::string &b) {
    return "element " + std::to_string(i) + " is " + a + ", expected " + b;
  };
  if (!isFloat(got.getKind())) {
    for (int64_t i = 0; i < got.getCount(); ++i)
      if (got.getInt(i) != expected.getInt(i))
        return differ(i, std::to_string(got.getInt(i)),
                      std::to_string(expected.getInt(i)));
    return "";
  }
  double largest = 0;
  std::vector<double> values = expected.toDoubles();
  double rounding = roundedBy(values, epsilon(got.getKind()));
  for (double v : values)
    if (std::isfinite(v))
      largest = std::max(largest, std::abs(v));
  for (int64_t i = 0; i < got.getCount(); ++i) {
    double a = got.getDouble(i), b = expected.getDouble(i);
    if (a == b || (std::isnan(a) && std::isnan(b)))
      continue;
    double unit = epsilon(got.getKind());
    double bound = std::min(64 * unit * largest + rounding,
                            node.atol + node.rtol * std::abs(b));
    if (getElementSize(got.getKind()) == 2) // coarser than the tolerance
      bound = std::max(bound, 2 * unit * std::abs(b));
    if (!(std::abs(a - b) <= bound))
      return differ(i, std::to_string(a), std::to_string(b));
  }
  return "";
}
