//===- ConvertContribAttention.cpp - MultiHeadAttention, Attention --------===//
//
// com.microsoft's ops of these names. Padded keys are not removed: their scores
// get mask_filter_value added, so that a row of padding alone still averages.
// Keys behind a row (`unidirectional`) are removed.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/AttentionParts.h"
#include "lib/Importer/ContribSchemas.h"
#include "lib/Importer/Converters.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

namespace {
struct Heads {
  Value q, k, v; // [batch, heads, length, width]
  Value keyMask; // integers: lengths, or 0 where a key is padding
  Value bias;    // added to the scores
  int64_t heads;
  const char *maskName;
};
} // namespace

static Value addPast(Node &n, Value past, Value x) {
  return past ? n.create<ConcatOp>(std::vector<Value>{past, x}, 2) : x;
}

/// mask_filter_value where a key is padding, else 0; broadcasts to the scores.
static Value padding(Node &n, const Heads &h, double filter) {
  Value mask = h.keyMask;
  Type element = n.element(h.q), i64 = n.builder.getI64Type();
  int64_t rank = n.rank(mask);
  Value kept;
  if (rank == 1) { // the number of keys of each sequence
    if (n.dim(mask, 0) != n.dim(h.q, 0)) {
      n.refuse(std::string(h.maskName) + " has " + n.dim(mask, 0).str() +
                   " elements",
               "one a sequence, or ranks 2 and 3");
      return {};
    }
    Value lengths = n.reshape(n.cast(mask, i64),
                              {DimSource::dim(0), DimSource::number(1),
                               DimSource::number(1), DimSource::number(1)});
    kept =
        n.create<CompareOp>(Predicate::lt, iota(n, sizeOf(n, h.k, 2)), lengths);
  } else if (rank == 2 || rank == 3) {
    Value grid = rank == 3 ? n.expandDims(mask, 1)
                           : n.expandDims(n.expandDims(mask, 1), 1);
    kept =
        n.create<CompareOp>(Predicate::gt, grid, n.scalar(0, n.element(mask)));
  } else {
    n.refuse(std::string(h.maskName) + " has rank " + std::to_string(rank),
             "ranks 1 to 3");
    return {};
  }
  return n.create<SelectOp>(kept, n.scalar(0, element),
                            n.scalar(filter, element));
}

static void attend(Node &n, Heads &h) {
  double filter = n.floatAttr("mask_filter_value", -10000);
  bool causal = n.intAttr("unidirectional", 0);
  double scale = n.floatAttr("scale", 0);
  if (n.failed())
    return;
  auto width = n.dim(h.q, 3).getConstant();
  if (!width)
    return n.refuse("the size of a head is not known");
  Value mask = h.keyMask ? padding(n, h, filter) : Value();
  if (h.bias)
    mask = mask ? n.create<AddOp>(mask, h.bias) : h.bias;
  if (scale == 0)
    scale = 1 / std::sqrt(double(*width));
  n.set(0, joinHeads(n, n.create<AttentionOp>(h.q, h.k, h.v, mask,
                                              /*sinks=*/Value(),
                                              llvm::APFloat(scale), causal,
                                              llvm::APFloat(0.0), uint64_t(0),
                                              /*zero_empty_rows=*/true)));
}

/// [batch, length, heads, parts, width] as `parts` times [batch, length, heads,
/// width].
static SmallVector<Value> unpackParts(Node &n, Value x, int64_t parts) {
  SmallVector<Value> out;
  for (int64_t i = 0; i < parts; ++i)
    out.push_back(n.reshape(n.sliceStatic(x, 3, i, i + 1),
                            {DimSource::dim(0), DimSource::dim(1),
                             DimSource::dim(2), DimSource::dim(4)}));
  return out;
}

/// Part `from` .. of a bias of all heads' rows, as [heads, width].
static Value addBias(Node &n, Value x, Value bias, int64_t &from) {
  auto heads = n.dim(x, 2).getConstant(), width = n.dim(x, 3).getConstant();
  if (!bias || n.failed())
    return x;
  auto size = n.rank(bias) == 1 ? n.dim(bias, 0).getConstant() : std::nullopt;
  if (!heads || !width || !size || from + *heads * *width > *size) {
    n.refuse("the bias is not as long as query, key and value together");
    return x;
  }
  int64_t first = from;
  from += *heads * *width;
  Value part =
      n.reshape(n.sliceStatic(bias, 0, first, from),
                {DimSource::number(*heads), DimSource::number(*width)});
  return n.create<AddOp>(x, part);
}

