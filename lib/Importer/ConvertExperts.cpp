//===- ConvertExperts.cpp - MoE, QMoE: each token chooses experts ---------===//
//
// com.microsoft's mixtures (Shazeer et al. 2017). Each token's k experts are
// gathered from the matrices of all, a matmul a choice: sinter-pack-experts
// reads only those that were chosen. What onnxruntime's document leaves open is
// as its CPU kernels have it: a token's weights are the softmax of its scores
// over all experts (over the chosen ones with normalize_routing_weights, and
// always in QMoE), and gelu is that of tanh.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/ContribSchemas.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Positions.h"
#include "lib/Importer/QuantizedRows.h"
#include "lib/Importer/Selection.h"

using namespace mlir;
using namespace sinter;

namespace {
/// One matrix of each expert, [experts, out, in], and [experts, out] or null.
struct Layer {
  Value weights, bias;
  explicit operator bool() const { return bool(weights); }
};

/// The layers: fc1 and fc3 from the input, fc2 back to its size.
struct Experts {
  Layer fc1, fc2, fc3;
  int64_t count = 0, inner = 0; // experts; size between fc1 and fc2
  std::string activation;
  int64_t fusion = 0; // of fc1 and fc3: 1 by turns, 2 one behind the other
};

/// Which experts a token takes, and how much of each: both [tokens, k].
struct Routing {
  Value chosen, weights;
};
} // namespace

static void readActivation(Node &n, Experts &e) {
  e.activation = n.stringAttr("activation_type", "relu");
  e.fusion = n.intAttr("swiglu_fusion", 0);
  static constexpr llvm::StringLiteral known[] = {"relu", "gelu", "silu",
                                                  "swiglu", "identity"};
  if (!llvm::is_contained(known, e.activation))
    return n.refuse("activation_type is '" + e.activation + "'",
                    "relu, gelu, silu, swiglu, identity");
  if (e.activation != "swiglu")
    e.fusion = 0;
  if (e.fusion < 0 || e.fusion > 2)
    n.refuse("swiglu_fusion is " + std::to_string(e.fusion), "0, 1 and 2");
  if (n.intAttr("use_sparse_mixer", 0))
    n.refuse("use_sparse_mixer is 1", "0");
}

static void checkLayer(Node &n, const Layer &layer, int64_t experts,
                       int64_t out, const DimExpr &in, const char *name) {
  if (n.failed() || !layer)
    return;
  Dims wanted{DimExpr(experts), DimExpr(out), in};
  if (n.dims(layer.weights) != wanted)
    return n.refuse(std::string(name) + "_experts_weights do not fit " +
                    std::to_string(experts) + " experts of " +
                    std::to_string(out) + " rows of " + in.str());
  wanted.pop_back();
  if (layer.bias && n.dims(layer.bias) != wanted)
    n.refuse(std::string(name) + "_experts_bias do not fit the weights");
}

/// Sizes follow from fc2 [experts, hidden size, inner size].
static void checkLayers(Node &n, Experts &e) {
  if (n.failed())
    return;
  Value x = n.in(0);
  int64_t rank = n.rank(x);
  auto hidden =
      rank == 2 || rank == 3 ? n.dim(x, rank - 1).getConstant() : std::nullopt;
  if (!hidden)
    return n.refuse("the input must have rank 2 or 3 and a known last size");
  Dims sizes = n.dims(e.fc2.weights);
  if (sizes.size() != 3 || !sizes[0].getConstant() || !sizes[2].getConstant())
    return n.refuse("fc2_experts_weights do not have three known sizes");
  e.count = *sizes[0].getConstant();
  e.inner = *sizes[2].getConstant();
  if (e.count <= 0 || e.inner <= 0 || *hidden <= 0)
    return n.refuse("its experts have no elements");
  bool isGated = e.activation == "swiglu" && !e.fusion;
  if (isGated && !e.fc3)
    return n.refuse("swiglu without swiglu_fusion needs fc3_experts_weights");
  if (e.fc3 && e.fusion)
    return n.refuse("fc3_experts_weights do not go with swiglu_fusion");
  checkLayer(n, e.fc1, e.count, e.inner * (e.fusion ? 2 : 1), *hidden, "fc1");
  checkLayer(n, e.fc2, e.count, *hidden, e.inner, "fc2");
  checkLayer(n, e.fc3, e.count, e.inner, *hidden, "fc3");
}

