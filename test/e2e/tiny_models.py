#!/usr/bin/env python3
"""Small random decoders in the styles of several exporters, for tests that
need no downloaded model. The judge of each is onnxruntime on the same file.

  tiny_models.py DIR        writes DIR/STYLE/{model.onnx, config.json}
"""
import dataclasses
import json
import os
import sys

import numpy as np

import tiny_layers as layers
from onnx_graph import FLOAT, INT64, MS, Graph, halve, save


@dataclasses.dataclass(frozen=True)
class Style:
    """A shape and a way of writing it. Sizes are odd on purpose: most are no
    multiple of a vector's lanes."""
    name: str
    opset: int = 18
    hidden: int = 40
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 16
    inner: int = 72
    vocab: int = 97
    layers: int = 2
    positions: int = 96
    eps: float = 1e-5
    theta: float = 10000.0
    norm: str = "reciprocal"   # or div, one_over, op
    kind: str = "rms"          # or layer
    rotary: str = "computed"   # or table, none (learned positions)
    mask: str = "add"          # or trilu, chain, positions, select, table
    scale: str = "scores"      # or q, both, divide, late (behind the mask)
    safe_softmax: bool = False
    joined: bool = False       # one matmul for q, k, v; one for gate and up
    bias: bool = False
    gemm: bool = False
    cache_all_heads: bool = False  # the cache lies behind repeat-kv
    gated: bool = True
    activation: str = "silu"   # or gelu_op, gelu_erf, gelu_tanh
    head: str = "tied"         # or gemm (tied, transB), own
    rotated: int = 0           # lanes of a head that turn; 0: all
    interleaved: bool = False  # neighbours turn together, as in GPT-J
    long_from: int = 0         # other rotary factors for longer texts
    alibi: bool = False        # distances times a slope a head
    window: int = 0            # keys that a query sees; 0: all before it
    windowed: int = 1          # of so many layers the last one has no window
    sinks: bool = False        # a score more for each head, of no key
    softcap: float = 0         # of the scores
    parallel: bool = False     # attention and mlp read one norm
    post_norm: bool = False    # norms behind attention and mlp, too
    qk_norm: bool = False      # norms of each head's q and k
    experts: int = 0           # of which two compute a token; 0: one mlp
    routing: str = "one_hot"   # or gather_nd, gather (the chosen matrices),
                               # batch (all at once), nonzero (each
                               # expert picks its tokens), moe (one node)
    node: bool = False         # attention is onnxruntime's GroupQueryAttention
    half: bool = False         # floats are f16
    int8: bool = False         # products of 8 bits, with ranges found in the run
    backwards: bool = False    # nodes lie before those that they read
    last: str = ""             # logits of the last position alone: gather, slice
    states: bool = False       # the hidden states are an output, too
    length: int = 40           # tokens that the tests feed
    seed: int = 1

    @property
    def cached_heads(self):
        return self.heads if self.cache_all_heads else self.kv_heads


LLAMA = Style("llama")
GPT2 = Style("gpt2", kind="layer", norm="op", rotary="none", joined=True,
             bias=True, gemm=True, gated=False, activation="gelu_tanh",
             kv_heads=4, head_dim=10, mask="select", scale="divide", seed=2)
