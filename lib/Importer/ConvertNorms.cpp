//===- ConvertNorms.cpp - LayerNormalization, RMSNormalization ------------===//
//
// The dialect's norms take statistics in f32 or wider, as stash_type 1 wants.
// Other precisions are had by casting around them.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/Node.h"
#include "lib/Importer/Tensors.h"

using namespace mlir;
using namespace sinter;

namespace {
struct Norm {
  Value x, scale, bias;
  int64_t axis = 0;
  double epsilon = 0;
  Type stash; // of the first stage
};
} // namespace

static Norm readNorm(Node &n) {
  Norm norm;
  norm.x = n.in(0);
  norm.scale = n.in(1);
  norm.axis = n.axis(n.intAttr("axis", -1), n.rank(norm.x));
  norm.epsilon = n.floatAttr("epsilon", 1e-5f);
  int64_t stash = n.intAttr("stash_type", onnx::TensorProto::FLOAT);
  norm.stash = getElementType(n.builder.getContext(), int32_t(stash));
  if (!isa_and_present<FloatType>(norm.stash)) {
    n.refuse("stash_type is " + getDataTypeName(int32_t(stash)),
             "float16, bfloat16, float, double");
    norm.stash = n.builder.getF32Type();
  }
  return norm;
}

/// True when the dialect's norm on x itself computes in `stash` or wider.
static bool isDirect(Node &n, const Norm &norm) {
  Type x = n.element(norm.x);
  return norm.stash.isF32() || norm.stash == x;
}

/// Stage one alone, in `stash`, as x's type.
static Value normalize(Node &n, const Norm &norm, bool centered) {
  Value x = isDirect(n, norm) ? norm.x : n.cast(norm.x, norm.stash);
  Value one = n.scalar(1, n.element(x));
  auto epsilon = n.builder.getF64FloatAttr(norm.epsilon);
  auto axis = n.builder.getI64IntegerAttr(norm.axis);
  Value y = centered ? n.create<LayerNormOp>(x, one, Value(), axis, epsilon)
                     : n.create<RMSNormOp>(x, one, axis, epsilon);
  return n.cast(y, n.element(norm.x));
}

static void rmsNorm(Node &n) {
  Norm norm = readNorm(n);
  if (n.failed())
    return;
  if (isDirect(n, norm) && n.element(norm.scale) == n.element(norm.x))
    return n.set(0,
                 n.create<RMSNormOp>(norm.x, norm.scale,
                                     n.builder.getI64IntegerAttr(norm.axis),
                                     n.builder.getF64FloatAttr(norm.epsilon)));
  Value y = n.cast(normalize(n, norm, false), n.element(norm.scale));
  n.set(0, n.create<MulOp>(y, norm.scale));
}

static void layerNorm(Node &n) {
  Norm norm = readNorm(n);
  norm.bias = n.optionalIn(2);
  if (n.failed())
    return;
  if (isDirect(n, norm)) {
    n.set(0, n.create<LayerNormOp>(norm.x, norm.scale, norm.bias,
                                   n.builder.getI64IntegerAttr(norm.axis),
                                   n.builder.getF64FloatAttr(norm.epsilon)));
  } else {
    Value y = n.create<MulOp>(normalize(n, norm, true), norm.scale);
    n.set(0, norm.bias ? n.create<AddOp>(y, norm.bias) : y);
  }
  if (!n.wants(1) && !n.wants(2))
    return;
  Value x = n.cast(norm.x, norm.stash);
  auto axes = llvm::to_vector(llvm::seq<int64_t>(norm.axis, n.rank(x)));
  Value mean = n.create<ReduceOp>(Reduction::mean, x, axes, true);
  Value d = n.create<SubOp>(x, mean);
  Value var =
      n.create<ReduceOp>(Reduction::mean, n.create<MulOp>(d, d), axes, true);
  Value sum = n.create<AddOp>(var, n.scalar(norm.epsilon, norm.stash));
  n.set(1, mean);
  n.set(2, n.create<ReciprocalOp>(n.create<SqrtOp>(sum)));
}

void sinter::addNormConverters(std::vector<Converter> &table) {
  table.push_back({"LayerNormalization", {17}, layerNorm});
  table.push_back({"RMSNormalization", {23}, rmsNorm});
  // onnxruntime's op in ONNX's domain, of which it is the older form.
  table.push_back({"SimplifiedLayerNormalization", {1}, rmsNorm});
}
