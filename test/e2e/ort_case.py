"""A graph with inputs, compiled and run by `sinter-run forward` beside
onnxruntime: what the drivers of small graphs share."""
import os
import sys
import tempfile

import numpy as np
import onnxruntime
from onnx import TensorProto

import onnx_graph
from onnx_graph import MS
import sinter_tools as sinter

KINDS = {np.dtype(np.float32): TensorProto.FLOAT,
         np.dtype(np.int64): TensorProto.INT64,
         np.dtype(np.int32): TensorProto.INT32,
         np.dtype(np.uint8): TensorProto.UINT8,
         np.dtype(np.int8): TensorProto.INT8,
         np.dtype(np.bool_): TensorProto.BOOL}
random = np.random.default_rng(11)


def normal(*shape):
    return random.standard_normal(shape).astype(np.float32)


class Case:
    """A graph with its inputs' values; each result is an output."""

    def __init__(self, name):
        self.name, self.g, self.feeds = name, onnx_graph.Graph(21), {}
        self.judged = None  # a case that onnxruntime runs in this one's place

    def feed(self, array, *dims):
        """An input; `dims` are its declared sizes, else the array's."""
        name = f"x{len(self.feeds)}"
        self.feeds[name] = array
        return self.g.input(name, KINDS[array.dtype], dims or array.shape)

    def weight(self, array):
        return self.g.weight(array)

    def op(self, kind, *inputs, outputs=1, keep=None, domain=MS,
           kind_of=TensorProto.FLOAT, **attributes):
        """Adds a node; `keep`: which of its outputs are compared, `made`: which
        others it has, `kind_of`: the element types of the outputs."""
        at = len(self.g.nodes)
        keep = range(outputs) if keep is None else keep
        made = set(keep) | set(attributes.pop("made", ()))
        names = [f"y{at}_{i}" if i in made else "" for i in range(outputs)]
        getattr(self.g, kind)(*inputs, outputs=names, domain=domain,
                              **attributes)
        for name in (names[i] for i in keep if i < outputs):
            self.keep(name, kind_of)

    def keep(self, name, kind=TensorProto.FLOAT):
        """A value of the graph becomes a result that is compared."""
        self.g.output(name, f"result_{name}", kind, None)

    def check(self, scratch):
        model = self.g.model([MS])
        path = os.path.join(scratch, self.name + ".onnx")
        onnx_graph.save(model, path)
        options = onnxruntime.SessionOptions()  # each node as it is written
        options.graph_optimization_level = \
            onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        judged = self.judged.g.model([MS]) if self.judged else model
        session = onnxruntime.InferenceSession(
            judged.SerializeToString(), options,
            providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        want = session.run(names, self.feeds)
        for output, array in zip(model.graph.output, want):
            output.type.tensor_type.shape.SetInParent()
            for i in range(array.ndim):  # a rank, no sizes
                output.type.tensor_type.shape.dim.add(
                    dim_param=f"{output.name}_{i}")
        onnx_graph.save(model, path)
        compiled = sinter.compile_model(path, path[:-5] + ".so")
        flags = []
        for name, array in self.feeds.items():
            file = os.path.join(scratch, name + ".npy")
            np.save(file, array)
            flags += ["--input", f"{name}={file}"]
        sinter.succeed("sinter-run", "forward", compiled, *flags,
                       "-o", scratch)
        worst = 0
        for name, expected in zip(names, want):
            got = np.load(os.path.join(scratch, name + ".npy"))
            if got.shape != expected.shape or got.dtype != expected.dtype:
                raise sinter.Failed(f"{self.name}: {name} is {got.dtype} "
                                    f"{got.shape}, not {expected.dtype} "
                                    f"{expected.shape}")
            # Two f32 sums of at most K products in any order differ by no more
            # than 2 K eps of the largest; K is at most 256 here.
            bound = 2 * 256 * np.finfo(np.float32).eps * max(
                1, np.abs(expected).max(initial=0))
            error = np.abs(got.astype(np.float64) - expected).max(initial=0)
            if not error <= bound:
                raise sinter.Failed(f"{self.name}: {name} is off by {error:.1e}"
                                    f", more than {bound:.1e}")
            worst = max(worst, error / bound)
        return len(names), worst


def run(cases):
    """Checks each of the functions' cases; the process's exit status."""
    sinter.require_tools("sinterc", "sinter-run")
    failed = 0
    for make in cases:
        case = make()
        try:
            with tempfile.TemporaryDirectory() as scratch:
                count, worst = case.check(scratch)
            print(f"{case.name}: {count} results ok, at most {worst:.1e} of "
                  "the bound", flush=True)
        except Exception as problem:
            failed += 1
            print(f"{case.name}: FAILED: {problem}", flush=True)
    print(f"onnxruntime {onnxruntime.__version__}: {len(cases)} graphs, "
          f"{failed} failures")
    return int(failed > 0)
