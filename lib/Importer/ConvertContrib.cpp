//===- ConvertContrib.cpp - com.microsoft norms, activations, products ----===//
#include "lib/Importer/AttentionParts.h"
#include "lib/Importer/ContribSchemas.h"
#include "lib/Importer/Converters.h"

using namespace mlir;
using namespace sinter;

//===--- Norms ------------------------------------------------------------===//

/// x + skip (+ bias), which is output 3 too, then the norm of it.
static void skipNorm(Node &n, bool centered) {
  Value x = n.in(0), skip = n.in(1), scale = n.in(2);
  Value beta = centered ? n.optionalIn(3) : Value();
  Value bias = n.optionalIn(centered ? 4 : 3);
  double epsilon = n.floatAttr("epsilon", 1e-12f);
  Value sum = n.create<AddOp>(x, skip);
  if (bias)
    sum = n.create<AddOp>(sum, bias);
  n.set(3, sum);
  auto axis = n.builder.getI64IntegerAttr(n.rank(sum) - 1);
  auto eps = n.builder.getF64FloatAttr(epsilon);
  n.set(0, centered ? n.create<LayerNormOp>(sum, scale, beta, axis, eps)
                    : n.create<RMSNormOp>(sum, scale, axis, eps));
}

/// Sum of rows of up to three tables, then LayerNorm.
static void embedNorm(Node &n) {
  Value ids = n.in(0), segments = n.optionalIn(1), words = n.in(2);
  Value positions = n.in(3), segmentTable = n.optionalIn(4);
  Value gamma = n.in(5), beta = n.in(6), mask = n.optionalIn(7);
  Value positionIds = n.optionalIn(8);
  double epsilon = n.floatAttr("epsilon", 1e-12f);
  n.ignoreAttr("mask_index_type"); // what readers of the result take it for
  if (n.failed())
    return;
  if (n.rank(ids) != 2)
    return n.refuse("input_ids does not have rank 2");
  if (bool(segments) != bool(segmentTable))
    return n.refuse("segment_ids and segment_embedding must come together");
  if (!positionIds)
    positionIds = iota(n, sizeOf(n, ids, 1));
  Value sum = n.create<AddOp>(n.create<GatherOp>(words, ids, 0),
                              n.create<GatherOp>(positions, positionIds, 0));
  if (segments)
    sum = n.create<AddOp>(sum, n.create<GatherOp>(segmentTable, segments, 0));
  n.set(2, sum);
  n.set(0,
        n.create<LayerNormOp>(sum, gamma, beta, n.builder.getI64IntegerAttr(2),
                              n.builder.getF64FloatAttr(epsilon)));
  if (!n.wants(1))
    return;
  Type i32 = n.builder.getI32Type();
  if (mask)
    return n.set(1, n.create<ReduceOp>(Reduction::sum, n.cast(mask, i32),
                                       ArrayRef<int64_t>{1}, false));
  n.set(1, n.expandTo(n.scalar(0, i32), n.create<ShapeOfOp>(ids, 0, 1)));
}

//===--- Activations ------------------------------------------------------===//

static void gelu(Node &n, Activation kind) {
  Value x = n.in(0);
  if (Value bias = n.optionalIn(1))
    x = n.create<AddOp>(x, bias);
  n.set(0, n.create<ActivationOp>(kind, x));
}

static void quickGelu(Node &n) {
  Value x = n.in(0);
  Value alpha = n.scalar(n.floatAttr("alpha", 1.702f), n.element(x));
  n.set(0, n.create<MulOp>(x, n.create<SigmoidOp>(n.create<MulOp>(x, alpha))));
}

//===--- Products, rotary -------------------------------------------------===//

/// `batch`: the operand's first dimension comes behind its batch dimensions.
static Value transposed(Node &n, Value x, bool batch, bool swap) {
  int64_t rank = n.rank(x);
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (rank < 2)
    return x; // a vector has nothing to swap, as in numpy
  if (batch)
    std::rotate(perm.begin(), perm.begin() + 1, perm.end() - 1);
  if (swap)
    std::swap(perm[rank - 1], perm[rank - 2]);
  return n.transpose(x, perm);
}