/// `all`: weights are a softmax over all experts, not over the chosen ones.
/// `mix` are other numbers to take the weights from, or null.
static Routing route(Node &n, const Experts &e, Value scores, Value mix,
                     bool all, bool normalizes) {
  int64_t count = n.intAttr("k", 1);
  if (n.failed())
    return {};
  if (count < 1 || count > e.count) {
    n.refuse("k is " + std::to_string(count) + " of " +
             std::to_string(e.count) + " experts");
    return {};
  }
  Dims tokens = n.dims(n.in(0));
  tokens.pop_back();
  auto grid = [&](Value x) {
    if (n.rank(x) != 2 || !n.dim(x, 1).isConstant(e.count))
      n.refuse("the router has no score of each expert");
    return reshapeDims(n, x, {product(ArrayRef(tokens)), DimExpr(e.count)});
  };
  scores = grid(scores);
  if (all)
    scores = n.create<SoftmaxOp>(scores, 1, false);
  Selection top =
      select(n, scores, n.scalar(double(count), n.builder.getI64Type()), true);
  if (mix) {
    Value weights = gatherAlong(n, grid(mix), top.indices, 1);
    if (normalizes)
      weights = n.create<DivOp>(weights,
                                n.create<ReduceOp>(Reduction::sum, weights,
                                                   ArrayRef<int64_t>{1}, true));
    return {top.indices, weights};
  }
  return {top.indices,
          all ? top.values : n.create<SoftmaxOp>(top.values, 1, false)};
}

/// rows [tokens, k or 1, in] times the matrix of each choice.
static Value apply(Node &n, const Layer &layer, Value rows, Value chosen) {
  Value matrices = n.create<GatherOp>(layer.weights, chosen, 0);
  Value y = n.create<MatMulOp>(matrices, n.expandDims(rows, 3));
  y = n.reshape(y, {DimSource::dim(0), DimSource::dim(1), DimSource::dim(2)});
  return layer.bias
             ? n.create<AddOp>(y, n.create<GatherOp>(layer.bias, chosen, 0))
             : y;
}

/// Rows by turns become one half behind the other: once, of weights.
static Value separate(Node &n, Value x) {
  if (!x || n.failed())
    return x;
  Dims sizes = n.dims(x), parts = sizes;
  parts[1] = DimExpr(*sizes[1].getConstant() / 2);
  parts.insert(parts.begin() + 2, DimExpr(2));
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, parts.size()));
  std::swap(perm[1], perm[2]);
  return reshapeDims(n, n.transpose(reshapeDims(n, x, parts), perm), sizes);
}

/// G sigmoid(alpha G) (L + beta), where G is at most `limit` and L within it.
static Value swiglu(Node &n, Value g, Value l) {
  Type element = n.element(g);
  auto number = [&](double value) { return n.scalar(value, element); };
  if (n.hasAttr("swiglu_limit")) {
    double limit = n.floatAttr("swiglu_limit", 0);
    g = n.create<MinOp>(g, number(limit));
    l = n.create<MaxOp>(n.create<MinOp>(l, number(limit)), number(-limit));
  }
  double alpha = n.floatAttr("activation_alpha", 1);
  double beta = n.floatAttr("activation_beta", 0);
  Value scaled = alpha == 1 ? g : n.create<MulOp>(g, number(alpha));
  if (beta != 0)
    l = n.create<AddOp>(l, number(beta));
  return n.create<MulOp>(n.create<MulOp>(g, n.create<SigmoidOp>(scaled)), l);
}

static Value activate(Node &n, const Experts &e, Value x) {
  if (e.activation == "relu")
    return n.create<MaxOp>(x, n.scalar(0, n.element(x)));
  if (e.activation == "gelu")
    return n.create<ActivationOp>(Activation::gelu_tanh, x);
  if (e.activation == "silu")
    return n.create<MulOp>(x, n.create<SigmoidOp>(x));
  return x;
}

static void mix(Node &n, Experts &e, const Routing &routing) {
  if (n.failed())
    return;
  if (e.activation != "swiglu")
    for (const char *name :
         {"activation_alpha", "activation_beta", "swiglu_limit"})
      n.ignoreAttr(name);
  Value x = n.in(0);
  int64_t rank = n.rank(x);
  Value rows = n.expandDims(
      n.reshape(x, {DimSource::range(0, rank - 1), DimSource::dim(rank - 1)}),
      1);
  if (e.fusion == 1)
    e.fc1 = {separate(n, e.fc1.weights), separate(n, e.fc1.bias)};
  Value y = apply(n, e.fc1, rows, routing.chosen), gate;
  if (e.fusion) {
    gate = n.sliceStatic(y, 2, e.inner, 2 * e.inner);
    y = n.sliceStatic(y, 2, 0, e.inner);
  } else if (e.fc3) {
    gate = apply(n, e.fc3, rows, routing.chosen);
  }
  if (e.activation == "swiglu")
    y = swiglu(n, y, gate);
  else if (gate)
    y = n.create<MulOp>(activate(n, e, y), gate);
  else
    y = activate(n, e, y);
  y = apply(n, e.fc2, y, routing.chosen);
  y = n.create<MulOp>(y, n.expandDims(routing.weights, 2));
  y = n.create<ReduceOp>(Reduction::sum, y, ArrayRef<int64_t>{1}, false);
  n.set(0, reshapeDims(n, y, n.dims(x)));
}

