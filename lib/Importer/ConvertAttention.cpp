//===- ConvertAttention.cpp - Attention -----------------------------------===//
//
// What sinter.attention says exactly becomes that op; the scores as an output
// and another softmax precision are composed of smaller ops. Queries and keys
// are counted from the first key of the cache: query i is at position
// offset + i.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/AttentionParts.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Tensors.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace sinter;

namespace {
struct Attention {
  Value q, k, v;     // [batch, heads, length, width]
  Value mask;        // as given, or null
  Value allowed;     // bool, broadcasts to the scores, or null: all
  Value lengths;     // nonpad_kv_seqlen or null
  DimExpr offset;    // position of query 0, without lengths
  Value offsetValue; // the same as an i64 scalar, null when it is 0
  bool causal = false;
  int64_t left = -1, right = -1; // window
  double scale = 1, softcap = 0;
  Type softmaxType; // null: q's
};
} // namespace

/// Keys beyond the mask's last size are masked. The mask is padded unless it is
/// known to be as long as the keys.
static void padMask(Node &n, Attention &a) {
  if (n.rank(a.mask) == 0)
    return n.refuse("the mask is a scalar");
  DimExpr have = n.dims(a.mask).back(), need = n.dim(a.k, 2);
  if (have == need)
    return;
  int64_t last = n.rank(a.mask) - 1;
  auto known = (need - have).getConstant();
  if (known && *known < 0)
    return n.refuse("the mask is longer than the keys");
  Type i64 = n.builder.getI64Type();
  Value missing = n.create<MaxOp>(
      n.create<SubOp>(sizeOf(n, a.k, 2), sizeOf(n, a.mask, last)),
      n.scalar(0, i64));
  std::vector<Value> shape{n.create<ShapeOfOp>(a.mask, 0, last),
                           n.expandDims(missing, 0)};
  Type element = n.element(a.mask);
  double fill =
      isa<FloatType>(element) ? -std::numeric_limits<double>::infinity() : 0;
  Value padding =
      n.expandTo(n.scalar(fill, element), n.create<ConcatOp>(shape, 0));
  a.mask = n.create<ConcatOp>(std::vector<Value>{a.mask, padding}, last);
}

/// Positions of queries as [S, 1], or [batch, 1, S, 1] with lengths.
static Value queryPositions(Node &n, const Attention &a) {
  Value rows = n.expandDims(iota(n, sizeOf(n, a.q, 2)), 1);
  if (!a.lengths)
    return a.offsetValue ? n.create<AddOp>(rows, a.offsetValue) : rows;
  Value first = n.create<SubOp>(a.lengths, sizeOf(n, a.q, 2));
  first = n.reshape(first, {DimSource::dim(0), DimSource::number(1),
                            DimSource::number(1), DimSource::number(1)});
  return n.create<AddOp>(rows, first);
}

/// Whatever sinter.attention does not have as an attribute goes into `allowed`.
static void restrictKeys(Node &n, Attention &a) {
  // The dialect's causal and window count from T - S.
  bool aligned = !a.lengths && a.offset == n.dim(a.k, 2) - n.dim(a.q, 2);
  if (a.right == 0 && aligned) {
    a.causal = true;
    a.right = -1;
  }
  Value keys, positions;
  auto compare = [&](Predicate predicate, int64_t shift) {
    if (!keys) {
      keys = iota(n, sizeOf(n, a.k, 2));
      positions = queryPositions(n, a);
    }
    Value bound = positions;
    if (shift)
      bound =
          n.create<AddOp>(positions, n.scalar(shift, n.builder.getI64Type()));
    a.allowed = both(n, a.allowed, n.create<CompareOp>(predicate, keys, bound));
  };
  if (a.causal && !aligned) {
    compare(Predicate::le, 0);
    a.causal = false;
  }
  if (a.right >= 0)
    compare(Predicate::le, a.right);
  if (a.left >= 0 && !aligned) {
    compare(Predicate::ge, -a.left);
    a.left = -1;
  }
  if (a.lengths) {
    Value lengths =
        n.reshape(a.lengths, {DimSource::dim(0), DimSource::number(1),
                              DimSource::number(1), DimSource::number(1)});
    a.allowed = both(n, a.allowed,
                     n.create<CompareOp>(Predicate::lt,
                                         iota(n, sizeOf(n, a.k, 2)), lengths));
  }
}

