#!/usr/bin/env python3
"""A random mixture of 8 experts, 2 a token, 4 layers of 512 (296 MB), for
beside_onnxruntime.py:

  moe_model.py DIR [gather_nd | gather | batch | one_hot]

The last argument is how the graph reads experts (test/e2e/tiny_models.py).
"""
import dataclasses
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
import tiny_models  # noqa: E402


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    routing = sys.argv[2] if len(sys.argv) == 3 else "gather_nd"
    style = dataclasses.replace(
        tiny_models.LLAMA, name="moe", hidden=512, heads=8, head_dim=64,
        inner=1408, vocab=4096, layers=4, positions=1024, experts=8,
        routing=routing, seed=3)
    print(tiny_models.write(sys.argv[1], style))


if __name__ == "__main__":
    main()
