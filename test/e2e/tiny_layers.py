"""Pieces of decoders as different exporters write them; `s` is the Style that
tiny_models.py lists. Each piece is a function from value names to a name."""
import numpy as np
from onnx import helper, numpy_helper

from onnx_graph import BOOL, FLOAT, INT32, LOWEST, MS


def rms_norm(g, s, x, width=None):
    weight = g.weight(g.near(1, width or s.hidden))
    if s.norm == "op":  # opset 23
        return g.RMSNormalization(x, weight, axis=-1, epsilon=s.eps)
    if s.norm == "div":
        square = g.Mul(x, x)
    else:
        square = g.Pow(x, g.f32(2.0))
    mean = g.ReduceMean(square, g.i64([-1]), keepdims=1)
    root = g.Sqrt(g.Add(g.f32(s.eps), mean) if s.norm == "div" else
                  g.Add(mean, g.f32(s.eps)))
    if s.norm == "div":
        return g.Mul(g.Div(x, root), weight)
    if s.norm == "one_over":
        return g.Mul(g.Mul(x, g.Div(g.f32(1.0), root)), weight)
    return g.Mul(weight, g.Mul(x, g.Reciprocal(root)))


def layer_norm(g, s, x):
    weight, bias = (g.weight(g.near(m, s.hidden)) for m in (1, 0))
    if s.norm == "op":
        return g.LayerNormalization(x, weight, bias, axis=-1, epsilon=s.eps)
    centred = g.Sub(x, g.ReduceMean(x, g.i64([-1]), keepdims=1))
    variance = g.ReduceMean(g.Pow(centred, g.f32(2.0)), g.i64([-1]),
                            keepdims=1)
    normed = g.Div(centred, g.Sqrt(g.Add(variance, g.f32(s.eps))))
    return g.Add(g.Mul(normed, weight), bias)


def linear(g, s, x, rows, columns, bias=False):
    """x @ w (+ b), or GPT-2's way: Gemm on rows flattened."""
    if s.int8:
        return linear_int8(g, x, g.matrix(rows, columns))
    w = g.weight(g.matrix(rows, columns))
    b = g.weight(g.near(0, columns)) if bias else None
    if s.gemm:
        flat = g.Gemm(g.Reshape(x, g.i64([-1, rows])), w, *([b] if b else []))
        lead = g.Shape(x, start=0, end=2)
        return g.Reshape(flat, g.Concat(lead, g.i64([columns]), axis=0))
    y = g.MatMul(x, w)
    return g.Add(b, y) if b else y


def linear_int8(g, x, w):
    """As onnxruntime's quantize_dynamic writes it: inputs are scaled by their
    range, weights by that of a column."""
    scale = np.abs(w).max(0) / 127
    narrow, scale_x, zero = g.DynamicQuantizeLinear(x, outputs=3)
    y = g.MatMulInteger(narrow, g.weight(np.rint(w / scale).astype(np.int8)),
                        zero)
    return g.Mul(g.Cast(y, to=FLOAT), g.Mul(scale_x, g.weight(scale)))


def rotary_angles(g, s):
    """cos and sin, [batch, 1, sequence, head dim]."""
    rotated = s.rotated or s.head_dim
    lanes = np.arange(0, rotated, 2) / rotated
    frequency = (s.theta ** -lanes).astype(np.float32)
    if s.rotary == "table":
        rows = np.outer(np.arange(s.positions), np.tile(frequency, 2))
        return [g.Unsqueeze(g.Gather(g.weight(f(rows).astype(np.float32)),
                                     "position_ids", axis=0), g.i64([1]))
                for f in (np.cos, np.sin)]
    position = g.Cast(g.Unsqueeze("position_ids", g.i64([-1])), to=FLOAT)
    factors = g.f32(frequency.reshape(1, 1, -1))
    if s.long_from:
        total = g.Gather(g.Shape("attention_mask"), g.i64(1))
        factors = g.If(g.Greater(total, g.i64(s.long_from)),
                       then_branch=constant_branch("long", frequency / 4),
                       else_branch=constant_branch("short", frequency))
    angle = g.Mul(position, factors)
    if s.interleaved:  # each twice, side by side
        wide = g.Unsqueeze(angle, g.i64([-1]))
        angle = g.Reshape(g.Concat(wide, wide, axis=-1),
                          g.i64([0, 0, rotated]))
    else:
        angle = g.Concat(angle, angle, axis=-1)
    return [g.Unsqueeze(f(angle), g.i64([1])) for f in (g.Cos, g.Sin)]


