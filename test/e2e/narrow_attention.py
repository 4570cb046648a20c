#!/usr/bin/env python3
"""Attention over a bf16 cache against f64, its error bounded by what is rounded:
keys and values to bf16 when they are appended; with --compute=bf16, where vdpbf16ps
is fast, also the queries and the softmax weights. However rows are cut into
chunks, theirs are the same bits. The graph's logits are the attention itself over
the rows of a table."""
import os
import re
import sys
import tempfile

import ml_dtypes
import numpy as np
from onnx import save

import onnx_graph
import sinter_tools as sinter

# Query heads, kv heads, head size, window. Sizes that fill no vector, and an odd
# one, take other kernels; AMX tiles those of 32. A window's cache is a ring of 256
# positions for chunks of up to 64.
SHAPES = [(3, 1, 64, 0), (4, 2, 16, 0), (7, 1, 32, 0), (2, 2, 6, 0),
          (2, 1, 9, 0), (4, 2, 64, 50)]
LENGTH = 301  # ends inside a block, a panel and a pair
CHUNKS = (1, 37, 64, 301)  # 37: begins and ends inside a panel and a pair
HALF_ULP = 2.0 ** -8  # what rounding to bf16 changes at most, in parts


def make_model(path, heads, kv_heads, width, window):
    """Ids to the attention of the table's rows: [1, n, heads * width]."""
    g = onnx_graph.Graph(17, seed=width)
    total = heads + 2 * kv_heads
    table = g.random.standard_normal(
        (heads * width, total * width)).astype(np.float32)
    ids = g.input("input_ids", onnx_graph.INT64, (1, "n"))
    rows = g.Gather(g.weight(table), ids, axis=0)
    parts = g.Split(rows, g.i64([heads * width] + [kv_heads * width] * 2),
                    axis=-1, outputs=3)
    split = [g.Transpose(g.Reshape(x, g.i64([0, 0, h, width])),
                         perm=[0, 2, 1, 3])
             for x, h in zip(parts, (heads, kv_heads, kv_heads))]

    def repeat(x):
        """Each kv head for its queries, as exporters write it."""
        n = g.Shape(ids, start=1, end=2)
        wide = g.Expand(g.Unsqueeze(x, g.i64([2])),
                        g.Concat(g.i64([1, kv_heads, heads // kv_heads]), n,
                                 g.i64([width]), axis=0))
        return g.Reshape(wide, g.Concat(g.i64([1, heads]), n, g.i64([width]),
                                        axis=0))
    q, (k, v) = split[0], [repeat(x) if heads > kv_heads else x
                           for x in split[1:]]
    n = g.Squeeze(g.Shape(ids, start=1, end=2), g.i64([0]))
    place = g.Range(g.i64(0), n, g.i64(1))
    seen = g.LessOrEqual(g.Unsqueeze(place, g.i64([0])),
                         g.Unsqueeze(place, g.i64([1])))
    if window:
        first = g.Sub(g.Unsqueeze(place, g.i64([1])), g.i64(window))
        seen = g.And(seen, g.Greater(g.Unsqueeze(place, g.i64([0])), first))
    scores = g.Mul(g.MatMul(q, g.Transpose(k, perm=[0, 1, 3, 2])),
                   g.f32(width ** -0.5))
    scores = g.Where(seen, scores, g.f32(onnx_graph.LOWEST))
    y = g.Transpose(g.MatMul(g.Softmax(scores, axis=-1), v),
                    perm=[0, 2, 1, 3])
    y = g.Reshape(y, g.i64([1, -1, heads * width]))
    g.output(y, "logits", onnx_graph.FLOAT, (1, "n", heads * width))
    save(g.model(), path)
    return table


def bf16(x):
    return x.astype(ml_dtypes.bfloat16).astype(np.float64)


def attend(rows, heads, kv_heads, width, window, narrow_queries):
    """The attention in f64 of what is rounded, and a bound of the error of f32
    sums, and of rounded weights where queries are."""
    q, k, v = np.split(rows, [heads * width, (heads + kv_heads) * width], 1)
    q = bf16(q) if narrow_queries else q.astype(np.float64)
    q = q.reshape(-1, heads, width)
    k, v = (np.repeat(bf16(x).reshape(-1, kv_heads, width), heads // kv_heads, 1)
            for x in (k, v))
    scores = np.einsum("ihd,jhd->hij", q, k) * width ** -0.5
    magnitude = np.einsum("ihd,jhd->hij", abs(q), abs(k)) * width ** -0.5
    seen = np.tril(np.ones(scores.shape[1:], bool))
    if window:
        seen &= ~np.tril(seen, -window)
    scores = np.where(seen, scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    y = np.einsum("hij,jhe->ihe", weights, v)
    spread = np.einsum("hij,jhe->ihe", weights, abs(v))
    # A score is width f32 products and sums, its e^x has their absolute error
    # as a relative one; so are sums of at most LENGTH values, and some ulp of
    # e^x, of the merge of blocks and of the division.
    epsilon = 2.0 ** -24
    worst = np.where(seen, magnitude, 0).max((0, 2))[:, None, None]
    relative = epsilon * ((width + 2) * worst * 2 + 2 * LENGTH + 16)
    if narrow_queries:
        relative = relative + HALF_ULP
    return [x.reshape(len(rows), -1) for x in (y, relative * spread)]


def rounds_queries(path, march, op="cached_attention"):
    """Does --compute=bf16 do that for this target?"""
    level = path + ".plan.mlir"
    sinter.succeed("sinterc", path, "--emit=plan", "-o", level,
                   f"--march={march}", "--compute=bf16")
    with open(level) as file:
        return bool(re.search(rf"sinter\.{op} .*? : tensor<\S*xbf16",
                              file.read()))


def main():
    sinter.require_tools("sinterc", "sinter-run")
    targets = [("x86-64-v3", "--compute=bf16"), ("native", "--kv=bf16"),
               ("native", "--compute=bf16")]
    if sinter.has_dot():
        targets.append(("vdpbf16ps", "--compute=bf16"))
    else:
        print("no vdpbf16ps on this CPU: its kernel is not run here")
    count, wrong = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            path = os.path.join(folder, "model.onnx")
            table = make_model(path, *shape)
            ids = np.random.default_rng(3).integers(0, len(table), LENGTH)
            options = ["--weights=f32"]
            chunks = CHUNKS
            if shape[3]:
                options.append("--prefill-chunk=64")
                chunks = [n for n in CHUNKS if n <= 64]
            for march, flag in targets:
                out = os.path.join(folder, "m.so")
                if march == "vdpbf16ps":
                    model = sinter.compile_dots(path, out, flag, *options)
                    narrow = shape[2] % 2 == 0
                else:
                    model = sinter.compile_model(
                        path, out, f"--march={march}", flag, *options)
                    narrow = "compute" in flag and rounds_queries(path, march)
                want, bound = attend(table[ids], *shape, narrow)
                first = None
                for chunk in chunks:
                    got = sinter.logits(model, ids, "--prefill-chunk", chunk)
                    count += 1
                    worst = (abs(got - want) / bound).max()
                    label = f"{shape} {march} {flag} chunk {chunk}"
                    print(f"{label}: {worst:.3f} of the bound", flush=True)
                    if not worst <= 1:
                        wrong.append(label)
                    first = got if first is None else first
                    if (got.view(np.uint32) != first.view(np.uint32)).any():
                        wrong.append(label + ": other bits than one by one")
    print("\n".join(f"WRONG: {x}" for x in wrong))
    print(f"{count - len(wrong)} of {count} within the bound")
    sys.exit(bool(wrong) or not count)


if __name__ == "__main__":
    main()
