"""Writes the backend node tests of the pinned onnx package as files.

    make_node_tests.py OUT OP...

OUT/CASE/ gets model.onnx, input_I.pb, output_I.pb and tolerance.txt ("rtol
atol") for every case of the given ops, as the package's own generator makes
them; its expected outputs come from numpy and the reference implementation.
The cases that spell an op out by its function body (CASE_expanded) are cases
of that op too.
"""
import random
import re
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnx.reference
from onnx import numpy_helper
from onnx.backend.test.case import node as node_cases

FIRST_OPSET = 13  # of what sinterc imports
# Their expected values were typed by hand with four digits: the reference
# implementation gives all.
ROUNDED = {"test_averagepool_2d_ceil_last_window_starts_on_pad"}


def as_proto(value, name):
    if isinstance(value, onnx.TensorProto):
        return value
    return numpy_helper.from_array(np.asarray(value), name)


def raise_opset(model):
    """Cases of old ops that did not change since say their first opset."""
    opset = model.opset_import[0]
    same = all(
        onnx.defs.get_schema(n.op_type, opset.version, n.domain).since_version ==
        onnx.defs.get_schema(n.op_type, FIRST_OPSET, n.domain).since_version
        for n in model.graph.node) if opset.version < FIRST_OPSET else False
    if same:
        opset.version = FIRST_OPSET


def absolute_tolerance(case, inputs):
    """The package's own, but for DFT, whose expected values carry the rounding
    of an FFT in f32: epsilon times the sum of a line's magnitudes at most."""
    node = case.model.graph.node[0]
    if node.op_type != "DFT":
        return case.atol
    x = inputs[0]
    inverse = any(a.name == "inverse" and a.i for a in node.attribute)
    line = np.abs(x).max() * (1 if inverse else max(x.shape))
    return max(case.atol, float(np.finfo(np.float32).eps * line))


def write_case(case, folder):
    raise_opset(case.model)
    inputs, outputs = case.data_sets[0]
    graph = case.model.graph
    if case.name in ROUNDED:
        outputs = onnx.reference.ReferenceEvaluator(case.model).run(
            None, dict(zip([i.name for i in graph.input], inputs)))
    values = list(graph.input) + list(graph.output)
    if not all(v.type.HasField("tensor_type") for v in values):
        return False  # sequences, maps, optionals
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    for kind, infos, tensors in (("input", graph.input, inputs),
                                 ("output", graph.output, outputs)):
        for i, (info, tensor) in enumerate(zip(infos, tensors)):
            proto = as_proto(tensor, info.name)
            (folder / f"{kind}_{i}.pb").write_bytes(proto.SerializeToString())
    (folder / "tolerance.txt").write_text(
        f"{case.rtol} {absolute_tolerance(case, inputs)}\n")
    return True


def main():
    out, ops = Path(sys.argv[1]), set(sys.argv[2:])
    warnings.filterwarnings("ignore")
    random.seed(0)
    np.random.seed(0)
    cases = node_cases.collect_testcases()
    # "expanded" cases belong to the op of the case that they expand.
    own = {}
    for case in cases:
        base = re.sub(r"(_expanded(_ver\d+)?|_ver\d+)$", "", case.name)
        if base == case.name:
            own[case.name] = case.model.graph.node[-1].op_type
    shutil.rmtree(out, ignore_errors=True)
    written = 0
    for case in sorted(cases, key=lambda c: c.name):
        base = re.sub(r"(_expanded(_ver\d+)?|_ver\d+)$", "", case.name)
        if own.get(base) in ops:
            written += write_case(case, out / case.name)
    (out / "complete").write_text(f"onnx {onnx.__version__}\n")
    print(f"{written} node tests of onnx {onnx.__version__} in {out}")


if __name__ == "__main__":
    main()