static void fusedMatMul(Node &n) {
  Value a = n.in(0), b = n.in(1);
  bool transA = n.intAttr("transA", 0), transB = n.intAttr("transB", 0);
  bool batchA = n.intAttr("transBatchA", 0);
  bool batchB = n.intAttr("transBatchB", 0);
  double alpha = n.floatAttr("alpha", 1);
  if (n.failed())
    return;
  if (n.rank(a) < 2 || n.rank(b) < 2)
    return n.refuse("an operand has a rank below 2", "ranks from 2",
                    "use MatMul");
  Value y = n.create<MatMulOp>(transposed(n, a, batchA, transA),
                               transposed(n, b, batchB, transB));
  if (alpha != 1)
    y = n.create<MulOp>(y, n.scalar(alpha, n.element(y)));
  n.set(0, y);
}

static void rotaryEmbedding(Node &n) {
  Value x = n.in(0), ids = n.in(1), cos = n.in(2), sin = n.in(3);
  bool interleaved = n.intAttr("interleaved", 0);
  int64_t heads = n.intAttr("num_heads", 0);
  int64_t rotated = n.intAttr("rotary_embedding_dim", 0);
  if (n.floatAttr("scale", 1) != 1)
    return n.refuse("scale is not 1");
  if (n.intAttr("is_packed_batching", 0))
    return n.refuse("is_packed_batching is 1", "0");
  if (n.failed())
    return;
  int64_t rank = n.rank(x);
  if ((rank != 3 && rank != 4) || n.rank(cos) != 2 || n.rank(sin) != 2)
    return n.refuse("the ranks of its operands do not fit",
                    "input of rank 3 or 4, caches of rank 2");
  auto half = n.dim(cos, 1).getConstant();
  auto width = n.dim(x, rank - 1).getConstant();
  if (!half || !width)
    return n.refuse("the size of a head is not known");
  if (rank == 3) {
    // A cache as wide as a head tells how many there are.
    if (heads == 0 && *half > 0)
      heads = *width / (2 * *half);
    x = splitHeads(n, x, heads, "input");
  }
  if (rotated && rotated != 2 * *half)
    return n.refuse("the caches are not as wide as rotary_embedding_dim says");
  if (n.dims(ids).size() < 2) { // where the first row stands
    Value rows = iota(n, sizeOf(n, x, rank == 3 ? 1 : 2));
    Value first =
        n.cast(n.reshape(ids, {DimSource::number(1)}), n.builder.getI64Type());
    ids = n.expandDims(n.create<AddOp>(rows, first), 0);
  }
  cos = n.create<GatherOp>(cos, ids, 0);
  sin = n.create<GatherOp>(sin, ids, 0);
  Value y = n.create<RotaryOp>(x, cos, sin, interleaved, rank == 3);
  if (rank == 3)
    y = n.reshape(
        y, {DimSource::dim(0), DimSource::dim(1), DimSource::range(2, 4)});
  n.set(0, y);
}

void sinter::addContribConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"SkipLayerNormalization",
       {1},
       [](Node &n) { skipNorm(n, true); },
       "no mean and variance outputs",
       contribDomain},
      {"SkipSimplifiedLayerNormalization",
       {1},
       [](Node &n) { skipNorm(n, false); },
       "no mean and variance outputs",
       contribDomain},
      {"EmbedLayerNormalization", {1}, embedNorm, "", contribDomain},
      {"Gelu",
       {1},
       [](Node &n) { gelu(n, Activation::gelu); },
       "",
       contribDomain},
      {"BiasGelu",
       {1},
       [](Node &n) { gelu(n, Activation::gelu); },
       "",
       contribDomain},
      {"FastGelu",
       {1},
       [](Node &n) { gelu(n, Activation::gelu_tanh); },
       "",
       contribDomain},
      {"QuickGelu", {1}, quickGelu, "", contribDomain},
      {"FusedMatMul", {1}, fusedMatMul, "ranks from 2", contribDomain},
      {"RotaryEmbedding",
       {1},
       rotaryEmbedding,
       "no scale, no packed batches; the size of a head must be known",
       contribDomain},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
