#!/usr/bin/env python3
"""onnxruntime's own ops (com.microsoft) beside onnxruntime: small graphs of
them with dynamic sizes."""
import sys

import numpy as np
from onnx import TensorProto

from ort_case import Case, normal, random, run


def norms():
    c = Case("norms")
    x, skip = (c.feed(normal(2, 5, 64), "b", "s", 64) for _ in range(2))
    gamma, beta, bias = (c.weight(normal(64)) for _ in range(3))
    c.op("SimplifiedLayerNormalization", x, gamma, domain="", epsilon=1e-6)
    for more, n in [((), 1), ((bias,), 4)]:
        c.op("SkipSimplifiedLayerNormalization", x, skip, gamma, *more,
             outputs=n, keep=(0, 3), epsilon=1e-5)
    for more, n in [((), 1), ((beta,), 4), ((beta, bias), 4), (("", bias), 4)]:
        c.op("SkipLayerNormalization", x, skip, gamma, *more, outputs=n,
             keep=(0, 3), epsilon=1e-3)
    c.op("SkipLayerNormalization", x, c.feed(normal(5, 64), "s", 64), gamma,
         beta)
    ids, segments = (c.feed(random.integers(0, 2, (2, 5)).astype(np.int32),
                            "b", "s") for _ in range(2))
    tables = [c.weight(normal(rows, 64)) for rows in (9, 7, 2)]
    c.op("EmbedLayerNormalization", ids, segments, *tables, gamma, beta,
         outputs=3, keep=(0, 2))
    c.op("EmbedLayerNormalization", ids, "", *tables[:2], "", gamma, beta, "",
         segments, outputs=3, keep=(0, 2), epsilon=1e-2)
    return c


def activations():
    c = Case("activations")
    x, bias = c.feed(4 * normal(2, 5, 64), "b", "s", 64), c.weight(normal(64))
    c.op("Gelu", x)
    c.op("FastGelu", x)
    c.op("FastGelu", x, bias)
    c.op("BiasGelu", x, bias)
    c.op("QuickGelu", x)
    c.op("QuickGelu", x, alpha=0.7)
    return c


def products():
    c = Case("products")
    a, b = c.feed(normal(3, 5, 7), "b", 5, 7), c.feed(normal(3, 7, 4), "b", 7, 4)
    c.op("FusedMatMul", a, b, alpha=0.3)
    at, bt = c.feed(normal(3, 7, 5), "b", 7, 5), c.feed(normal(3, 4, 7), "b", 4, 7)
    c.op("FusedMatMul", at, bt, transA=1, transB=1)
    batched = c.feed(normal(5, 3, 7), 5, "b", 7)
    c.op("FusedMatMul", batched, b, transBatchA=1)
    c.op("FusedMatMul", c.feed(normal(7, 3, 5), 7, "b", 5), b, transBatchA=1,
         transA=1)
    return c


def fused():
    """What onnxruntime makes of a product and its activation."""
    c = Case("fused")
    x, w = c.feed(normal(2, 6, 9, 8), "b", 6, "h", 8), c.weight(normal(4, 3, 3, 3))
    bias, z = c.weight(normal(4)), c.feed(normal(2, 4, 9, 8), "b", 4, "h", 8)
    form = dict(group=2, pads=[1, 1, 1, 1], kernel_shape=[3, 3])
    for name, params in (("Relu", None), ("Tanh", None), ("Sigmoid", None),
                         ("LeakyRelu", [0.2]), ("Clip", [-1.0, 0.5]),
                         ("HardSigmoid", [0.3, 0.4])):
        c.op("FusedConv", x, w, bias, activation=name,
             **({"activation_params": params} if params else {}), **form)
    c.op("FusedConv", x, w, bias, z, activation="Relu", **form)
    a, b, bias = c.feed(normal(5, 7), "n", 7), c.weight(normal(4, 7)), \
        c.weight(normal(4))
    for name, more in (("Relu", {}), ("Tanh", {}), ("Sigmoid", {}),
                       ("LeakyRelu", dict(activation_alpha=0.3)),
                       ("HardSigmoid", dict(activation_alpha=0.3,
                                            activation_beta=0.4))):
        c.op("FusedGemm", a, b, bias, transB=1, alpha=0.5, activation=name,
             **more)
    return c


