"""Encoders of two well-known shapes with random weights, as ONNX (opset 21):
bert-base (Devlin et al. 2018) and ViT-B/16 (Dosovitskiy et al. 2020)."""
import math
import os
import sys

import numpy as np
import onnx

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
import onnx_graph  # noqa: E402
from onnx_graph import FLOAT, INT64, LOWEST  # noqa: E402

HIDDEN, HEADS, LAYERS, INNER = 768, 12, 12, 3072


def linear(g, x, rows, columns):
    return g.Add(g.MatMul(x, g.weight(g.matrix(rows, columns))),
                 g.weight(g.near(0, columns)))


def norm(g, x):
    return g.LayerNormalization(
        x, g.weight(g.near(1, HIDDEN)), g.weight(g.near(0, HIDDEN)), axis=-1,
        epsilon=1e-12)


def attention(g, x, mask=None):
    def heads(perm):
        y = g.Reshape(linear(g, x, HIDDEN, HIDDEN),
                      g.i64([0, -1, HEADS, HIDDEN // HEADS]))
        return g.Transpose(y, perm=perm)
    q, k, v = heads([0, 2, 1, 3]), heads([0, 2, 3, 1]), heads([0, 2, 1, 3])
    scores = g.Mul(g.MatMul(q, k), g.f32(1 / math.sqrt(HIDDEN // HEADS)))
    weights = g.Softmax(g.Add(scores, mask) if mask else scores, axis=-1)
    y = g.Transpose(g.MatMul(weights, v), perm=[0, 2, 1, 3])
    return linear(g, g.Reshape(y, g.i64([0, -1, HIDDEN])), HIDDEN, HIDDEN)


def mlp(g, x):
    y = linear(g, x, HIDDEN, INNER)
    half = g.Mul(y, g.f32(0.5))
    y = g.Mul(half, g.Add(g.Erf(g.Mul(y, g.f32(math.sqrt(0.5)))), g.f32(1)))
    return linear(g, y, INNER, HIDDEN)


def bert_base():
    g = onnx_graph.Graph(21, seed=1)
    ids = g.input("input_ids", INT64, ("batch", "sequence"))
    seen = g.input("attention_mask", INT64, ("batch", "sequence"))
    positions = g.weight(g.random.standard_normal((512, HIDDEN)).astype(
        np.float32))
    length = g.Shape(ids, start=1, end=2)
    x = g.Add(g.Gather(g.weight(g.matrix(30522, HIDDEN, gain=math.sqrt(30522))),
                       ids, axis=0),
              g.Slice(positions, g.i64([0]), length, g.i64([0])))
    x = norm(g, x)
    hidden = g.Sub(g.f32(1), g.Cast(
        g.Unsqueeze(seen, g.i64([1, 2])), to=FLOAT))
    mask = g.Mul(hidden, g.f32(LOWEST))
    for _ in range(LAYERS):
        x = norm(g, g.Add(x, attention(g, x, mask)))
        x = norm(g, g.Add(x, mlp(g, x)))
    g.output(x, "last_hidden_state", FLOAT, ("batch", "sequence", HIDDEN))
    return g.model()


def vit_base():
    g = onnx_graph.Graph(21, seed=2)
    pixels = g.input("pixel_values", FLOAT, ("batch", 3, 224, 224))
    kernel = (g.random.standard_normal((HIDDEN, 3, 16, 16)) / 28).astype(
        np.float32)
    patches = g.Conv(pixels, g.weight(kernel), g.weight(g.near(0, HIDDEN)),
                     kernel_shape=[16, 16], strides=[16, 16])
    x = g.Transpose(g.Reshape(patches, g.i64([0, HIDDEN, -1])), perm=[0, 2, 1])
    first = g.weight(g.near(0, HIDDEN).reshape(1, 1, HIDDEN))
    batch = g.Shape(pixels, start=0, end=1)
    first = g.Expand(first, g.Concat(batch, g.i64([1, HIDDEN]), axis=0))
    x = g.Concat(first, x, axis=1)
    x = g.Add(x, g.weight(g.random.standard_normal((1, 197, HIDDEN)).astype(
        np.float32)))
    for _ in range(LAYERS):
        x = g.Add(x, attention(g, norm(g, x)))
        x = g.Add(x, mlp(g, norm(g, x)))
    g.output(norm(g, x), "last_hidden_state", FLOAT, ("batch", 197, HIDDEN))
    return g.model()


def save(model, folder):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "model.onnx")
    onnx.save(model, path, save_as_external_data=True,
              location="model.onnx.data", size_threshold=4096)
    return path