def constant_branch(name, values):
    array = values.reshape(1, 1, -1).astype(np.float32)
    node = helper.make_node("Constant", [], [name], name=f"node_{name}",
                            value=numpy_helper.from_array(array, name))
    info = helper.make_tensor_value_info(name, FLOAT, array.shape)
    return helper.make_graph([node], name, [], [info])


def rotate(g, s, x, cos, sin):
    if s.rotated:
        turning, rest = g.Split(x, g.i64([s.rotated, s.head_dim - s.rotated]),
                                axis=-1, outputs=2)
        return g.Concat(turn(g, s, turning, cos, sin), rest, axis=-1)
    return turn(g, s, x, cos, sin)


def turn(g, s, x, cos, sin):
    half = (s.rotated or s.head_dim) // 2
    if s.interleaved:
        even, odd = (g.Slice(x, g.i64([a]), g.i64([1 << 40]), g.i64([-1]),
                             g.i64([2])) for a in (0, 1))
        pairs = g.Concat(*(g.Unsqueeze(y, g.i64([-1])) for y in
                           (g.Neg(odd), even)), axis=-1)
        turned = g.Reshape(pairs, g.Shape(x))
        return g.Add(g.Mul(x, cos), g.Mul(turned, sin))
    if s.rotary == "table":
        low, high = g.Split(x, axis=-1, outputs=2, num_outputs=2)
    else:
        low, high = (g.Slice(x, g.i64([a]), g.i64([b]), g.i64([-1]),
                             g.i64([1])) for a, b in ((0, half), (half, 1 << 40)))
    turned = g.Concat(g.Neg(high), low, axis=-1)
    return g.Add(g.Mul(x, cos), g.Mul(turned, sin))


def mask(g, s, past_name, window):
    """What attention adds to its scores, or a bool ("select", "table")."""
    scalar = lambda x, axis: g.Squeeze(
        g.Shape(x, start=axis, end=axis + 1), g.i64([0]))
    sequence, past = scalar("input_ids", 1), scalar(past_name, 2)
    total = g.Add(past, sequence)
    keys = g.Range(g.i64(0), total, g.i64(1))
    given = g.Unsqueeze("attention_mask", g.i64([1, 2]))
    if s.mask == "trilu":
        # -inf above the diagonal that starts at `past`, plus (1 - mask) * min.
        shape = g.Concat(g.Reshape(sequence, g.i64([1])),
                         g.Reshape(total, g.i64([1])), axis=0)
        causal = g.Trilu(g.Expand(g.f32(float("-inf")), shape),
                         g.Add(past, g.i64(1)), upper=1)
        padding = g.Mul(g.Sub(g.f32(1.0), g.Cast(given, to=FLOAT)),
                        g.f32(LOWEST))
        return g.Add(causal, padding)
    if s.mask == "table":
        # A stored triangle, or a band of it, cut to the context.
        back = np.subtract.outer(np.arange(s.positions), np.arange(s.positions))
        table = (back >= 0) & (back < (window or s.positions))
        rows = g.Slice(g.weight(table[None, None]), g.Reshape(past, g.i64([1])),
                       g.Reshape(total, g.i64([1])), g.i64([2]))
        seen = g.Slice(rows, g.i64([0]), g.Reshape(total, g.i64([1])),
                       g.i64([3]))
        return g.And(seen, g.Cast(given, to=BOOL))
    if s.mask == "positions":
        queries = g.Unsqueeze("position_ids", g.i64([1, 3]))
    else:
        queries = g.Unsqueeze(g.Range(past, total, g.i64(1)), g.i64([1]))
    if s.mask == "chain":
        # One Where for what is causal, another over it for what is padding.
        bias = g.Where(g.Greater(keys, queries), g.f32(LOWEST), g.f32(0.0))
        padded = g.Equal(given, g.i64(0))
        return g.Where(padded, g.f32(LOWEST), bias)
    seen = g.And(g.LessOrEqual(keys, queries), g.Cast(given, to=BOOL))
    if window:
        first = g.Sub(queries, g.i64(window))
        seen = g.And(seen, g.Greater(keys, first))
    if s.mask == "select":
        return seen
    bias = g.Where(seen, g.f32(0.0), g.f32(LOWEST))
    if not s.alibi:
        return bias
    # Slopes 2^-8/heads, 2^-16/heads, .. times how far behind a key is.
    slopes = 2.0 ** (-8 / s.heads * np.arange(1, s.heads + 1))
    distance = g.Cast(g.Sub(keys, queries), to=FLOAT)
    return g.Add(bias, g.Mul(g.Unsqueeze(distance, g.i64([0, 1])),
                             g.const(slopes.reshape(1, -1, 1, 1), np.float32)))


