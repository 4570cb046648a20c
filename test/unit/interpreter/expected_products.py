"""Packed matrices and products with them in numpy, by the definitions of
sinter.pack and sinter.packed_matmul; the cases of what follows a product in its
kernel."""
import math
import os
import sys

import ml_dtypes
import numpy as np

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "..", "..", "e2e"))
from dot_order import dot_blocks  # noqa: E402
from expected_cases import case  # noqa: E402


def pack(x, lanes):
    k, n = x.shape
    panels = -(-n // lanes)
    wide = np.zeros((k, panels * lanes), x.dtype)
    wide[:, :n] = x
    return wide.reshape(k, panels, lanes).transpose(1, 0, 2).copy()


def pack_pairs(x, lanes):
    """Two rows of x together, as sinter.pack with interleave 2."""
    k, n = x.shape
    even = np.zeros((k + k % 2, n), x.dtype)
    even[:k] = x
    first, second = pack(even[0::2], lanes), pack(even[1::2], lanes)
    return np.stack([first, second], -1).reshape(*first.shape[:2], -1)


def erf(x):
    return np.array([math.erf(v) for v in x.reshape(-1)]).reshape(x.shape)


def epilogues():
    """With random numbers of their own, so that no other case changes."""
    gates = np.random.default_rng(8)
    rows, columns = (gates.standard_normal(shape).astype(np.float32)
                     for shape in ((3, 5), (5, 8)))
    sums = rows.astype(np.float64) @ columns
    # Panels of 4: two columns of a gate, two of what it lets through.
    a, b = sums.reshape(3, 2, 2, 2)[:, :, 0], sums.reshape(3, 2, 2, 2)[:, :, 1]
    y = (a / (1 + np.exp(-a)) * b).reshape(3, 4).astype(np.float32)
    case("packed_matmul_gate", "numpy",
         "sinter.packed_matmul %0, %1 gate silu : {0}, {1} -> {r}",
         [rows, pack(columns, 4)], [y], "2m")
    case("inner_matmul_gate", "numpy",
         "sinter.inner_matmul ins(%0, %1 : {0}, {1}) outs(%2 : {2}) gate silu -> {2}",
         [rows, pack(columns, 4), np.zeros((3, 4), np.float32)], [y], "2m")
    ends = np.random.default_rng(9)
    rows, columns, bias = (ends.standard_normal(shape).astype(np.float32)
                           for shape in ((3, 5), (5, 7), 7))
    y = rows.astype(np.float64) @ columns + bias
    y = y / 2 * (1 + erf(y / math.sqrt(2)))
    case("packed_matmul_activation", "numpy",
         "sinter.packed_matmul %0, %1 bias %2 : {2} activation gelu : {0}, {1} -> {r}",
         [rows, pack(columns, 4), bias], [y.astype(np.float32)], "2m")
    case("inner_matmul_activation", "numpy",
         "sinter.inner_matmul ins(%0, %1, %2 : {0}, {1}, {2}) outs(%3 : {3}) activation gelu -> {3}",
         [rows, pack(columns, 4), bias, np.zeros((3, 7), np.float32)],
         [y.astype(np.float32)], "2m")
    rows, columns = (ends.standard_normal(shape).astype(ml_dtypes.bfloat16)
                     for shape in ((3, 8), (8, 8)))
    sums = dot_blocks(rows, columns, 4).astype(np.float64)
    a, b = sums.reshape(3, 2, 2, 2)[:, :, 0], sums.reshape(3, 2, 2, 2)[:, :, 1]
    y = np.maximum(a, 0) * b
    case("packed_matmul_rounded", "numpy",
         "sinter.packed_matmul %0, %1 interleave 2 depth_block 4 gate relu : {0}, {1} -> {r}",
         [rows, pack_pairs(columns, 4)],
         [y.reshape(3, 4).astype(np.float32).astype(ml_dtypes.bfloat16)])
    sums = np.random.default_rng(10)
    rows, columns, bias, before = (
        sums.standard_normal(shape).astype(np.float32)
        for shape in ((3, 5), (5, 7), 7, (3, 7)))
    y = (rows.astype(np.float64) @ columns + bias).astype(np.float32)
    case("inner_matmul_accumulate", "numpy",
         "sinter.inner_matmul ins(%0, %1, %2 : {0}, {1}, {2}) outs(%3 : {3}) accumulate -> {3}",
         [rows, pack(columns, 4), bias, before], [before + y], "2m")