static void moe(Node &n) {
  Experts e;
  e.fc1 = {n.in(2), n.optionalIn(3)};
  e.fc2 = {n.in(4), n.optionalIn(5)};
  e.fc3 = {n.optionalIn(6), n.optionalIn(7)};
  bool normalizes = n.intAttr("normalize_routing_weights", 0);
  readActivation(n, e);
  checkLayers(n, e);
  mix(n, e, route(n, e, n.in(1), Value(), !normalizes, normalizes));
}

/// Bytes [experts, out, in / numbers a byte] as floats: a scale a row, or a
/// block of it.
static Value dequantizeExperts(Node &n, Value bytes, Value scales, Value zeros,
                               int64_t bits, int64_t block) {
  if (!bytes || n.failed())
    return {};
  auto type = cast<RankedTensorType>(bytes.getType());
  if (!scales || !isBytes(n, bytes) || type.getRank() != 3 ||
      !type.hasStaticShape() || type.getNumElements() == 0) {
    n.refuse("its weights are not three known sizes of uint8 with scales");
    return {};
  }
  int64_t experts = type.getDimSize(0), out = type.getDimSize(1);
  int64_t in = type.getDimSize(2) * (8 / bits);
  int64_t rows = experts * out, blocks = block ? blocksOf(in, block) : 1;
  if (zeros && !block) // along the rows
    zeros = unpackZeros(n, zeros, experts, out, bits);
  if (zeros)
    zeros = block ? unpackZeros(n, zeros, rows, blocks, bits)
                  : reshapeDims(n, zeros, {DimExpr(rows), DimExpr(1)});
  Value numbers = unpack(
      n, reshapeDims(n, bytes, {DimExpr(rows), DimExpr(type.getDimSize(2))}),
      bits);
  Value floats =
      dequantizeRows(n, numbers, scales, zeros, bits, block ? block : in);
  floats =
      reshapeDims(n, floats, {DimExpr(experts), DimExpr(out), DimExpr(in)});
  return n.cast(floats, n.element(n.in(0)));
}

static void quantizedMoe(Node &n) {
  Experts e;
  int64_t bits = n.intAttr("expert_weight_bits", 4);
  int64_t block = n.intAttr("block_size", 0);
  int64_t packing = n.intAttr("weights_prepacked", -1);
  std::string type = n.stringAttr("quant_type", "int");
  n.ignoreAttr("accuracy_level"); // a minimum: floats honour each
  if (n.failed() || !checkNumbers(n, bits, block ? block : 16))
    return;
  if (type != "int")
    return n.refuse("quant_type is '" + type + "'", "int");
  if (packing != -1 && packing != 0)
    return n.refuse("its weights are packed for one GPU",
                    "weights_prepacked -1 and 0",
                    "export the model for the CPU");
  auto layer = [&](Value bytes, unsigned scales, unsigned bias,
                   unsigned zeros) -> Layer {
    return {dequantizeExperts(n, bytes, n.optionalIn(scales),
                              n.optionalIn(zeros), bits, block),
            n.optionalIn(bias)};
  };
  e.fc1 = layer(n.in(2), 3, 4, 11);
  e.fc2 = layer(n.in(5), 6, 7, 12);
  e.fc3 = layer(n.optionalIn(8), 9, 10, 13);
  bool normalizes = n.intAttr("normalize_routing_weights", 0);
  readActivation(n, e);
  checkLayers(n, e);
  mix(n, e, route(n, e, n.in(1), n.optionalIn(14), /*all=*/false, normalizes));
}

void sinter::addExpertConverters(std::vector<Converter> &table) {
  table.push_back({"MoE",
                   {1},
                   moe,
                   "no use_sparse_mixer; the experts' sizes must be known",
                   contribDomain});
  table.push_back({"QMoE",
                   {1},
                   quantizedMoe,
                   "no use_sparse_mixer, no weights packed for a GPU, "
                   "quant_type int; the experts' sizes must be known",
                   contribDomain});
}
