#!/usr/bin/env python3
"""The compiled elementary functions against f64: largest errors in ulp.

    math_functions.py          each 4099th of the 2^32 floats, and edges
    math_functions.py --all    all of them; says how far it has come

The judge is NumPy's and the C library's f64, whose errors are below 1e-8 ulp of
f32. An ulp is the spacing of floats at the true value; where the true value
rounds to infinity, 0 or NaN, the result has to be that (0: of the right sign,
an error below half the smallest subnormal counts as none). A sum is judged in ulp
of the sums' range.
"""
import math
import os
import sys
import tempfile

import numpy as np
from onnx import TensorProto

import onnx_graph
import sinter_tools as sinter

# The bounds that docs/benchmarks.md states.
BOUNDS = {"Exp": 1.0, "Log": 1.0, "Tanh": 1.5, "Erf": 1.0, "Sin": 0.51,
          "Cos": 0.51, "Tan": 0.51, "Asin": 0.51, "Acos": 0.51, "Atan": 0.51,
          "Sinh": 0.51, "Cosh": 0.51, "Asinh": 0.51, "Acosh": 0.51,
          "Atanh": 0.51, "OnePlusErf": 1.0}
STEP = 4099  # a prime, so that all exponents and low bits are met
BLOCK = 1 << 14


def erf(x):
    far, near = np.abs(x), np.abs(x) < 2**-13
    y = np.sign(x)
    # Two terms of the series; the third is below 1e-17 of them.
    y[near] = x[near] * (2 / math.sqrt(math.pi)) * (1 - x[near] ** 2 / 3)
    middle = ~near & (far < 6)
    y[middle] = np.fromiter(map(math.erf, x[middle]), np.float64)
    return np.where(np.isnan(x), x, y)


JUDGES = {"Exp": np.exp, "Log": np.log, "Tanh": np.tanh, "Erf": erf,
          "Sin": np.sin, "Cos": np.cos, "Tan": np.tan, "Asin": np.arcsin,
          "Acos": np.arccos, "Atan": np.arctan, "Sinh": np.sinh,
          "Cosh": np.cosh, "Asinh": np.arcsinh, "Acosh": np.arccosh,
          "Atanh": np.arctanh, "OnePlusErf": lambda x: 1 + erf(x)}
# From 1 to 2; erf itself is a number between -1 and 1.
SUM_ULP = {"OnePlusErf": 2.0**-23}


def apply(g, name, x):
    if name == "OnePlusErf":
        return g.Add(g.weight(np.float32(1)), g.Erf(x))
    return getattr(g, name)(x)


def compile_functions(scratch):
    g = onnx_graph.Graph(21)
    x = g.input("x", TensorProto.FLOAT, ("n",))
    for name in JUDGES:
        g.output(apply(g, name, x), name, TensorProto.FLOAT, ("n",))
    path = os.path.join(scratch, "functions.onnx")
    onnx_graph.save(g.model(), path)
    return sinter.compile_model(path, path[:-5] + ".so")


def errors(x, got, judge, sum_ulp):
    """The error of each element in ulp; infinite where it has to be exact."""
    if sum_ulp:
        with np.errstate(invalid="ignore"):
            true = judge(x.astype(np.float64))
        return np.where(np.isnan(true) & np.isnan(got), 0.0,
                        np.abs(got.astype(np.float64) - true) / sum_ulp)
    with np.errstate(all="ignore"):
        true = judge(x.astype(np.float64))
        rounded = true.astype(np.float32)
        ulp = np.spacing(np.abs(rounded)).astype(np.float64)
        error = np.abs(got.astype(np.float64) - true) / ulp
    exact = ~np.isfinite(rounded) | (rounded == 0)
    same = (got == rounded) | (np.isnan(got) & np.isnan(rounded))
    same &= (np.signbit(got) == np.signbit(rounded)) | np.isnan(got)
    tiny = (rounded == 0) & (error < 1) & (np.signbit(got)
                                           == np.signbit(rounded))
    return np.where(exact, np.where(same | tiny, 0.0, np.inf), error)


def largest_error(x, got, judge, sum_ulp):
    """(error, x) of the worst element; block by block, which stay in a cache."""
    worst = (-1.0, 0.0)
    for first in range(0, len(x), BLOCK):
        block = slice(first, first + BLOCK)
        error = errors(x[block], got[block], judge, sum_ulp)
        error = np.where(np.isnan(error), np.inf, error)
        at = int(np.argmax(error))
        worst = max(worst, (float(error[at]), float(x[block][at])))
    return worst


def run(model, scratch, x):
    path = os.path.join(scratch, "x.npy")
    np.save(path, x)
    sinter.succeed("sinter-run", "forward", model, "--input", f"x={path}",
                   "-o", scratch)
    return {name: np.load(os.path.join(scratch, name + ".npy"))
            for name in JUDGES}


def batches(every):
    if every:
        size = 1 << 24
        for first in range(0, 1 << 32, size):
            yield np.arange(first, first + size, dtype=np.uint64).astype(
                np.uint32).view(np.float32)
        return
    yield np.arange(0, 1 << 32, STEP, dtype=np.uint64).astype(
        np.uint32).view(np.float32)
    edges = [0.0, 1.0, np.inf, 2**-126, 2**-149, 88.72284, -87.33655, -103.97208,
             89.41599, 0.625, 0.92, 3.95, np.pi, np.pi / 2, 1e5, 3.4028235e38,
             np.nan,
             # The floats nearest to multiples of pi / 2 (Kahan, Muller).
             16367173 * 2.0**72, 12570789 * 2.0**74]
    bits = np.array(edges, np.float32).view(np.uint32).astype(np.int64)
    around = (bits[:, None] + np.arange(-64, 65)).ravel() % (1 << 31)
    yield np.concatenate([around, around + (1 << 31)]).astype(
        np.uint32).view(np.float32)


def main():
    sinter.require_tools("sinterc", "sinter-run")
    worst = {name: (0.0, 0.0) for name in JUDGES}
    count = 0
    with tempfile.TemporaryDirectory() as scratch:
        model = compile_functions(scratch)
        for x in batches("--all" in sys.argv[1:]):
            count += len(x)
            results = run(model, scratch, x)
            for name, judge in JUDGES.items():
                worst[name] = max(worst[name],
                                  largest_error(x, results[name], judge,
                                                SUM_ULP.get(name)))
            if count % (1 << 28) == 0:  # --all alone
                print(f"{count >> 28} of 16 done", file=sys.stderr, flush=True)
    for name, (error, x) in worst.items():
        print(f"{name:10} {error:.3f} ulp at {x!r} (bound {BOUNDS[name]})")
    failed = [name for name in worst if not worst[name][0] <= BOUNDS[name]]
    print(f"{len(worst)} functions, {count} inputs, {len(failed)} over their "
          "bound")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