static void multiHeadAttention(Node &n) {
  Heads h;
  Value q = n.in(0), k = n.optionalIn(1), v = n.optionalIn(2);
  Value bias = n.optionalIn(3), pastKey = n.optionalIn(6);
  Value pastValue = n.optionalIn(7);
  h.keyMask = n.optionalIn(4);
  h.bias = n.optionalIn(5);
  h.heads = n.requiredInt("num_heads");
  h.maskName = "key_padding_mask";
  if (n.failed())
    return;
  if (bool(pastKey) != bool(pastValue))
    return n.refuse("past_key and past_value must come together");
  int64_t from = 0;
  bool hasHeads = k && n.rank(k) == 4; // keys and values are ready
  if (n.rank(q) == 5 && !k && !v) {
    if (!n.dim(q, 3).isConstant(3))
      return n.refuse("a packed query does not have 3 parts");
    auto parts = unpackParts(n, q, 3);
    q = parts[0], k = parts[1], v = parts[2];
  } else if (k && n.rank(k) == 5 && !v) {
    if (!n.dim(k, 3).isConstant(2))
      return n.refuse("a packed key does not have 2 parts");
    auto parts = unpackParts(n, k, 2);
    q = splitHeads(n, q, h.heads, "query");
    k = parts[0], v = parts[1];
  } else if (k && v) {
    q = splitHeads(n, q, h.heads, "query");
    if (!hasHeads) {
      k = splitHeads(n, k, h.heads, "key");
      v = splitHeads(n, v, h.heads, "value");
    }
  } else {
    return n.refuse("its query, key and value have ranks that do not fit");
  }
  q = addBias(n, q, bias, from);
  if (!hasHeads) {
    k = swapHeads(n, addBias(n, k, bias, from));
    v = swapHeads(n, addBias(n, v, bias, from));
  } else if (bias) {
    return n.refuse("a bias does not go with keys that have their heads");
  }
  h.q = swapHeads(n, q);
  h.k = addPast(n, pastKey, k);
  h.v = addPast(n, pastValue, v);
  n.set(1, h.k);
  n.set(2, h.v);
  attend(n, h);
}

/// Input and weights [input size, q + k + v]; the past and the present hold
/// keys and values in one tensor [2, batch, heads, length, width].
static void attention(Node &n) {
  Heads h;
  Value x = n.in(0), weights = n.in(1), bias = n.optionalIn(2);
  h.keyMask = n.optionalIn(3);
  Value past = n.optionalIn(4);
  h.bias = n.optionalIn(5);
  h.heads = n.requiredInt("num_heads");
  h.maskName = "mask_index";
  auto sizes = n.intsAttr("qkv_hidden_sizes");
  if (n.intAttr("do_rotary", 0))
    return n.refuse("do_rotary is 1", "0");
  n.ignoreAttr("rotary_embedding_dim"); // of do_rotary
  if (n.intAttr("past_present_share_buffer", 0))
    return n.refuse("past_present_share_buffer is 1", "0");
  if (n.failed())
    return;
  auto width =
      n.rank(weights) == 2 ? n.dim(weights, 1).getConstant() : std::nullopt;
  if (!width || n.rank(x) != 3)
    return n.refuse("the input must have rank 3, the weights a known size");
  if (!sizes || sizes->empty())
    sizes = SmallVector<int64_t>(3, *width / 3);
  if (sizes->size() != 3 || (*sizes)[0] <= 0 || (*sizes)[1] != (*sizes)[0] ||
      (*sizes)[2] <= 0 || (*sizes)[0] > *width || (*sizes)[2] > *width ||
      2 * (*sizes)[0] + (*sizes)[2] != *width)
    return n.refuse("qkv_hidden_sizes do not sum up to the weights' columns");
  Value all = n.create<MatMulOp>(x, weights);
  if (bias)
    all = n.create<AddOp>(all, bias);
  int64_t at = 0;
  Value parts[3];
  const char *names[] = {"query", "key", "value"};
  for (int i = 0; i < 3; ++i) {
    Value part = n.sliceStatic(all, 2, at, at + (*sizes)[i]);
    at += (*sizes)[i];
    parts[i] = swapHeads(n, splitHeads(n, part, h.heads, names[i]));
  }
  if (n.failed())
    return;
  h.q = parts[0], h.k = parts[1], h.v = parts[2];
  if (past) {
    if (n.rank(past) != 5 || !n.dim(past, 0).isConstant(2))
      return n.refuse("past is not [2, batch, heads, length, size]");
    auto half = [&](int64_t i) {
      return n.reshape(n.sliceStatic(past, 0, i, i + 1),
                       {DimSource::dim(1), DimSource::dim(2), DimSource::dim(3),
                        DimSource::dim(4)});
    };
    h.k = addPast(n, half(0), h.k);
    h.v = addPast(n, half(1), h.v);
  }
  if (n.wants(1))
    n.set(1, n.create<ConcatOp>(
                 std::vector<Value>{n.expandDims(h.k, 0), n.expandDims(h.v, 0)},
                 0));
  attend(n, h);
}

void sinter::addContribAttentionConverters(std::vector<Converter> &table) {
  table.push_back(
      {"MultiHeadAttention",
       {1},
       multiHeadAttention,
       "no past_sequence_length, cache_indirection or output 3; masks of ranks "
       "1 (lengths) to 3",
       contribDomain});
  table.push_back({"Attention",
                   {1},
                   attention,
                   "no do_rotary, past_present_share_buffer or "
                   "past_sequence_length; masks of ranks 1 "
                   "(lengths) to 3",
                   contribDomain});
}
