//===- ContribSchemas.cpp - ops that onnxruntime adds to ONNX -------------===//
//
// The checker and the type inference of the ONNX library want a schema for
// each op. These say how many operands there are and the types of results as
// far as the inference of other ops needs them; attributes and operands are
// judged by the converters, which refuse what they do not read.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/ContribSchemas.h"
#include "onnx/defs/schema.h"
#include <mutex>
#include <vector>

using namespace sinter;
using onnx::InferenceContext;
using onnx::OpSchema;

namespace {
struct Contrib {
  const char *domain, *op;
  int inputs;               // at most; the converters say which must be there
  std::vector<int> outputs; // the operand whose element type each one has
  bool sameShape = false;   // result 0 has the sizes of operand 0
};
} // namespace

// An output whose elements are i32 whatever the operands are.
static constexpr int int32Output = -1;

static const std::vector<Contrib> &getContribs() {
  static const std::vector<Contrib> all = {
      // This one is in ONNX's own domain.
      {"", "SimplifiedLayerNormalization", 2, {0, 0}, true},
      {contribDomain, "SkipLayerNormalization", 5, {0, 0, 0, 0}, true},
      {contribDomain,
       "SkipSimplifiedLayerNormalization",
       4,
       {0, 0, 0, 0},
       true},
      {contribDomain, "EmbedLayerNormalization", 9, {2, int32Output, 2}},
      {contribDomain, "Gelu", 1, {0}, true},
      {contribDomain, "FastGelu", 2, {0}, true},
      {contribDomain, "BiasGelu", 2, {0}, true},
      {contribDomain, "QuickGelu", 1, {0}, true},
      {contribDomain, "FusedMatMul", 2, {0}},
      {contribDomain, "RotaryEmbedding", 4, {0}, true},
      {contribDomain, "MatMulNBits", 6, {0}},
      {contribDomain, "GatherBlockQuantized", 4, {2}},
      {contribDomain, "GroupQueryAttention", 14, {0, 0, 0, 0}},
      {contribDomain, "MultiHeadAttention", 10, {0, 0, 0, 0}},
      {contribDomain, "Attention", 7, {0, 0}},
      {contribDomain, "FusedConv", 4, {0}},
      {contribDomain, "FusedGemm", 3, {0}},
      {contribDomain, "MoE", 8, {0}, true},
      {contribDomain, "QMoE", 21, {0}, true},
  };
  return all;
}

static void inferContrib(const Contrib &contrib, InferenceContext &context) {
  size_t wanted = std::min(context.getNumOutputs(), contrib.outputs.size());
  for (size_t i = 0; i < wanted; ++i) {
    int from = contrib.outputs[i];
    auto *type = context.getOutputType(i)->mutable_tensor_type();
    if (from == int32Output) {
      type->set_elem_type(onnx::TensorProto::INT32);
      continue;
    }
    auto *operand = size_t(from) < context.getNumInputs()
                        ? context.getInputType(from)
                        : nullptr;
    if (!operand || !operand->has_tensor_type())
      continue;
    type->set_elem_type(operand->tensor_type().elem_type());
    if (i == 0 && contrib.sameShape && operand->tensor_type().has_shape())
      *type->mutable_shape() = operand->tensor_type().shape();
  }
}

static OpSchema makeSchema(const Contrib &contrib) {
  OpSchema schema(contrib.op, __FILE__, __LINE__);
  schema.SetDomain(contrib.domain).SinceVersion(1).AllowUncheckedAttributes();
  auto constrain = [&](const std::string &name) {
    schema.TypeConstraint(name, OpSchema::all_tensor_types_ir4(), "any tensor");
    return name;
  };
  for (int i = 0; i < contrib.inputs; ++i)
    schema.Input(i, "input" + std::to_string(i), "",
                 constrain("T" + std::to_string(i)),
                 i == 0 ? OpSchema::Single : OpSchema::Optional);
  for (size_t i = 0; i < contrib.outputs.size(); ++i)
    schema.Output(int(i), "output" + std::to_string(i), "",
                  constrain("U" + std::to_string(i)),
                  i == 0 ? OpSchema::Single : OpSchema::Optional);
  schema.TypeAndShapeInferenceFunction([&contrib](InferenceContext &context) {
    inferContrib(contrib, context);
  });
  return schema;
}

void sinter::registerContribSchemas() {
  static std::once_flag once;
  std::call_once(once, [] {
    auto &domains = onnx::OpSchemaRegistry::DomainToVersionRange::Instance();
    domains.AddDomainToVersion(contribDomain, 1, 1);
    for (const Contrib &contrib : getContribs())
      onnx::RegisterSchema(makeSchema(contrib));
  });
}
