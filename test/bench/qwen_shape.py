#!/usr/bin/env python3
"""A decoder of Qwen2.5-0.5B's shape with random weights, as ONNX (f32, 2 GB):

  qwen_shape.py DIR
"""
import dataclasses
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
import tiny_models  # noqa: E402


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    style = dataclasses.replace(
        tiny_models.LLAMA, name="qwen", hidden=896, heads=14, kv_heads=2,
        head_dim=64, inner=4864, vocab=151936, layers=24, positions=8192,
        theta=1e6, eps=1e-6, bias=True, seed=3)
    print(tiny_models.write(sys.argv[1], style, "model.onnx.data"))


if __name__ == "__main__":
    main()