def scores(g, s, q, keys, bias):
    """Masked, scaled scores of q against keys ([.., head dim, total])."""
    scale = s.head_dim ** -0.5
    if s.scale == "q":
        q = g.Mul(q, g.f32(scale))
    elif s.scale == "both":
        q, keys = (g.Mul(x, g.f32(scale ** 0.5)) for x in (q, keys))
    y = g.MatMul(q, keys)
    if s.scale == "scores":
        y = g.Mul(y, g.f32(scale))
    elif s.scale == "divide":
        y = g.Div(y, g.f32(1 / scale))
    if s.softcap:
        y = g.Mul(g.Tanh(g.Div(y, g.f32(s.softcap))), g.f32(s.softcap))
    y = (g.Where(bias, y, g.f32(LOWEST)) if s.mask in ("select", "table")
         else g.Add(y, bias))
    return g.Div(y, g.f32(1 / scale)) if s.scale == "late" else y


def weights(g, s, y):
    """Softmax of scores; a sink is the score of a key that has no value."""
    if not s.sinks:
        return g.Softmax(y, axis=-1)
    sink = g.Reshape(g.weight(g.near(1, s.heads)), g.i64([1, -1, 1, 1]))
    lead = g.Concat(g.Shape(y, start=0, end=3), g.i64([1]), axis=0)
    y = g.Concat(y, g.Expand(sink, lead), axis=-1)
    y = g.Sub(y, g.ReduceMax(y, g.i64([-1]), keepdims=1))
    return g.Slice(g.Softmax(y, axis=-1), g.i64([0]), g.i64([-1]), g.i64([-1]))


def group_query_attention(g, s, parts, layer):
    """onnxruntime's node as its model builder writes it: it turns, appends to
    the cache and attends; layers with a window have a cache as long as that."""
    sees_all = (layer + 1) % s.windowed == 0
    lanes = np.arange(0, s.head_dim, 2) / s.head_dim
    angles = np.outer(np.arange(s.positions), s.theta ** -lanes)
    tables = [g.const(f(angles), np.float32) for f in (np.cos, np.sin)]
    count = g.ReduceSum("attention_mask", g.i64([1]), keepdims=1)
    last = g.Cast(g.Sub(count, g.i64([1])), to=INT32)
    total = g.Cast(g.Gather(g.Shape("attention_mask"), g.i64(1)), to=INT32)
    sinks = [g.weight(g.near(1, s.heads))] if s.sinks else []
    more = dict(local_window_size=s.window, sliding_window_cache=1) \
        if s.window and not sees_all else {}
    y, *caches = g.GroupQueryAttention(
        *parts, *(f"past_key_values.{layer}.{part}" for part in ("key", "value")),
        last, total, *tables, "", "", *sinks, outputs=3, domain=MS,
        num_heads=s.heads, kv_num_heads=s.kv_heads, do_rotary=1, **more)
    for cache, part in zip(caches, ("key", "value")):
        g.output(cache, f"present.{layer}.{part}", FLOAT,
                 ["batch", s.kv_heads, "past + sequence", s.head_dim])
    return y


