#!/usr/bin/env python3
"""Attention without a cache, ONNX's op of opset 23, against f64: prompts of
several blocks, batches, grouped heads, masks of every form, more keys than rows.
The error is bounded by what f32 sums round and, where --compute=bf16 rounds
(vdpbf16ps), by that of queries, keys, values, weights and results. One and two
threads give the same bits."""
import os
import sys
import tempfile

import ml_dtypes
import numpy as np
from onnx import save

import onnx_graph
import sinter_tools as sinter
from narrow_attention import HALF_ULP, rounds_queries

EPSILON = 2.0 ** -24
# batch, rows, keys, heads, kv heads, widths of q and v, mask, further attributes.
# A mask's letters: b batch, h heads, s rows, t keys; `bool` removes keys.
CASES = [
    (1, 301, 301, 3, 3, 64, 64, None, {}),
    (2, 70, 70, 4, 2, 32, 32, ("b11t", bool), {}),
    (2, 17, 300, 4, 1, 16, 24, ("bhst", float), {}),
    (1, 64, 64, 2, 2, 32, 32, ("st", float), {}),
    (2, 33, 33, 2, 2, 6, 6, ("1h1t", float), dict(softcap=3.0)),
    (3, 5, 13, 2, 2, 9, 9, None, dict(is_causal=1)),
    (1, 600, 600, 2, 1, 32, 16, ("11st", bool), dict(is_causal=1)),
    (4, 1, 257, 8, 2, 16, 16, ("b11t", bool), {}),
    (0, 3, 3, 2, 2, 8, 8, None, {}),
]


def make_model(path, case):
    batch, rows, keys, heads, kv_heads, width, v_width, mask, more = case
    g = onnx_graph.Graph(23)
    inputs = [g.input("q", onnx_graph.FLOAT, ("b", "s", heads * width)),
              g.input("k", onnx_graph.FLOAT, ("b", "t", kv_heads * width)),
              g.input("v", onnx_graph.FLOAT, ("b", "t", kv_heads * v_width))]
    if mask:
        form, kind = mask
        sizes = {"b": "b", "h": heads, "s": "s", "t": "t", "1": 1}
        inputs.append(g.input(
            "mask", onnx_graph.BOOL if kind is bool else onnx_graph.FLOAT,
            [sizes[d] for d in form]))
    y = g.Attention(*inputs, q_num_heads=heads, kv_num_heads=kv_heads, **more)
    g.output(y, "y", onnx_graph.FLOAT, ("b", "s", heads * v_width))
    save(g.model(), path)


def make_feeds(case):
    batch, rows, keys, heads, kv_heads, width, v_width, mask, _ = case
    random = np.random.default_rng(rows)
    feeds = {name: random.standard_normal(shape).astype(np.float32)
             for name, shape in (("q", (batch, rows, heads * width)),
                                 ("k", (batch, keys, kv_heads * width)),
                                 ("v", (batch, keys, kv_heads * v_width)))}
    if mask:
        form, kind = mask
        sizes = dict(zip("bhst1", (batch, heads, rows, keys, 1)))
        shape = [sizes[d] for d in form]
        if kind is bool:
            keep = random.random(shape) < 0.7
            keep[..., 0] = True  # no row is left with nothing
            feeds["mask"] = keep
        else:
            feeds["mask"] = random.standard_normal(shape).astype(np.float32)
    return feeds


def attend(case, feeds, narrow):
    """In f64, and a bound of the error."""
    batch, rows, keys, heads, kv_heads, width, v_width, mask, more = case

    def parts(name, count):
        x = feeds[name]
        x = x.astype(ml_dtypes.bfloat16) if narrow else x
        x = x.astype(np.float64).reshape(batch, x.shape[1], count,
                                         x.shape[2] // count)
        return x.transpose(0, 2, 1, 3)
    q = parts("q", heads)
    k, v = (np.repeat(parts(n, kv_heads), heads // kv_heads, 1) for n in "kv")
    scale = width ** -0.5
    scores = np.einsum("bhid,bhjd->bhij", q, k) * scale
    magnitude = np.einsum("bhid,bhjd->bhij", abs(q), abs(k)) * scale
    cap = more.get("softcap", 0)
    if cap:
        scores = cap * np.tanh(scores / cap)
    added = feeds.get("mask", np.zeros(1))
    if added.dtype == bool:
        scores = np.where(added, scores, -np.inf)
    else:
        scores = scores + added
        magnitude = magnitude + abs(added)
    if more.get("is_causal"):
        # onnxruntime and the ONNX reference align the first row with the first
        # key.
        seen = np.tril(np.ones((rows, keys), bool))
        scores = np.where(seen, scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    y = np.einsum("bhij,bhje->bhie", weights, v)
    spread = np.einsum("bhij,bhje->bhie", weights, abs(v))
    # A score is width products and sums, a cap some ulp of it; e^x has its
    # absolute error as a relative one; sums of at most `keys` values; some ulp
    # of e^x, of merges and of the division.
    worst = magnitude.max(-1, keepdims=True)
    relative = EPSILON * ((width + 10) * worst * 2 + 2 * keys + 16)
    bound = (relative + (HALF_ULP if narrow else 0)) * spread
    bound = bound + (HALF_ULP * abs(y) if narrow else 0)
    return [x.transpose(0, 2, 1, 3).reshape(batch, rows, heads * v_width)
            for x in (y, bound)]


def main():
    sinter.require_tools("sinterc", "sinter-run")
    count, wrong = 0, []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        for case in CASES:
            make_model(path, case)
            feeds, flags = make_feeds(case), []
            for name, value in feeds.items():
                file = os.path.join(folder, name + ".npy")
                np.save(file, value)
                flags += ["--input", f"{name}={file}"]
            for march, compute in (("x86-64-v3", "f32"), ("native", "f32"),
                                   ("native", "bf16")):
                model = sinter.compile_model(
                    path, os.path.join(folder, "m.so"), f"--march={march}",
                    f"--compute={compute}")
                narrow = compute == "bf16" and rounds_queries(path, march,
                                                              "attention")
                want, bound = attend(case, feeds, narrow)
                first = None
                for threads in (1, 2):
                    sinter.succeed("sinter-run", "forward", model, *flags,
                                   "--threads", threads, "-o", folder)
                    got = np.load(os.path.join(folder, "y.npy"))
                    count += 1
                    worst = (abs(got - want) / bound).max(initial=0)
                    label = f"{case} {march} {compute}, {threads} threads"
                    print(f"{label}: {worst:.3f} of the bound", flush=True)
                    if got.shape != want.shape or not worst <= 1:
                        wrong.append(label)
                    first = got if first is None else first
                    if got.tobytes() != first.tobytes():
                        wrong.append(label + ": other bits than one thread's")
    print("\n".join(f"WRONG: {x}" for x in wrong))
    print(f"{count - len(wrong)} of {count} within the bound")
    sys.exit(bool(wrong) or not count)


if __name__ == "__main__":
    main()
