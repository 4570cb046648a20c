"""A few lines to write ONNX graphs by hand: g.MatMul(a, b) adds a node and
returns its output's name."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    def __init__(self, opset, seed=0, prefix=""):
        self.prefix = prefix  # of the names it makes: of a branch
        self.opset, self.random = opset, np.random.default_rng(seed)
        self.nodes, self.initializers = [], []
        self.inputs, self.outputs, self.known = [], [], {}

    def __getattr__(self, kind):
        if kind.startswith("_"):
            raise AttributeError(kind)

        def add(*inputs, outputs=None, domain="", **attributes):
            index = len(self.nodes)
            base = f"{self.prefix}{kind}_{index}"
            names = ([base] if outputs is None else
                     [f"{base}_{i}" for i in range(outputs)]
                     if isinstance(outputs, int) else outputs)
            self.nodes.append(helper.make_node(
                kind, list(inputs), names, name=f"node_{index}_{kind}",
                domain=domain, **attributes))
            return names[0] if len(names) == 1 else names
        return add

    def const(self, value, dtype):
        array = np.array(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.known:
            self.known[key] = self.weight(array)
        return self.known[key]

    def f32(self, value):
        return self.const(value, np.float32)

    def i64(self, value):
        return self.const(value, np.int64)

    def weight(self, array):
        name = f"{self.prefix}weight_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(
            np.asarray(array, order="C"), name))
        return name

    def matrix(self, rows, columns, gain=1.0):
        """A random [rows, columns] that keeps the size of what it is given."""
        return (self.random.standard_normal((rows, columns)) * gain
                / np.sqrt(rows)).astype(np.float32)

    def near(self, middle, count, spread=0.2):
        return (middle + spread * self.random.standard_normal(count)).astype(
            np.float32)

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value, name, kind, shape):
        """Names a value that a node has made already."""
        self.nodes.append(helper.make_node("Identity", [value], [name],
                                           name=f"output_{name}"))
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def model(self, domains=()):
        imports = [helper.make_opsetid("", self.opset)]
        imports += [helper.make_opsetid(domain, 1) for domain in domains]
        return helper.make_model(
            helper.make_graph(self.nodes, "test", self.inputs, self.outputs,
                              initializer=self.initializers),
            opset_imports=imports, ir_version=10)


MS = "com.microsoft"  # the domain of onnxruntime's own ops
FLOAT, BOOL = TensorProto.FLOAT, TensorProto.BOOL
INT32, INT64 = TensorProto.INT32, TensorProto.INT64
LOWEST = float(np.finfo(np.float32).min)


def retype(model, old, new, convert):
    """The type `old` becomes `new` wherever it is written down, weights too:
    `convert` gives their new arrays."""
    for tensor in model.graph.initializer:
        if tensor.data_type == old:
            tensor.CopyFrom(numpy_helper.from_array(
                convert(numpy_helper.to_array(tensor)), tensor.name))
    for value in (*model.graph.input, *model.graph.output,
                  *model.graph.value_info):
        if value.type.tensor_type.elem_type == old:
            value.type.tensor_type.elem_type = new
    for node in model.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Cast" and attribute.i == old:
                attribute.i = new


def halve(model):
    """f32 as f16: numbers beyond it become the largest."""
    most = np.finfo(np.float16).max
    retype(model, FLOAT, TensorProto.FLOAT16,
           lambda array: np.clip(array, -most, most).astype(np.float16))


def save(model, path, external=None):
    """Writes the file; with `external`, every weight goes to that file."""
    if external is None:
        onnx.save(model, path)
    else:
        onnx.save(model, path, save_as_external_data=True, location=external,
                  size_threshold=0)