def activation(g, s, x):
    if s.activation == "silu":
        return g.Mul(x, g.Sigmoid(x))
    if s.activation == "gelu_op":  # opset 20
        return g.Gelu(x, approximate="tanh")
    if s.activation == "gelu_erf":
        half = g.Mul(g.f32(0.5), x)
        return g.Mul(half, g.Add(g.f32(1.0), g.Erf(g.Div(x, g.f32(2 ** 0.5)))))
    cube = g.Mul(g.f32(0.044715), g.Pow(x, g.f32(3.0)))
    inner = g.Mul(g.f32((2 / np.pi) ** 0.5), g.Add(x, cube))
    return g.Mul(g.Mul(g.f32(0.5), x), g.Add(g.f32(1.0), g.Tanh(inner)))


def mlp(g, s, x):
    if not s.gated:
        y = activation(g, s, linear(g, s, x, s.hidden, s.inner, s.bias))
        return linear(g, s, y, s.inner, s.hidden, s.bias)
    if s.joined:
        both = linear(g, s, x, s.hidden, 2 * s.inner)
        gate, up = g.Split(both, g.i64([s.inner, s.inner]), axis=-1, outputs=2)
    else:
        gate, up = (linear(g, s, x, s.hidden, s.inner) for _ in range(2))
    return linear(g, s, g.Mul(activation(g, s, gate), up), s.inner, s.hidden)


def mixture(g, s, x):
    """The two best experts of each token, weighted by their shares of the
    router's softmax."""
    if s.routing == "moe":
        scores = g.MatMul(x, g.weight(g.matrix(s.hidden, s.experts)))
        first, last = (
            np.stack([g.matrix(rows, columns).T for _ in range(s.experts)])
            for rows, columns in ((s.hidden, 2 * s.inner), (s.inner, s.hidden)))
        return g.MoE(x, g.Reshape(scores, g.i64([-1, s.experts])),
                     g.weight(first), "", g.weight(last), domain=MS, k=2,
                     normalize_routing_weights=1, activation_type="swiglu",
                     swiglu_fusion=1)
    shares = g.Softmax(g.MatMul(x, g.weight(g.matrix(s.hidden, s.experts))),
                       axis=-1)
    best, which = g.TopK(shares, g.i64([2]), axis=-1, outputs=2)
    best = g.Div(best, g.ReduceSum(best, g.i64([-1]), keepdims=1))
    if s.routing == "gather_nd":
        return gathered_nd(g, s, x, best, which)
    if s.routing == "gather":
        return gathered(g, s, x, best, which)
    if s.routing == "batch":
        return batched(g, s, x, best, which)
    if s.routing == "nonzero":
        return picked(g, s, x, best, which)
    # All compute, those that were not chosen count nothing.
    chosen = g.OneHot(which, g.i64([s.experts]), g.f32([0.0, 1.0]), axis=-1)
    weights = g.ReduceSum(g.Mul(chosen, g.Unsqueeze(best, g.i64([-1]))),
                          g.i64([-2]), keepdims=0)
    parts = g.Split(weights, axis=-1, outputs=s.experts, num_outputs=s.experts)
    total = None
    for share in parts:
        y = g.Mul(mlp(g, s, x), share)
        total = g.Add(total, y) if total else y
    return total


def picked(g, s, x, best, which):
    """Each expert picks its tokens: torch.where and index_add in a loop over the
    experts. As torch's exporter writes index_add until opset 18 (rows written
    to zeros), and as it may."""
    flat = g.Reshape(x, g.i64([-1, s.hidden]))
    best, which = (g.Reshape(y, g.i64([-1, 2])) for y in (best, which))
    chosen = g.Transpose(g.OneHot(which, g.i64([s.experts]), g.i64([0, 1])),
                         perm=[2, 1, 0])
    zeros = g.Expand(g.f32(0.0), g.Shape(flat))
    total = zeros
    for expert in range(s.experts):
        hit = g.Squeeze(g.Gather(chosen, g.i64([expert]), axis=0), g.i64([0]))
        places = g.Transpose(g.NonZero(g.Cast(hit, to=BOOL)), perm=[1, 0])
        choice, token = (
            g.Squeeze(g.Slice(places, g.i64([i]), g.i64([i + 1]), g.i64([1])),
                      g.i64([1])) for i in range(2))
        rows = g.Reshape(g.Gather(g.Unsqueeze(flat, g.i64([0])), token, axis=1),
                         g.i64([-1, s.hidden]))
        at = g.Add(choice, g.Mul(token, g.i64(2)))
        share = g.Gather(g.Reshape(best, g.i64([-1, 1])), at, axis=0)
        y = g.Mul(mlp(g, s, rows), share)
        index = g.Expand(g.Unsqueeze(token, g.i64([1])), g.Shape(y))
        if expert % 2:
            total = g.ScatterElements(total, index, y, axis=0, reduction="add")
        else:
            total = g.Add(total, g.ScatterElements(zeros, index, y, axis=0))
    return g.Reshape(total, g.Shape(x))


