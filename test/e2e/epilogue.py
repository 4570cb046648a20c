#!/usr/bin/env python3
"""What follows a product in its kernel, against f64, its error bounded by the
depth, for sizes that fill tiles and panels and that do not, each type of weights,
1 and 3 threads, and x86-64-v3: activation(x Wg) * (x Wu); activation(x W + b);
and with --compute=bf16 the rounding of either for the product after it, by dot
products of bf16 and in AMX tiles where the CPU has them. However many rows there
are, theirs are the same bits."""
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

# Rows, columns, depth. Columns of a gate that fill no half panel are a loop of
# their own.
SHAPES = [(1, 16, 8), (2, 48, 33), (3, 32, 64), (15, 64, 31), (29, 16, 96),
          (75, 80, 40), (5, 20, 16), (700, 48, 64)]
TYPES = {"f32": np.float32, "bf16": ml_dtypes.bfloat16, "f16": np.float16}
KINDS = ("silu", "gelu", "relu")
EPSILON = 2.0 ** -24
NARROW = 2.0 ** -8  # of bf16
SLOPE = 1.13  # at most, of all three
erf = np.vectorize(math.erf)


def activate(kind, a):
    return {"silu": lambda: a / (1 + np.exp(-a)), "relu": lambda: np.maximum(a, 0),
            "gelu": lambda: a / 2 * (1 + erf(a / 2 ** 0.5))}[kind]()


def make_model(path, weights, kind):
    """weights: wg, and wu or a bias, and perhaps a matrix for the result."""
    g = onnx_graph.Graph(20, seed=1)
    first, second, *last = weights
    x = g.input("x", onnx_graph.FLOAT, ("m", len(first)))
    a = g.MatMul(x, g.weight(first))
    if second.ndim == 1:
        a = g.Add(a, g.weight(second))
    if kind == "silu":
        y = g.Mul(a, g.Sigmoid(a))
    else:
        y = g.Gelu(a) if kind == "gelu" else g.Relu(a)
    if second.ndim == 2:
        y = g.Mul(y, g.MatMul(x, g.weight(second)))
    for w in last:
        y = g.MatMul(y, g.weight(w))
    columns = (last or [first])[-1].shape[1]
    g.output(y, "y", onnx_graph.FLOAT, ("m", columns))
    save(g.model(), path)


def multiply(x, w):
    """In f64, and how far off f32 sums are: of K products K epsilon of their
    magnitudes."""
    x, w = x.astype(np.float64), w.astype(np.float64)
    return x @ w, len(w) * EPSILON * (abs(x) @ abs(w))


def reference(x, weights, kind, dtype, rounds):
    """The result and what f32 sums and an activation of a few ulp may be off."""
    first, second, *last = weights
    if rounds:
        x = x.astype(dtype)
    a, off = multiply(x, first.astype(dtype))
    if second.ndim == 1:
        a = a + second
        off = off + EPSILON * abs(a)
    y = activate(kind, a)
    off = SLOPE * off + 16 * EPSILON * abs(a)
    if second.ndim == 2:
        b, off_b = multiply(x, second.astype(dtype))
        off = off * abs(b) + abs(y) * off_b + off * off_b
        y = y * b
    off = off + 2 * EPSILON * abs(y)
    for w in last:
        if rounds:  # what is off by a little may round to the next number
            y = y.astype(np.float32).astype(dtype).astype(np.float64)
            off = off + NARROW * abs(y)
        w = w.astype(dtype)
        y, sums = multiply(y, w)
        off = sums + off @ abs(w.astype(np.float64))
    return y, off


class Trial:
    def __init__(self, folder):
        self.folder = folder
        self.checks, self.wrong = 0, []
        self.seen = dict.fromkeys((", gate ", ", gelu", "rounded to bf16",
                                   "AMX tiles, gate", "AMX tiles, bias"), 0)

    def file(self, name):
        return os.path.join(self.folder, name)

    def run(self, label, x, weights, kind, dtype, compiler, *flags):
        rounds = any("compute" in flag for flag in flags)
        make_model(self.file("model.onnx"), weights, kind)
        model = compiler(self.file("model.onnx"), self.file("m.so"), *flags,
                         "--report", self.file("report.json"))
        report = open(self.file("report.json")).read()
        for text in self.seen:
            self.seen[text] += text in report
        want, bound = reference(x, weights, kind, dtype, rounds)
        first = None
        for threads, rows in ((1, len(x)), (3, len(x)), (1, 1)):
            np.save(self.file("x.npy"), x[:rows])
            sinter.succeed("sinter-run", "forward", model, "--threads", threads,
                           "--input", "x=" + self.file("x.npy"), "-o",
                           self.folder)
            got = np.load(self.file("y.npy"))
            first = got if first is None else first
            self.checks += 1
            off = abs(got - want[:rows])
            if not (off <= bound[:rows]).all():
                self.wrong.append(f"{label}, {threads} threads, {rows} rows: off"
                                  f" by {(off / bound[:rows]).max()} of the bound")
            elif (got.view(np.uint32) != first[:rows].view(np.uint32)).any():
                self.wrong.append(f"{label}, {threads} threads, {rows} rows: "
                                  "other bits")


def main():
    sinter.require_tools("sinterc", "sinter-run")
    random = np.random.default_rng(6)

    def normal(*shape):
        return random.standard_normal(shape).astype(np.float32)

    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(folder)
        for (i, (m, n, k)), gated in itertools.product(enumerate(SHAPES),
                                                       (True, False)):
            kind = KINDS[i % len(KINDS)]
            x, weights = normal(m, k), [normal(k, n)]
            weights.append(normal(k, n) if gated else normal(n))
            label = f"{m}x{n}x{k} {'gate ' if gated else ''}{kind}"
            for (name, dtype), march in itertools.product(
                    TYPES.items(), ("native", "x86-64-v3")):
                trial.run(f"{label} {name} {march}", x, weights, kind, dtype,
                          sinter.compile_model, f"--weights={name}",
                          f"--march={march}")
            compilers = [sinter.compile_model]
            if sinter.has_dot():
                compilers.append(sinter.compile_dots)
            for compiler in compilers:
                trial.run(f"{label} then a product, {compiler.__name__}", x,
                          weights + [normal(n, 24)], kind, TYPES["bf16"],
                          compiler, "--compute=bf16")
    for text in trial.wrong:
        print(text)
    print(f"{trial.checks - len(trial.wrong)} of {trial.checks} within the bound; "
          + ", ".join(f"{count} models with '{text.strip(', ')}'"
                      for text, count in trial.seen.items()))
    sys.exit(bool(trial.wrong) or not trial.seen[", gate "]
             or not trial.seen[", gelu"])


if __name__ == "__main__":
    main()