def rotary():
    c = Case("rotary")
    cos, sin = (c.weight(normal(16, 4)) for _ in range(2))
    ids = c.feed(random.integers(0, 16, (2, 5)), "b", "s")
    first = c.feed(np.array([3]))
    x = c.feed(normal(2, 5, 24), "b", "s", 24)
    x4 = c.feed(normal(2, 3, 5, 8), "b", 3, "s", 8)
    c.op("RotaryEmbedding", x, ids, cos, sin)
    c.op("RotaryEmbedding", x, ids, cos, sin, interleaved=1)
    c.op("RotaryEmbedding", x, first, cos, sin)
    c.op("RotaryEmbedding", x4, ids, cos, sin)
    half = [c.weight(normal(16, 2)) for _ in range(2)]
    c.op("RotaryEmbedding", x, ids, *half, num_heads=3, rotary_embedding_dim=4)
    return c


def pack(numbers, bits):
    """Numbers of `bits` bits along the last axis, the first lowest."""
    p = 8 // bits
    padded = np.zeros(numbers.shape[:-1] + (-(-numbers.shape[-1] // p) * p,),
                      np.uint8)
    padded[..., :numbers.shape[-1]] = numbers
    shifted = padded.reshape(*padded.shape[:-1], -1, p) << (
        bits * np.arange(p, dtype=np.uint8))
    return shifted.sum(-1).astype(np.uint8)


def quantized():
    c = Case("quantized")
    for bits, block, depth in [(4, 32, 64), (4, 16, 40), (4, 128, 100),
                               (8, 32, 80), (2, 32, 64), (2, 16, 72)]:
        width, blocks = 12, -(-depth // block)
        x = c.feed(normal(2, 3, depth), "b", "s", depth)
        numbers = random.integers(0, 1 << bits, (width, blocks, block))
        w = c.weight(pack(numbers.astype(np.uint8), bits))
        scales = c.weight(normal(width * blocks))
        zeros = random.integers(0, 1 << bits, (width, blocks)).astype(np.uint8)
        sizes = dict(K=depth, N=width, bits=bits, block_size=block)
        bias = c.weight(normal(width))
        c.op("MatMulNBits", x, w, scales, **sizes)
        c.op("MatMulNBits", x, w, scales, c.weight(pack(zeros, bits)),
             accuracy_level=1, **sizes)
        c.op("MatMulNBits", x, w, scales, "", "", bias, **sizes)
        if bits == 4:  # of float zero points onnxruntime does this alone
            c.op("MatMulNBits", x, w, scales, c.weight(normal(width * blocks)),
                 **sizes)
    ids = c.feed(random.integers(0, 9, (2, 3)), "b", "s")
    for bits in (4, 8):
        data = random.integers(0, 1 << bits, (9, 96)).astype(np.uint8)
        zeros = random.integers(0, 1 << bits, (9, 3)).astype(np.uint8)
        w, scales = c.weight(pack(data, bits)), c.weight(normal(9, 3))
        form = dict(bits=bits, block_size=32, gather_axis=0, quantize_axis=1)
        c.op("GatherBlockQuantized", w, ids, scales, **form)
        c.op("GatherBlockQuantized", w, ids, scales,
             c.weight(pack(zeros, bits)), **form)
    return c


def group_query(name, batch, past, buffer, rows, **more):
    """`past`: the filled part of each sequence's buffer of `buffer` rows."""
    c = Case(name)
    heads, kv, width = 4, 2, 16
    q, k, v = (c.feed(normal(batch, rows, n * width), "b", "s", n * width)
               for n in (heads, kv, kv))
    if more.pop("packed", False):
        q, k, v = (c.feed(normal(batch, rows, (heads + 2 * kv) * width), "b",
                          "s", (heads + 2 * kv) * width), "", "")
    pasts = [c.feed(normal(batch, kv, buffer, width), "b", kv, "p", width)
             for _ in range(2)]
    lengths = c.feed(np.array(past, np.int32) + rows - 1, "b")
    # As genai's builder does: the total is a size of the mask.
    mask = c.feed(np.ones((batch, max(past) + rows), np.int64), "b", "total")
    total = c.g.Cast(c.g.Squeeze(c.g.Shape(mask, start=1, end=2), c.g.i64([0])),
                     to=TensorProto.INT32)
    rest = []
    if more.get("do_rotary"):
        rest = [c.weight(normal(64, 8)), c.weight(normal(64, 8))]
    else:
        rest = ["", ""]
    length = max(buffer, max(past) + rows)
    ids = more.pop("ids", False)
    rest += [c.feed(random.integers(0, 64, (batch, rows)), "b", "s")
             if ids else ""]
    if more.pop("bias", False):
        rest += [c.feed(normal(batch, heads, rows, length), "b", heads, "s",
                        "t")]
    if more.pop("sink", False):
        rest += [""] * (4 - len(rest)) + [c.weight(normal(heads))]
    # onnxruntime leaves the rest of a longer buffer as it was or is empty.
    keep = (0, 1, 2) if buffer == max(past) == min(past) else (0,)
    c.op("GroupQueryAttention", q, k, v, *pasts, lengths, total, *rest,
         outputs=3, keep=keep, made=(1, 2), num_heads=heads, kv_num_heads=kv,
         **more)
    return c


def multi_head():
    c = Case("multi_head")
    heads, width, hidden = 3, 8, 24
    q, k, v = (c.feed(normal(2, n, hidden), "b", d, hidden)
               for n, d in ((5, "s"), (7, "t"), (7, "t")))
    same = [c.feed(normal(2, 5, hidden), "b", "s", hidden) for _ in range(2)]
    bias = c.weight(normal(3 * hidden))
    mask = np.ones((2, 7), np.int32)
    mask[1, 4:] = 0
    grid = c.feed(mask, "b", "t")
    own = c.feed(np.array(mask[:, :5]), "b", "s")
    lengths = c.feed(np.array([7, 4], np.int32), "b")
    added = c.feed(normal(2, heads, 5, 7), "b", heads, "s", "t")
    c.op("MultiHeadAttention", q, k, v, num_heads=heads)
    c.op("MultiHeadAttention", q, k, v, bias, grid, num_heads=heads)
    c.op("MultiHeadAttention", q, k, v, "", lengths, added, num_heads=heads,
         scale=0.25)
    c.op("MultiHeadAttention", q, *same, "", own, num_heads=heads,
         unidirectional=1, mask_filter_value=-100.0)
    ready = [c.feed(normal(2, heads, 7, width), "b", heads, "t", width)
             for _ in range(2)]
    c.op("MultiHeadAttention", q, *ready, num_heads=heads)
    pasts = [c.feed(normal(2, heads, 3, width), "b", heads, "p", width)
             for _ in range(2)]
    c.op("MultiHeadAttention", q, *same, bias, "", "", *pasts, outputs=3,
         num_heads=heads, unidirectional=1)
    return c


def attention():
    c = Case("attention")
    x = c.feed(normal(2, 5, 16), "b", "s", 16)
    w, bias = c.weight(normal(16, 72) / 4), c.weight(normal(72))
    mask = np.ones((2, 5), np.int32)
    mask[0, 3:] = 0
    grid = c.feed(mask, "b", "s")
    lengths = c.feed(np.array([3, 5], np.int32), "b")
    c.op("Attention", x, w, bias, num_heads=3)
    c.op("Attention", x, w, bias, grid, num_heads=3)
    c.op("Attention", x, w, bias, lengths, num_heads=3, scale=0.2)
    c.op("Attention", x, w, bias, grid, num_heads=3, unidirectional=1)
    c.op("Attention", x, w, bias, num_heads=2, qkv_hidden_sizes=[24, 24, 24])
    past = c.feed(normal(2, 2, 3, 4, 8), 2, "b", 3, "p", 8)
    c.op("Attention", x, w, bias, "", past, outputs=2, num_heads=3,
         unidirectional=1)
    return c


EXPERTS, HIDDEN, INNER = 5, 32, 64


def tokens(c, *sizes):
    """Tokens and the router's scores of each."""
    return (c.feed(normal(*sizes, HIDDEN), *("bs" if sizes[1:] else "n"), HIDDEN),
            c.feed(normal(int(np.prod(sizes)), EXPERTS), None, EXPERTS))


def experts():
    c = Case("experts")
    single, double = ((normal(EXPERTS, n * INNER, HIDDEN) / 8,
                       normal(EXPERTS, n * INNER)) for n in (1, 2))
    single, double = ([c.weight(x) for x in pair] for pair in (single, double))
    last = [c.weight(normal(EXPERTS, HIDDEN, INNER) / 8),
            c.weight(normal(EXPERTS, HIDDEN))]
    x, scores = tokens(c, 7)
    for i, kind in enumerate(("relu", "gelu", "silu", "identity")):
        c.op("MoE", x, scores, *single, *last, activation_type=kind, k=i + 1,
             normalize_routing_weights=i % 2)
    c.op("MoE", x, scores, single[0], "", last[0], k=EXPERTS)
    x, scores = tokens(c, 2, 3)
    c.op("MoE", x, scores, *double, *last, k=2, activation_type="swiglu",
         swiglu_fusion=1)
    c.op("MoE", x, scores, *double, *last, k=2, activation_type="swiglu",
         swiglu_fusion=1, swiglu_limit=0.5, activation_alpha=1.702,
         activation_beta=1.0, normalize_routing_weights=1)
    return c


def gated_experts():
    """onnxruntime's CPU has gate and value by turns alone: the other two forms
    of the same weights give the same."""
    c, turns = Case("gated_experts"), Case("turns")
    gate, value = (normal(EXPERTS, INNER, HIDDEN) / 8 for _ in range(2))
    biases = [normal(EXPERTS, INNER) for _ in range(2)]
    last = [normal(EXPERTS, HIDDEN, INNER) / 8, normal(EXPERTS, HIDDEN)]
    x, scores = tokens(c, 7)
    for array in c.feeds.values():
        turns.feed(array)
    form = dict(k=3, activation_type="swiglu", activation_alpha=1.5)

    def by_turns(a, b):
        return np.stack([a, b], 2).reshape(EXPERTS, 2 * INNER, *a.shape[2:])

    for _ in range(2):
        turns.op("MoE", x, scores, turns.weight(by_turns(gate, value)),
                 turns.weight(by_turns(*biases)), *map(turns.weight, last),
                 swiglu_fusion=1, **form)
    c.op("MoE", x, scores, c.weight(np.concatenate([gate, value], 1)),
         c.weight(np.concatenate(biases, 1)), *map(c.weight, last),
         swiglu_fusion=2, **form)
    c.op("MoE", x, scores, c.weight(gate), c.weight(biases[0]),
         *map(c.weight, last), c.weight(value), c.weight(biases[1]), **form)
    c.judged = turns
    return c


def quantized_experts():
    """Not 8 bits in blocks and not 2 bits: onnxruntime rounds their inputs."""
    c = Case("quantized_experts")
    x, scores = tokens(c, 2, 3)
    mix = c.feed(random.random((6, EXPERTS)).astype(np.float32), None, EXPERTS)

    def matrix(out, size, bits, block):
        blocks = size // block if block else 1
        numbers = random.integers(0, 1 << bits, (EXPERTS, out, size))
        scales = random.random((EXPERTS, out, blocks)) / 64
        zeros = random.integers(0, 1 << bits, (EXPERTS, out, blocks))
        if not block:
            scales, zeros = scales[..., 0], zeros[..., 0]
        return (c.weight(pack(numbers.astype(np.uint8), bits)),
                c.weight(scales.astype(np.float32)),
                c.weight(pack(zeros.astype(np.uint8), bits)))

    for bits, block in ((4, 0), (4, 16), (4, 32), (8, 0)):
        w1, s1, z1 = matrix(2 * INNER, HIDDEN, bits, block)
        w2, s2, z2 = matrix(HIDDEN, INNER, bits, block)
        bias = c.weight(normal(EXPERTS, 2 * INNER))
        form = dict(k=2, activation_type="swiglu", swiglu_fusion=1,
                    expert_weight_bits=bits)
        form |= dict(block_size=block) if block else {}
        c.op("QMoE", x, scores, w1, s1, bias, w2, s2, **form)
        c.op("QMoE", x, scores, w1, s1, "", w2, s2, "", "", "", "", z1, z2,
             **form)
        for normalizes in (0, 1):
            c.op("QMoE", x, scores, w1, s1, "", w2, s2, *[""] * 7, mix,
                 normalize_routing_weights=normalizes, **form)
    return c


CASES = [
    norms, activations, products, fused, rotary, quantized, multi_head, attention,
    experts, gated_experts, quantized_experts,
    lambda: group_query("prompt", 2, [0, 0], 0, 6, do_rotary=1),
    lambda: group_query("appended", 2, [3, 3], 3, 1, do_rotary=1, packed=True,
                        rotary_interleaved=1),
    lambda: group_query("buffer", 2, [5, 2], 12, 1, do_rotary=1, scale=0.3),
    lambda: group_query("windowed", 1, [4], 4, 3, local_window_size=2,
                        softcap=2.0),
    lambda: group_query("biased", 2, [2, 2], 2, 1, bias=True),
    lambda: group_query("sinks", 2, [3, 3], 3, 1, sink=True, do_rotary=1),
    lambda: group_query("smooth", 1, [4], 4, 3, smooth_softmax=1,
                        local_window_size=3, softcap=3.0),
    lambda: group_query("positions", 1, [4], 4, 2, do_rotary=1, ids=True),
]


if __name__ == "__main__":
    sys.exit(run(CASES))