/// One mask of what is left: bool, or float to add; null for none.
static Value joinMasks(Node &n, const Attention &a) {
  if (!a.mask)
    return a.allowed;
  if (n.element(a.mask).isInteger(1))
    return both(n, a.allowed, a.mask);
  Value mask = n.cast(a.mask, n.element(a.q));
  if (!a.allowed)
    return mask;
  double inf = std::numeric_limits<double>::infinity();
  return n.create<SelectOp>(a.allowed, mask, n.scalar(-inf, n.element(a.q)));
}

/// Step by step, with the scores of `mode` as output 3.
static Value compose(Node &n, Attention &a, int64_t mode) {
  Type element = n.element(a.q);
  int64_t heads = *n.dim(a.q, 1).getConstant();
  int64_t kvHeads = *n.dim(a.k, 1).getConstant();
  double inf = std::numeric_limits<double>::infinity();
  Value root = n.scalar(std::sqrt(a.scale), element);
  // Heads of one group read one key head: their rows follow each other.
  auto group = [&](Value x) {
    return n.reshape(
        n.reshape(x, {DimSource::dim(0), DimSource::number(kvHeads),
                      DimSource::number(heads / kvHeads), DimSource::dim(2),
                      DimSource::dim(3)}),
        {DimSource::dim(0), DimSource::dim(1), DimSource::range(2, 4),
         DimSource::dim(4)});
  };
  auto ungroup = [&](Value x) { // [B, kv, G * S, N] -> [B, heads, S, N]
    if (n.failed())
      return Value();
    Dims q = n.dims(a.q), got = n.dims(x);
    Dims sizes{got[0], heads, q[2], got[3]};
    if (!llvm::any_of(sizes, [](const DimExpr &d) { return d.isUnknown(); }))
      return n.createTyped<ReshapeOp>(getTensorType(sizes, element), x, Value(),
                                      false);
    std::vector<Value> parts{n.create<ShapeOfOp>(x, 0, 1), n.ints({heads}),
                             n.create<ShapeOfOp>(a.q, 2, 3),
                             n.create<ShapeOfOp>(x, 3, 4)};
    return n.reshapeTo(x, n.create<ConcatOp>(parts, 0), true);
  };
  Value q = n.create<MulOp>(a.q, root);
  Value k = n.transpose(n.create<MulOp>(a.k, root), {0, 1, 3, 2});
  Value scores = ungroup(n.create<MatMulOp>(group(q), k));
  if (mode == 0)
    n.set(3, scores);
  if (a.softcap > 0) {
    Value cap = n.scalar(a.softcap, element);
    scores =
        n.create<MulOp>(n.create<TanhOp>(n.create<DivOp>(scores, cap)), cap);
  }
  if (mode == 1)
    n.set(3, scores);
  Value bias = joinMasks(n, a);
  if (bias && n.element(bias).isInteger(1))
    bias =
        n.create<SelectOp>(bias, n.scalar(0, element), n.scalar(-inf, element));
  if (bias)
    scores = n.create<AddOp>(scores, bias);
  if (mode == 2)
    n.set(3, scores);
  Value wide = a.softmaxType ? n.cast(scores, a.softmaxType) : scores;
  Value p = n.cast(n.create<SoftmaxOp>(wide, 3, false), element);
  if (bias && !n.failed()) { // a row that sees no key is 0
    Value largest = n.create<ReduceOp>(
        Reduction::max, bias, ArrayRef<int64_t>{n.rank(bias) - 1}, true);
    Value none =
        n.create<CompareOp>(Predicate::eq, largest, n.scalar(-inf, element));
    p = n.create<SelectOp>(none, n.scalar(0, element), p);
  }
  if (mode == 3)
    n.set(3, p);
  return ungroup(n.create<MatMulOp>(group(p), a.v));
}

