#!/usr/bin/env python3
"""The middle of a gated MLP in its product's kernel: activation(x Wg) * (x Wu)
against f64, its error bounded by the depth, for sizes that fill tiles and panels
and that do not, each type of weights, 1 and 3 threads, and x86-64-v3. However
many rows there are, theirs are the same bits."""
import itertools
import math
import os
import sys
import tempfile

import ml_dtypes
import numpy as np
from onnx import save

import onnx_graph
import sinter_tools as sinter

# Rows, columns of the gate, depth. Columns that fill no half panel are a loop of
# their own.
SHAPES = [(1, 16, 8), (2, 48, 33), (3, 32, 64), (15, 64, 31), (29, 16, 96),
          (75, 80, 40), (5, 20, 16)]
TYPES = {"f32": np.float32, "bf16": ml_dtypes.bfloat16, "f16": np.float16}
KINDS = ("silu", "gelu", "relu")
EPSILON = 2.0 ** -24
erf = np.vectorize(math.erf)


def make_model(path, wg, wu, kind):
    g = onnx_graph.Graph(20, seed=1)
    x = g.input("x", onnx_graph.FLOAT, ("m", len(wg)))
    a, b = g.MatMul(x, g.weight(wg)), g.MatMul(x, g.weight(wu))
    if kind == "silu":
        a = g.Mul(a, g.Sigmoid(a))
    else:
        a = g.Gelu(a) if kind == "gelu" else g.Relu(a)
    g.output(g.Mul(a, b), "y", onnx_graph.FLOAT, ("m", wg.shape[1]))
    save(g.model(), path)


def reference(x, wg, wu, kind):
    """In f64, and what f32 sums and an activation of a few ulp may be off."""
    x, wg, wu = (v.astype(np.float64) for v in (x, wg, wu))
    a, b = x @ wg, x @ wu
    # A sum of K products is off by K epsilon of their magnitudes.
    worst_a, worst_b = (len(wg) * EPSILON * (abs(x) @ abs(w))
                        for w in (wg, wu))
    y = {"silu": lambda: a / (1 + np.exp(-a)), "relu": lambda: np.maximum(a, 0),
         "gelu": lambda: a / 2 * (1 + erf(a / 2 ** 0.5))}[kind]()
    # The slope of all three is at most 1.13.
    worst_y = 1.13 * worst_a + 16 * EPSILON * abs(a)
    bound = worst_y * abs(b) + abs(y) * worst_b + worst_y * worst_b
    return y * b, bound + 2 * EPSILON * abs(y * b)


def main():
    sinter.require_tools("sinterc", "sinter-run")
    random = np.random.default_rng(6)
    checks, gates, wrong = 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        path, report, model = (os.path.join(folder, name) for name in
                               ("model.onnx", "report.json", "m.so"))
        for (i, (m, n, k)), (name, dtype), march in itertools.product(
                enumerate(SHAPES), TYPES.items(), ("native", "x86-64-v3")):
            kind = KINDS[i % len(KINDS)]
            x = random.standard_normal((m, k)).astype(np.float32)
            wg, wu = (random.standard_normal((k, n)).astype(np.float32)
                      for _ in range(2))
            make_model(path, wg, wu, kind)
            sinter.compile_model(path, model, f"--weights={name}",
                                 f"--march={march}", "--report", report)
            gates += f"gate {kind}" in open(report).read()
            want, bound = reference(x, wg.astype(dtype), wu.astype(dtype), kind)
            for threads, rows in ((1, m), (3, m), (1, 1)):
                np.save(os.path.join(folder, "x.npy"), x[:rows])
                sinter.succeed(
                    "sinter-run", "forward", model, "--threads", threads,
                    "--input", "x=" + os.path.join(folder, "x.npy"),
                    "-o", folder)
                got = np.load(os.path.join(folder, "y.npy"))
                label = f"{m}x{n}x{k} {kind} {name} {march}, {threads} threads, {rows} rows"
                checks += 1
                if threads == 1 and rows == m:
                    first = got
                if not (abs(got - want[:rows]) <= bound[:rows]).all():
                    wrong.append(f"{label}: off by "
                                 f"{(abs(got - want[:rows]) / bound[:rows]).max()}"
                                 " of the bound")
                elif (got.view(np.uint32) != first[:rows].view(np.uint32)).any():
                    wrong.append(f"{label}: other bits")
    print("\n".join(wrong + [f"{checks - len(wrong)} of {checks} within the bound,"
                             f" {gates} models with the gate in the kernel"]))
    sys.exit(bool(wrong) or not checks or not gates)


if __name__ == "__main__":
    main()