def gathered_nd(g, s, x, best, which):
    """Each token twice, times matrices W [E, N, K] on the left, as exports of
    grouped experts through torch.bmm have it."""
    both = g.Unsqueeze(x, g.i64([2]))
    shape = g.Concat(g.Shape(x, start=0, end=2), g.i64([2, s.hidden]), axis=0)
    rows = g.Reshape(g.Expand(both, shape), g.i64([-1, s.hidden, 1]))
    index = g.Reshape(which, g.i64([-1, 1]))
    up = g.weight(np.stack([g.matrix(s.hidden, 2 * s.inner).T
                            for _ in range(s.experts)]))
    down = g.weight(np.stack([g.matrix(s.inner, s.hidden).T
                              for _ in range(s.experts)]))
    y = g.Squeeze(g.MatMul(g.GatherND(up, index), rows), g.i64([-1]))
    gate, up = g.Split(y, axis=-1, outputs=2, num_outputs=2)
    y = g.Unsqueeze(g.Mul(activation(g, s, gate), up), g.i64([-1]))
    y = g.Squeeze(g.MatMul(g.GatherND(down, index), y), g.i64([-1]))
    y = g.Mul(y, g.Reshape(best, g.i64([-1, 1])))
    return g.ReduceSum(g.Reshape(y, shape), g.i64([2]), keepdims=0)


def gathered(g, s, x, best, which):
    """Rows [batch, sequence, 1, 1, K] times W [E, K, N] of two experts, with a
    bias of each."""
    def stack(make):
        return g.weight(np.stack([make() for _ in range(s.experts)]))

    def expert(rows, k, n):
        y = g.MatMul(rows, g.Gather(stack(lambda: g.matrix(k, n)), which, axis=0))
        bias = g.Gather(stack(lambda: g.near(0, n)), which, axis=0)
        return g.Add(y, g.Unsqueeze(bias, g.i64([-2])))

    rows = g.Unsqueeze(x, g.i64([2, 3]))
    gate, up = (expert(rows, s.hidden, s.inner) for _ in range(2))
    y = expert(g.Mul(activation(g, s, gate), up), s.inner, s.hidden)
    y = g.Mul(g.Squeeze(y, g.i64([3])), g.Unsqueeze(best, g.i64([-1])))
    return g.ReduceSum(y, g.i64([2]), keepdims=0)


def batched(g, s, x, best, which):
    """Rows of all experts [E, tokens, K] times W [E, K, N], each multiplied by
    the router's weight, which scattering leaves 0."""
    flat = g.Reshape(x, g.i64([-1, s.hidden]))
    tokens = g.Shape(flat, start=0, end=1)
    none = g.Expand(g.f32(0.0), g.Concat(tokens, g.i64([s.experts]), axis=0))
    routed = g.ScatterElements(none, g.Reshape(which, g.i64([-1, 2])),
                               g.Reshape(best, g.i64([-1, 2])), axis=1)
    rows = g.Expand(g.Unsqueeze(flat, g.i64([0])),
                    g.Concat(g.i64([s.experts, 1, 1]), axis=0))

    def all_of(k, n):
        return g.weight(np.stack([g.matrix(k, n) for _ in range(s.experts)]))

    both = g.MatMul(rows, all_of(s.hidden, 2 * s.inner))
    gate, up = g.Split(both, axis=-1, outputs=2, num_outputs=2)
    y = g.MatMul(g.Mul(activation(g, s, gate), up), all_of(s.inner, s.hidden))
    shares = g.Unsqueeze(g.Transpose(routed, perm=[1, 0]), g.i64([-1]))
    y = g.ReduceSum(g.Mul(y, shares), g.i64([0]), keepdims=0)
    return g.Reshape(y, g.Shape(x))
