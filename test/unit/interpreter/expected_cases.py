"""What make_expected.py writes its cases with, and whom it asks."""
import math

import ml_dtypes
import numpy as np
import onnx
import onnx.reference
import onnxruntime
from onnx import TensorProto, helper

BF16 = ml_dtypes.bfloat16
NAMES = {np.dtype(k): v for k, v in {
    np.float16: "f16", BF16: "bf16", np.float32: "f32", np.float64: "f64",
    np.bool_: "i1", np.int8: "i8", np.int16: "i16", np.int32: "i32",
    np.int64: "i64", np.uint8: "ui8", np.uint16: "ui16", np.uint32: "ui32",
    np.uint64: "ui64"}.items()}
FLOATS = [np.float16, BF16, np.float32, np.float64]
INTS = [np.int8, np.int16, np.int32, np.int64,
        np.uint8, np.uint16, np.uint32, np.uint64]
random = np.random.default_rng(7)


def type_of(x):
    return "tensor<" + "".join(f"{d}x" for d in x.shape) + NAMES[x.dtype] + ">"


def text_of(x):
    def one(v):
        if NAMES[x.dtype][0] in "fb":
            v = float(v)
            return repr(v) if math.isfinite(v) else str(v)
        return str(int(v))
    return " ".join(one(v) for v in x.reshape(-1))


def case(name, judge, op, inputs, outputs, ulps=0):
    """`op` may hold {0}, {1} for the operands' types and {r} for the result's."""
    types = [type_of(x) for x in inputs]
    text = op
    for i, t in enumerate(types):
        text = text.replace("{%d}" % i, t)
    text = text.replace("{r}", type_of(outputs[0]))
    print(f"case {name} {judge} {ulps}\nop {text}")
    for x in inputs:
        print(f"in {type_of(x)} : {text_of(x)}")
    for x in outputs:
        print(f"out {type_of(x)} : {text_of(x)}")


def normal(shape, dtype=np.float32, scale=1.0):
    return (random.standard_normal(shape) * scale).astype(dtype)


def integers(shape, dtype, low=None, high=None):
    info = np.iinfo(dtype)
    low = info.min if low is None else max(low, info.min)
    high = info.max if high is None else min(high, info.max)
    return random.integers(low, high, shape, dtype=dtype, endpoint=True)


def run(op, inputs, opset=25, judge="onnxruntime", outputs=1, **attributes):
    """One node on an outside judge."""
    def info(name, x):
        return helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(x.dtype), list(x.shape))
    present = [f"x{i}" if x is not None else "" for i, x in enumerate(inputs)]
    names = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, present, names, **attributes)
    graph = helper.make_graph(
        [node], "g",
        [info(n, x) for n, x in zip(present, inputs) if x is not None],
        [onnx.ValueInfoProto(name=n) for n in names])
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    feeds = {n: x for n, x in zip(present, inputs) if x is not None}
    if judge == "onnxruntime":
        model = onnx.shape_inference.infer_shapes(model)
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = (
            onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL)
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options,
            providers=["CPUExecutionProvider"])
        return session.run(None, feeds)
    return onnx.reference.ReferenceEvaluator(model).run(None, feeds)