change = dataclasses.replace
STYLES = [
    LLAMA, GPT2,
    change(LLAMA, name="llama-trilu", mask="trilu", scale="q", norm="div",
           head="own", seed=3),
    change(LLAMA, name="llama-chain", mask="chain", scale="both",
           norm="one_over", safe_softmax=True, rotary="table", seed=4),
    change(LLAMA, name="llama-positions", mask="positions", scale="divide",
           joined=True, head="gemm", seed=5),
    change(LLAMA, name="llama-op23", opset=23, norm="op", mask="select",
           kv_heads=1, seed=6),
    change(LLAMA, name="llama-repeat-cache", cache_all_heads=True, bias=True,
           seed=7),
    change(LLAMA, name="llama-plain-heads", kv_heads=4, rotary="table",
           head_dim=8, inner=33, vocab=101, layers=3, seed=8),
    change(GPT2, name="gpt2-decomposed", norm="decomposed", gemm=False,
           mask="trilu", activation="gelu_erf", joined=False, seed=9),
    change(GPT2, name="gpt2-gelu-op", opset=20, activation="gelu_op",
           mask="add", scale="q", layers=1, head="own", seed=10),
]
# Classes of architectures, each named after a family that has it.
FAMILIES = [
    change(LLAMA, name="phi", kind="layer", norm="op", parallel=True, rotated=8,
           gated=False, activation="gelu_tanh", bias=True, kv_heads=4, seed=11),
    change(LLAMA, name="gptj", kind="layer", norm="op", parallel=True,
           interleaved=True, gated=False, kv_heads=4,
           activation="gelu_tanh", seed=12),
    change(LLAMA, name="gemma2", post_norm=True, softcap=20.0, window=6,
           head_dim=12, activation="gelu_tanh", seed=13),
    change(LLAMA, name="mistral", window=5, mask="select", seed=14),
    change(LLAMA, name="qwen3", qk_norm=True, head_dim=20, seed=15),
    change(GPT2, name="mpt", alibi=True, rotary="none", bias=False, gemm=False,
           kv_heads=1, joined=False, mask="add", activation="gelu_erf",
           seed=16),
    change(LLAMA, name="phi3-long", long_from=20, seed=18),
    change(LLAMA, name="mixtral", experts=4, seed=17),
    change(LLAMA, name="mixtral-gather-nd", experts=4, routing="gather_nd",
           seed=19),
    change(LLAMA, name="mixtral-nonzero", experts=4, routing="nonzero", seed=25),
    change(LLAMA, name="llama4", experts=5, routing="batch", seed=24),
    change(LLAMA, name="qwen3-moe", experts=6, routing="gather", qk_norm=True,
           head_dim=20, seed=20),
    change(LLAMA, name="gpt-oss", sinks=True, window=7, windowed=2, experts=4,
           routing="gather_nd", layers=3, seed=21),
    change(LLAMA, name="gemma3", window=9, windowed=3, layers=4, qk_norm=True,
           post_norm=True, head_dim=12, activation="gelu_tanh", positions=1200,
           length=620, seed=22),
    change(GPT2, name="gpt-neo", mask="table", window=7, windowed=2, bias=False,
           gemm=False, joined=False, layers=3, seed=25),
    change(LLAMA, name="codegen", kind="layer", norm="op", parallel=True,
           interleaved=True, gated=False, kv_heads=4, scale="late",
           activation="gelu_tanh", seed=26),
    change(LLAMA, name="gpt-oss-node", node=True, sinks=True, window=7,
           windowed=2, experts=4, routing="moe", layers=3, seed=27),
    change(LLAMA, name="llama-half", half=True, backwards=True, seed=28),
    change(LLAMA, name="llama-int8", int8=True, seed=31),
    change(LLAMA, name="llama-last", last="slice", states=True, seed=29),
    change(GPT2, name="gpt2-last", last="gather", seed=30),
    change(LLAMA, name="mistral-long", window=5, positions=900, length=600,
           seed=23),
]


