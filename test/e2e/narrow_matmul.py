#!/usr/bin/env python3
"""Matmuls of narrow weights (and rows) give exactly what numpy computes by the
definition of sinter.packed_matmul: operands rounded to nearest even, one f32 fma
a step, of a pair of bf16 the odd one first; in AMX tiles a chain of even and one
of odd elements over 32. Two more products, of the columns the other way round and
of those next to them, are added in f32, one to what the other has given. Shapes
with sizes of 1 and odd ones, 1 and 3 threads."""
import itertools
import os
import sys
import tempfile

import ml_dtypes
import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

import sinter_tools as sinter
from dot_order import chain, dot_blocks, dot_pairs

TYPES = {"bf16": ml_dtypes.bfloat16, "f16": np.float16}
SHAPES = [(0, 33, 32), (1, 1, 1), (1, 33, 7), (3, 40, 64), (13, 70, 65), (6, 32, 2),
          (1, 64, 32), (16, 1, 96), (17, 31, 64), (32, 65, 32), (67, 96, 160)]


def make_model(path, w):
    k, n = w.shape
    node, value = helper.make_node, helper.make_tensor_value_info
    weights = {"w": w, "reversed": w[:, ::-1], "next": np.roll(w, -1, axis=1)}
    save(helper.make_model(helper.make_graph(
        [node("MatMul", ["x", "w"], ["y"]),
         node("MatMul", ["x", "reversed"], ["a"]),
         node("MatMul", ["x", "next"], ["b"]),
         node("Add", ["a", "b"], ["sum"])], "narrow",
        [value("x", TensorProto.FLOAT, ["m", k])],
        [value(name, TensorProto.FLOAT, ["m", n]) for name in ("y", "sum")],
        [numpy_helper.from_array(np.ascontiguousarray(matrix), name)
         for name, matrix in weights.items()]),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def main():
    sinter.require_tools("sinterc", "sinter-run")
    random = np.random.default_rng(5)
    checks, tiles, wrong = 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        for (m, n, k), (name, dtype) in itertools.product(SHAPES, TYPES.items()):
            x = random.standard_normal((m, k)).astype(np.float32)
            w = random.standard_normal((k, n)).astype(np.float32)
            path = os.path.join(folder, "model.onnx")
            make_model(path, w)
            np.save(os.path.join(folder, "x.npy"), x)
            report = os.path.join(folder, "report.json")
            compilers = [sinter.compile_model]
            if name == "bf16" and sinter.has_dot():
                compilers.append(sinter.compile_dots)
            for (flag, rows), compiler in itertools.product(
                    ((f"--weights={name}", x),
                     (f"--compute={name}", x.astype(dtype))), compilers):
                model = compiler(path, os.path.join(folder, "m.so"), flag,
                                 "--report", report)
                in_tiles = "panels of 32, AMX tiles" in open(report).read()
                if in_tiles:
                    want = dot_blocks(rows, w.astype(dtype), 32)
                elif name == "bf16":
                    want = dot_pairs(rows, w.astype(dtype))
                else:
                    want = chain(rows, w.astype(dtype), range(k))
                tiles += in_tiles
                summed = want[:, ::-1] + np.roll(want, -1, axis=1)
                for threads in (1, 3):
                    sinter.succeed(
                        "sinter-run", "forward", model, "--threads", threads,
                        "--input", "x=" + os.path.join(folder, "x.npy"),
                        "-o", folder)
                    for output, wanted in (("y", want),
                                           ("sum", summed)):
                        got = np.load(os.path.join(folder, output + ".npy"))
                        checks += 1
                        if not (got.shape == want.shape and (
                                got.view(np.uint32) ==
                                wanted.view(np.uint32)).all()):
                            wrong.append(
                                f"{m}x{n}x{k} {flag} {threads} threads: {output} "
                                f"is off by {np.abs(got - wanted).max()}")
    print("\n".join(wrong + [f"{checks - len(wrong)} of {checks} equal bit "
                             f"for bit, {tiles} models with AMX tiles"]))
    sys.exit(bool(wrong) or not checks)


if __name__ == "__main__":
    main()
