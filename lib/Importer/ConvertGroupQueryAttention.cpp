//===- ConvertGroupQueryAttention.cpp - com.microsoft GroupQueryAttention -===//
//
// The op appends the new keys and values of sequence b behind its own first
// past(b) = seqlens_k(b) + 1 - S ones, into a buffer as long as the larger of
// the past and total_sequence_length; query i of it is at position past(b) + i.
// A prompt (S = total) padded on its right has past(b) < 0: it counts as 0.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/AttentionParts.h"
#include "lib/Importer/Boxes.h"
#include "lib/Importer/ContribSchemas.h"
#include "lib/Importer/Converters.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace sinter;

namespace {
struct GroupQuery {
  Value q, k, v;               // [batch, S, heads, width] as they come
  Value pastKey, pastValue;    // [batch, kv heads, P, width] or null
  Value rows, past, positions; // S; [batch, 1]; [batch, S]
  Value keys;                  // positions of the keys, [T]
  Value places;                // [batch, T, 1]: which of past and new is where
  int64_t heads, kvHeads, width;
};
} // namespace

/// Heads of query, key and value, which may come as one operand.
static void readHeads(Node &n, GroupQuery &g) {
  Value q = n.in(0), k = n.optionalIn(1), v = n.optionalIn(2);
  g.heads = n.requiredInt("num_heads");
  g.kvHeads = n.requiredInt("kv_num_heads");
  if (n.failed())
    return;
  if (g.heads <= 0 || g.kvHeads <= 0 || g.heads > 65536 || g.heads % g.kvHeads)
    return n.refuse("num_heads is no multiple of kv_num_heads");
  if (bool(k) != bool(v))
    return n.refuse("key and value must come together");
  int64_t all = k ? g.heads : g.heads + 2 * g.kvHeads;
  q = splitHeads(n, q, all, "query");
  if (n.failed())
    return;
  g.width = *n.dim(q, 3).getConstant();
  if (k) {
    g.q = q;
    g.k = splitHeads(n, k, g.kvHeads, "key");
    g.v = splitHeads(n, v, g.kvHeads, "value");
    return;
  }
  g.q = n.sliceStatic(q, 2, 0, g.heads);
  g.k = n.sliceStatic(q, 2, g.heads, g.heads + g.kvHeads);
  g.v = n.sliceStatic(q, 2, g.heads + g.kvHeads, all);
}

/// How long each sequence is, and where its rows and keys stand.
static void readLengths(Node &n, GroupQuery &g) {
  Value lengths = n.in(5), total = n.in(6);
  g.pastKey = n.optionalIn(3), g.pastValue = n.optionalIn(4);
  if (n.failed())
    return;
  if (bool(g.pastKey) != bool(g.pastValue))
    return n.refuse("past_key and past_value must come together");
  if (g.pastKey && (n.rank(g.pastKey) != 4 || n.rank(g.pastValue) != 4))
    return n.refuse("past_key or past_value does not have rank 4");
  Type i64 = n.builder.getI64Type();
  g.rows = sizeOf(n, g.q, 1);
  if (!g.pastKey) {
    g.positions = n.expandDims(iota(n, g.rows), 0);
    return;
  }
  Value zero = n.scalar(0, i64), one = n.scalar(1, i64);
  Value buffer = sizeOf(n, g.pastKey, 2);
  Value length =
      n.reshape(n.cast(lengths, i64),
                {DimSource::range(0, n.rank(lengths)), DimSource::number(1)});
  g.past = n.create<SubOp>(n.create<AddOp>(length, one), g.rows);
  g.past = n.create<MaxOp>(n.create<MinOp>(g.past, buffer), zero);
  g.positions = n.create<AddOp>(g.past, iota(n, g.rows));
  if (!n.values.getScalar(total))
    return n.refuse(
        "total_sequence_length does not follow from sizes of inputs",
        "constants and arithmetic on sizes",
        "compute it with Shape from the attention mask, as "
        "onnxruntime-genai's model builder does");
  total = n.reshape(n.cast(total, i64), {});
  g.keys = iota(n, n.create<MaxOp>(total, buffer));
  // Of the past and the new ones behind it: key j is the past's j, or new.
  Value isNew = both(n, n.create<CompareOp>(Predicate::ge, g.keys, g.past),
                     n.create<CompareOp>(Predicate::lt, g.keys,
                                         n.create<AddOp>(g.past, g.rows)));
  Value behind = n.create<AddOp>(n.create<SubOp>(g.keys, g.past), buffer);
  Value last = n.create<SubOp>(n.create<AddOp>(buffer, g.rows), one);
  Value places =
      n.create<SelectOp>(isNew, behind, n.create<MinOp>(g.keys, last));
  g.places = n.expandDims(places, 2);
}