def attention(g, s, x, layer, bias, angles):
    rows = lambda n: n * s.head_dim
    counts = [rows(s.heads), rows(s.kv_heads), rows(s.kv_heads)]
    if s.joined:
        y = layers.linear(g, s, x, s.hidden, sum(counts), s.bias)
        parts = g.Split(y, g.i64(counts), axis=-1, outputs=3)
    else:
        parts = [layers.linear(g, s, x, s.hidden, n, s.bias) for n in counts]
    if s.node:
        y = layers.group_query_attention(g, s, parts, layer)
        return layers.linear(g, s, y, rows(s.heads), s.hidden, s.bias)
    q, k, v = (g.Transpose(g.Reshape(part, g.i64([0, 0, -1, s.head_dim])),
                           perm=[0, 2, 1, 3]) for part in parts)
    if s.qk_norm:
        q, k = (layers.rms_norm(g, s, y, s.head_dim) for y in (q, k))
    if angles:
        q, k = (layers.rotate(g, s, y, *angles) for y in (q, k))

    def repeated(y):
        if s.heads == s.kv_heads:
            return y
        y = g.Unsqueeze(y, g.i64([2]))
        shape = g.Shape(y)
        shape = g.Mul(shape, g.i64([1, 1, s.heads // s.kv_heads, 1, 1]))
        return g.Reshape(g.Expand(y, shape), g.i64([0, s.heads, -1, s.head_dim]))

    def cached(y, part):
        if s.cache_all_heads:
            y = repeated(y)
        whole = g.Concat(f"past_key_values.{layer}.{part}", y, axis=2)
        g.output(whole, f"present.{layer}.{part}", FLOAT,
                 ["batch", s.cached_heads, "past + sequence", s.head_dim])
        return whole if s.cache_all_heads else repeated(whole)

    keys = g.Transpose(cached(k, "key"), perm=[0, 1, 3, 2])
    values = cached(v, "value")
    weights = layers.weights(g, s, layers.scores(g, s, q, keys, bias))
    if s.safe_softmax:
        weights = g.Where(g.IsNaN(weights), g.f32(0.0), weights)
    y = g.Transpose(g.MatMul(weights, values), perm=[0, 2, 1, 3])
    y = g.Reshape(y, g.i64([0, 0, rows(s.heads)]))
    return layers.linear(g, s, y, rows(s.heads), s.hidden, s.bias)


def head(g, s, x, embedding):
    if s.head == "own":
        return g.MatMul(x, g.weight(g.matrix(s.hidden, s.vocab, 4.0)))
    if s.head == "gemm":
        flat = g.Gemm(g.Reshape(x, g.i64([-1, s.hidden])), embedding, transB=1)
        lead = g.Shape(x, start=0, end=2)
        return g.Reshape(flat, g.Concat(lead, g.i64([s.vocab]), axis=0))
    return g.MatMul(x, g.Transpose(embedding, perm=[1, 0]))


def build(s):
    g = Graph(s.opset, s.seed)
    ids = ["batch", "sequence"]
    g.input("input_ids", INT64, ids)
    g.input("attention_mask", INT64, ["batch", "past + sequence"])
    g.input("position_ids", INT64, ids)
    for layer in range(s.layers):
        for part in ("key", "value"):
            g.input(f"past_key_values.{layer}.{part}", FLOAT,
                    ["batch", s.cached_heads, "past", s.head_dim])
    # Small, so that the layers and not the token itself decide the next one.
    embedding = g.weight(g.near(0, (s.vocab, s.hidden)))
    x = g.Gather(embedding, "input_ids", axis=0)
    angles = None
    if s.alibi or s.node:
        pass  # the scores know the distances; the node turns
    elif s.rotary == "none":
        table = g.weight(g.near(0, (s.positions, s.hidden)))
        x = g.Add(x, g.Gather(table, "position_ids", axis=0))
    else:
        angles = layers.rotary_angles(g, s)
    past = "past_key_values.0.key"
    bias = None if s.node else layers.mask(g, s, past, s.window)
    bias_of_all = layers.mask(g, s, past, 0) \
        if s.windowed > 1 and not s.node else bias
    norm = layers.rms_norm if s.kind == "rms" else layers.layer_norm
    mlp = layers.mixture if s.experts else layers.mlp
    after = (lambda y: norm(g, s, y)) if s.post_norm else lambda y: y
    for layer in range(s.layers):
        y = norm(g, s, x)
        sees_all = (layer + 1) % s.windowed == 0
        attended = after(attention(g, s, y, layer,
                                   bias_of_all if sees_all else bias, angles))
        if s.parallel:
            x = g.Add(x, g.Add(attended, mlp(g, s, y)))
            continue
        x = g.Add(x, attended)
        x = g.Add(x, after(mlp(g, s, norm(g, s, x))))
    x = norm(g, s, x)
    if s.states:
        g.output(x, "hidden_states", FLOAT, ids + [s.hidden])
    shape = ids + [s.vocab]
    if s.last == "gather":
        x = g.Gather(x, g.i64(-1), axis=1)
        del shape[1]
    elif s.last == "slice":
        x = g.Slice(x, g.i64([-1]), g.i64([2**63 - 1]), g.i64([1]))
        shape[1] = 1
    g.output(head(g, s, x, embedding), "logits", FLOAT, shape)
    g.outputs.insert(0, g.outputs.pop())
    model = g.model([MS] if s.node or s.routing == "moe" else [])
    if s.half:
        halve(model)
    if s.backwards:
        nodes = list(model.graph.node)[::-1]
        del model.graph.node[:]
        model.graph.node.extend(nodes)
    return model


def write(folder, style, external=None):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "model.onnx")
    save(build(style), path, external)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump({"model_type": "tiny", "num_hidden_layers": style.layers,
                   "max_position_embeddings": style.positions}, file)
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for style in STYLES + FAMILIES:
        write(os.path.join(sys.argv[1], style.name), style)
