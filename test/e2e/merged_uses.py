#!/usr/bin/env python3
"""A decoder with cross attention, merged from its uses without and with a past
into an If on a flag as optimum merges those of encoder-decoders: the use that
the flag chooses is run, from one weight file. onnxruntime runs the same file."""
import os
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

import models
import sinter_tools as sinter
from onnx_graph import BOOL, FLOAT, Graph, helper

FLAG = "use_cache_branch"
HIDDEN, HEADS, WIDTH = 32, 4, 8
LEVELS = ("graph", "model", "plan", "loops", "llvm")


class Writer:
    def __init__(self, seed):
        self.graph = Graph(17, seed)
        g = self.graph
        self.weights = {
            name: g.weight(g.matrix(HIDDEN, HIDDEN))
            for name in ("q", "k", "v", "o", "cross_q", "cross_k", "cross_v",
                         "cross_o")}

    def heads(self, b, x, name):
        split = b.Reshape(b.MatMul(x, self.weights[name]),
                          b.i64([0, 0, HEADS, WIDTH]))
        return b.Transpose(split, perm=[0, 2, 1, 3])

    def attend(self, b, q, k, v, name):
        scores = b.MatMul(q, b.Transpose(k, perm=[0, 1, 3, 2]))
        shares = b.Softmax(b.Div(scores, b.f32(WIDTH ** 0.5)), axis=-1)
        y = b.Transpose(b.MatMul(shares, v), perm=[0, 2, 1, 3])
        return b.MatMul(b.Reshape(y, b.i64([0, 0, HIDDEN])), self.weights[name])

    def branch(self, prefix, has_past):
        b = Graph(17, prefix=prefix)
        k, v = self.heads(b, "x", "k"), self.heads(b, "x", "v")
        if has_past:
            k = b.Concat("past.decoder.key", k, axis=2)
            v = b.Concat("past.decoder.value", v, axis=2)
        y = b.Add("x", self.attend(b, self.heads(b, "x", "q"), k, v, "o"))
        cross = ["past.encoder.key", "past.encoder.value"]
        states = cross
        if not has_past:
            states = cross = [self.heads(b, "encoder", name)
                              for name in ("cross_k", "cross_v")]
        y = b.Add(y, self.attend(b, self.heads(b, y, "cross_q"), *cross,
                                 "cross_o"))
        if has_past:  # what the caller has already
            nothing = np.zeros((0, HEADS, 1, WIDTH), np.float32)
            states = [b.Identity(b.weight(nothing)) for _ in cross]
        outputs = [helper.make_tensor_value_info(name, FLOAT, None)
                   for name in (y, k, v, *states)]
        return helper.make_graph(b.nodes, prefix, [], outputs,
                                 initializer=b.initializers)

    def write(self, path):
        g = self.graph
        cache = lambda length: ["batch", HEADS, length, WIDTH]
        g.input("x", FLOAT, ["batch", "length", HIDDEN])
        g.input("encoder", FLOAT, ["batch", "source", HIDDEN])
        for part, length in (("decoder", "past"), ("encoder", "source_out")):
            for half in ("key", "value"):
                g.input(f"past.{part}.{half}", FLOAT, cache(length))
        g.input(FLAG, BOOL, [1])
        made = g.If(FLAG, outputs=5, then_branch=self.branch("with_", True),
                    else_branch=self.branch("without_", False))
        names = ["y"] + [f"present.{p}.{h}" for p in ("decoder", "encoder")
                         for h in ("key", "value")]
        shapes = [["batch", "length", HIDDEN]] + [
            [f"{name}.{i}", HEADS, f"{name}.2", WIDTH]
            for i, name in enumerate(names[1:])]
        for value, name, shape in zip(made, names, shapes):
            g.output(value, name, FLOAT, shape)
        onnx.save(g.model(), path)
        return sum(numpy_helper.to_array(w).nbytes for w in g.initializers)


def make_feeds(batch, length, source, past, flag):
    random = np.random.default_rng(batch + length)
    real = lambda *shape: random.standard_normal(shape).astype(np.float32)
    return {"x": real(batch, length, HIDDEN),
            "encoder": real(batch, source, HIDDEN),
            "past.decoder.key": real(batch, HEADS, past, WIDTH),
            "past.decoder.value": real(batch, HEADS, past, WIDTH),
            "past.encoder.key": real(batch, HEADS, source, WIDTH),
            "past.encoder.value": real(batch, HEADS, source, WIDTH),
            FLAG: np.array([flag])}


def forward(model, feeds, folder):
    flags = []
    for name, value in feeds.items():
        np.save(os.path.join(folder, f"in.{name}.npy"), value)
        flags += ["--input", f"{name}={folder}/in.{name}.npy"]
    sinter.succeed("sinter-run", "forward", model, *flags, "-o", folder)


def check(model, session, folder):
    """The largest error over both uses, of the largest value."""
    errors = []
    for case in ((1, 5, 7, 0, False), (2, 1, 3, 4, True), (2, 4, 6, 1, False),
                 (1, 3, 5, 9, True)):
        feeds = make_feeds(*case)
        forward(model, feeds, folder)
        for node, want in zip(session.get_outputs(), session.run(None, feeds)):
            got = np.load(os.path.join(folder, node.name + ".npy"))
            errors.append(models.close(f"{case}: {node.name}", got, want))
    return max(errors)


def expect(condition, what):
    if not condition:
        sys.exit(what)


def main():
    sinter.require_tools("sinterc", "sinter-run")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "merged.onnx")
        stored = Writer(3).write(path)
        session = onnxruntime.InferenceSession(
            path, providers=["CPUExecutionProvider"])
        library = os.path.join(folder, "merged.so")
        report = os.path.join(folder, "report.json")
        sinter.compile_model(path, library, f"--report={report}")
        error = check(library, session, folder)

        # Both uses read one copy; each has a page or so of its own.
        size = os.path.getsize(os.path.join(folder, "merged.weights"))
        expect(size <= stored + 3 * 4096,
               f"{size} bytes of weights, the model has {stored}")
        fused = sinter.read_report(report)
        expect(fused["fused"].get("attention") == 4, f"fused: {fused['fused']}")
        uses = {entry["use"] for entry in fused["matmuls"]}
        expect(uses == {FLAG + "=false", FLAG + "=true"}, f"uses: {uses}")

        for level in LEVELS:
            ir = sinter.compile_model(path, os.path.join(folder, level + ".mlir"),
                                      f"--emit={level}")
            again = sinter.compile_model(ir, os.path.join(folder, level + ".so"))
            check(again, session, folder)
        embedded = sinter.compile_model(
            path, os.path.join(folder, "embedded.so"), "--embed-weights")
        check(embedded, session, folder)

        bad = make_feeds(1, 2, 3, 4, True)
        bad[FLAG] = np.array([True, True])
        try:
            forward(library, bad, folder)
            sys.exit("a flag of two elements was taken")
        except sinter.Failed as problem:
            expect(f"dimension 0 of input '{FLAG}' is 2" in str(problem),
                   f"of a flag of two elements: {problem}")
        print(f"two uses, each equal to onnxruntime {onnxruntime.__version__} "
              f"within {error:.0e}, from each of {len(LEVELS)} levels")


if __name__ == "__main__":
    main()