static void rotate(Node &n, GroupQuery &g) {
  bool rotates = n.intAttr("do_rotary", 0);
  bool interleaved = n.intAttr("rotary_interleaved", 0);
  Value cos = n.optionalIn(7), sin = n.optionalIn(8), ids = n.optionalIn(9);
  if (n.failed() || !rotates)
    return;
  if (!cos || !sin)
    return n.refuse("do_rotary needs cos_cache and sin_cache");
  if (!ids)
    ids = g.positions;
  cos = n.create<GatherOp>(cos, ids, 0);
  sin = n.create<GatherOp>(sin, ids, 0);
  g.q = n.create<RotaryOp>(g.q, cos, sin, interleaved, true);
  g.k = n.create<RotaryOp>(g.k, cos, sin, interleaved, true);
}

/// [batch, kv heads, T, width]: the past with the new rows in their places.
static Value append(Node &n, const GroupQuery &g, Value past, Value rows) {
  rows = swapHeads(n, rows);
  if (!past)
    return rows;
  Value all = n.create<ConcatOp>(std::vector<Value>{past, rows}, 2);
  return swapHeads(n, n.create<GatherNDOp>(swapHeads(n, all), g.places,
                                           n.builder.getI64IntegerAttr(1)));
}

/// A score for each head of a key without a value, [heads]: an attention sink,
/// or 0 for a smooth softmax; null where neither is wanted.
static Value readSinks(Node &n, const GroupQuery &g) {
  Value sink = n.optionalIn(11);
  bool isSmooth = n.intAttr("smooth_softmax", 0) > 0;
  if (n.failed() || (!sink && !isSmooth))
    return {};
  Type element = n.element(g.q);
  if (!sink)
    return repeat(n, n.scalar(0, element), {g.heads});
  if (n.rank(sink) != 1 || !n.dim(sink, 0).isConstant(g.heads)) {
    n.refuse("head_sink is not as long as num_heads");
    return {};
  }
  return n.cast(sink, element);
}

static void groupQueryAttention(Node &n) {
  GroupQuery g;
  readHeads(n, g);
  if (!n.failed())
    readLengths(n, g);
  if (!n.failed())
    rotate(n, g);
  Value bias = n.optionalIn(10), sinks = readSinks(n, g);
  double scale = n.floatAttr("scale", 0), softcap = n.floatAttr("softcap", 0);
  int64_t window = n.intAttr("local_window_size", -1);
  if (n.intAttr("sliding_window_cache", 0)) {
    // The caller's buffers are as long as the window, and old rows leave them:
    // to rows that a step's own cache keeps that is no difference.
    if (window <= 0)
      return n.refuse("sliding_window_cache without a local_window_size");
    n.needsStep("a GroupQueryAttention with sliding_window_cache");
  }
  if (n.intAttr("qk_output", 0) != 0)
    return n.refuse("qk_output is not 0", "models without output 3");
  if (n.failed())
    return;
  Value k = append(n, g, g.pastKey, g.k), v = append(n, g, g.pastValue, g.v);
  n.set(1, k);
  n.set(2, v);
  Value mask = bias;
  if (g.pastKey) {
    Value positions =
        n.reshape(g.positions, {DimSource::dim(0), DimSource::number(1),
                                DimSource::dim(1), DimSource::number(1)});
    mask = n.create<CompareOp>(Predicate::le, g.keys, positions);
    if (window > 0) {
      Value first = n.create<SubOp>(
          positions, n.scalar(double(window), n.builder.getI64Type()));
      mask = both(n, mask, n.create<CompareOp>(Predicate::gt, g.keys, first));
    }
    if (bias) {
      Type element = n.element(g.q);
      double inf = std::numeric_limits<double>::infinity();
      mask = n.create<SelectOp>(mask, n.cast(bias, element),
                                n.scalar(-inf, element));
    }
  }
  if (n.failed())
    return;
  if (scale == 0)
    scale = 1 / std::sqrt(double(g.width));
  // Without a past the dialect's own causal mask and window say it all.
  bool isFirst = !g.pastKey;
  n.set(0,
        joinHeads(n, n.create<AttentionOp>(
                         swapHeads(n, g.q), k, v, mask, sinks,
                         llvm::APFloat(scale), isFirst, llvm::APFloat(softcap),
                         uint64_t(isFirst && window > 0 ? window : 0),
                         /*zero_empty_rows=*/true)));
}

void sinter::addGroupQueryAttentionConverters(std::vector<Converter> &table) {
  table.push_back({"GroupQueryAttention",
                   {1},
                   groupQueryAttention,
                   "no qk_output, no quantized cache; "
                   "the number and size of heads must be known",
                   contribDomain});
}