static void attention(Node &n) {
  Attention a;
  a.q = n.in(0), a.k = n.in(1), a.v = n.in(2), a.mask = n.optionalIn(3);
  Value pastKey = n.optionalIn(4), pastValue = n.optionalIn(5);
  a.lengths = n.optionalIn(6);
  a.causal = n.intAttr("is_causal", 0);
  a.softcap = n.floatAttr("softcap", 0);
  int64_t qHeads = n.intAttr("q_num_heads", 0);
  int64_t kvHeads = n.intAttr("kv_num_heads", 0);
  int64_t mode = n.intAttr("qk_matmul_output_mode", 0);
  a.left = n.intAttr("left_window_size", -1);
  a.right = n.intAttr("right_window_size", -1);
  int64_t precision = n.intAttr("softmax_precision", 0);
  if (n.failed())
    return;
  if (mode < 0 || mode > 3)
    return n.refuse("qk_matmul_output_mode is " + std::to_string(mode),
                    "0 to 3");
  if (a.left < -1 || a.right < -1)
    return n.refuse("a window size is below -1");
  if (bool(pastKey) != bool(pastValue))
    return n.refuse("past_key and past_value must come together");
  if (a.lengths && pastKey)
    return n.refuse("nonpad_kv_seqlen does not go with past_key");
  if (precision) {
    a.softmaxType = getElementType(n.builder.getContext(), int32_t(precision));
    if (!isa_and_present<FloatType>(a.softmaxType))
      return n.refuse("softmax_precision is " +
                          getDataTypeName(int32_t(precision)),
                      "float16, bfloat16, float, double");
  }
  int64_t rank = n.rank(a.q);
  if ((rank != 3 && rank != 4) || n.rank(a.k) != rank || n.rank(a.v) != rank)
    return n.refuse("Q, K and V must all have rank 3 or all rank 4");
  if (n.element(a.q) != n.element(a.k) || n.element(a.q) != n.element(a.v))
    return n.refuse("Q, K and V have different element types", "one type");
  if (rank == 3) {
    a.q = swapHeads(n, splitHeads(n, a.q, qHeads, "Q"));
    a.k = swapHeads(n, splitHeads(n, a.k, kvHeads, "K"));
    a.v = swapHeads(n, splitHeads(n, a.v, kvHeads, "V"));
  }
  if (n.failed())
    return;
  auto width = n.dim(a.q, 3).getConstant();
  auto heads = n.dim(a.q, 1).getConstant(), kv = n.dim(a.k, 1).getConstant();
  if (!width || !heads || !kv || *kv <= 0 || *heads % *kv)
    return n.refuse("the number and size of heads must be known, and those of "
                    "Q a multiple of those of K");
  a.scale = n.floatAttr("scale", 1 / std::sqrt(double(*width)));
  if (a.scale < 0)
    return n.refuse("scale is negative");
  if (pastKey) {
    a.offset = n.rank(pastKey) == 4 ? n.dim(pastKey, 2) : DimExpr::unknown();
    a.offsetValue = sizeOf(n, pastKey, n.rank(pastKey) == 4 ? 2 : 0);
    a.k = n.create<ConcatOp>(std::vector<Value>{pastKey, a.k}, 2);
    a.v = n.create<ConcatOp>(std::vector<Value>{pastValue, a.v}, 2);
  }
  n.set(1, a.k);
  n.set(2, a.v);
  if (n.failed())
    return;
  if (a.mask)
    padMask(n, a);
  restrictKeys(n, a);
  if (n.failed())
    return;
  Type element = n.element(a.q);
  // The op's own softmax is in f32 or wider, for 16 bit types too.
  bool precise =
      !a.softmaxType || a.softmaxType == element ||
      (element.getIntOrFloatBitWidth() == 16 && a.softmaxType.isF32());
  Value y;
  if (precise && !n.wants(3)) {
    y = n.create<AttentionOp>(a.q, a.k, a.v, joinMasks(n, a), /*sinks=*/Value(),
                              llvm::APFloat(a.scale), a.causal,
                              llvm::APFloat(a.softcap),
                              uint64_t(a.left >= 0 ? a.left + 1 : 0),
                              /*zero_empty_rows=*/true);
  } else {
    if (a.causal || a.left >= 0) { // no attributes here: a mask says it
      int64_t left = a.left;
      a.left = -1;
      Value keys = iota(n, sizeOf(n, a.k, 2)), positions = queryPositions(n, a);
      if (a.causal)
        a.allowed = both(n, a.allowed,
                         n.create<CompareOp>(Predicate::le, keys, positions));
      if (left >= 0) {
        Value first =
            n.create<SubOp>(positions, n.scalar(left, n.builder.getI64Type()));
        a.allowed =
            both(n, a.allowed, n.create<CompareOp>(Predicate::ge, keys, first));
      }
    }
    y = compose(n, a, mode);
  }
  if (rank == 3)
    y = joinHeads(n, y);
  n.set(0, y);
}

void sinter::addAttentionConverters(std::vector<Converter> &table) {
  table.push_back({"Attention",
                   {23, 24, 25},
                   attention,
                   "Q, K and V of one element type; the number and size of "
                   "heads must be known"});
}
