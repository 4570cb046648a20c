"""The llama decoder as a plain ONNX graph with an explicit cache.

Inputs: input_ids, attention_mask, position_ids, past_key_values.N.key/value.
Outputs: logits, present.N.key/value. Weights go to one external data file;
the embedding is stored once and used by the Gather and by the head.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper

OPSET = 18
INLINE_LIMIT = 4096  # bytes; larger constants go to the external file
PAGE = 4096          # readers map external data by pages


class ExternalData:
    """Appends arrays to one file, as TensorProtos that point into it."""

    def __init__(self, path, name):
        self.file, self.name = open(path, "wb"), name

    def add(self, tensor_name, array):
        array = np.ascontiguousarray(array)
        self.file.write(b"\0" * (-self.file.tell() % PAGE))
        offset = self.file.tell()
        self.file.write(memoryview(array).cast("B"))
        tensor = TensorProto(
            name=tensor_name, dims=array.shape,
            data_type=helper.np_dtype_to_tensor_dtype(array.dtype),
            data_location=TensorProto.EXTERNAL)
        for key, value in (("location", self.name), ("offset", offset),
                           ("length", array.nbytes)):
            tensor.external_data.add(key=key, value=str(value))
        return tensor


class Builder:
    """Nodes and initializers, with names that tell where a node stands."""

    def __init__(self, data):
        self.data, self.nodes, self.initializers = data, [], []
        self.constants, self.scope = {}, ""

    def op(self, kind, *inputs, name, **attributes):
        name = f"{self.scope}/{name}" if self.scope else name
        self.nodes.append(helper.make_node(kind, list(inputs), [name],
                                           name=name, **attributes))
        return name

    def weight(self, name, array):
        if array.nbytes > INLINE_LIMIT:
            self.initializers.append(self.data.add(name, array))
        else:
            self.initializers.append(onnx.numpy_helper.from_array(
                np.ascontiguousarray(array), name))
        return name

    def const(self, value, dtype):
        """A small constant; equal ones are one initializer."""
        array = np.array(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.constants:
            name = f"const_{len(self.constants)}"
            self.constants[key] = self.weight(name, array)
        return self.constants[key]

    def ints(self, *values):
        return self.const(values, np.int64)


def rms_norm(b, x, weight, eps, name):
    square = b.op("Pow", x, b.const(2.0, np.float32), name=f"{name}/square")
    mean = b.op("ReduceMean", square, b.ints(-1), keepdims=1,
                name=f"{name}/mean")
    shifted = b.op("Add", mean, b.const(eps, np.float32), name=f"{name}/eps")
    root = b.op("Sqrt", shifted, name=f"{name}/sqrt")
    scale = b.op("Reciprocal", root, name=f"{name}/reciprocal")
    normed = b.op("Mul", x, scale, name=f"{name}/normed")
    return b.op("Mul", weight, normed, name=name)


def rotary_tables(b, source):
    """cos and sin of position * frequency, [batch, 1, sequence, head dim]."""
    lanes = np.arange(0, source.head_dim, 2, dtype=np.float32)
    frequency = (1.0 / source.rope_theta ** (lanes / source.head_dim)).astype(
        np.float32)
    positions = b.op("Cast", b.op("Unsqueeze", "position_ids", b.ints(1),
                                  name="rotary/positions"),
                     to=TensorProto.FLOAT, name="rotary/positions_f32")
    column = b.const(frequency.reshape(1, -1, 1), np.float32)
    angle = b.op("MatMul", column, positions, name="rotary/angle")
    angle = b.op("Transpose", angle, perm=[0, 2, 1], name="rotary/angle_t")
    angle = b.op("Concat", angle, angle, axis=-1, name="rotary/angles")
    return [b.op("Unsqueeze", b.op(f, angle, name=f"rotary/{f.lower()}_rows"),
                 b.ints(1), name=f"rotary/{f.lower()}") for f in ("Cos", "Sin")]


def rotate(b, x, cos, sin, head_dim, name):
    half = head_dim // 2
    low = b.op("Slice", x, b.ints(0), b.ints(half), b.ints(3), b.ints(1),
               name=f"{name}/low")
    high = b.op("Slice", x, b.ints(half), b.ints(2**63 - 1), b.ints(3),
                b.ints(1), name=f"{name}/high")
    turned = b.op("Concat", b.op("Neg", high, name=f"{name}/neg"), low,
                  axis=-1, name=f"{name}/turned")
    return b.op("Add", b.op("Mul", x, cos, name=f"{name}/x_cos"),
                b.op("Mul", turned, sin, name=f"{name}/turned_sin"), name=name)


def attention_bias(b):
    """0 where a key is seen, the lowest float where not:
    causal and attention_mask, [batch, 1, sequence, past + sequence]."""
    scalar = lambda x, start, name: b.op(
        "Squeeze", b.op("Shape", x, start=start, end=start + 1,
                        name=f"{name}_shape"), b.ints(0), name=name)
    sequence = scalar("input_ids", 1, "mask/sequence")
    past = scalar("past_key_values.0.key", 2, "mask/past")
    total = b.op("Add", past, sequence, name="mask/total")
    one = b.const(1, np.int64)
    queries = b.op("Unsqueeze", b.op("Range", past, total, one,
                                     name="mask/query_range"),
                   b.ints(-1), name="mask/queries")
    keys = b.op("Range", b.const(0, np.int64), total, one, name="mask/keys")
    causal = b.op("LessOrEqual", keys, queries, name="mask/causal")
    given = b.op("Unsqueeze", b.op("Cast", "attention_mask",
                                   to=TensorProto.BOOL, name="mask/bool"),
                 b.ints(1, 2), name="mask/given")
    seen = b.op("And", causal, given, name="mask/seen")
    lowest = float(np.finfo(np.float32).min)
    return b.op("Where", seen, b.const(0.0, np.float32),
                b.const(lowest, np.float32), name="mask/bias")


def attention(b, x, layer, source, bias, cos, sin):
    """Returns the projected output; names present.N.key/value."""
    n, kv, dim = source.heads, source.kv_heads, source.head_dim

    def heads(name, count):
        weight = b.weight(f"{b.scope}/{name}.weight",
                          source.projection(layer, name))
        y = b.op("MatMul", x, weight, name=name)
        y = b.op("Reshape", y, b.ints(0, 0, count, dim), name=f"{name}/split")
        return b.op("Transpose", y, perm=[0, 2, 1, 3], name=f"{name}/heads")

    def cached(new, part):
        present = f"present.{layer}.{part}"
        b.nodes.append(helper.make_node(
            "Concat", [f"past_key_values.{layer}.{part}", new], [present],
            name=f"{b.scope}/{part}_cache", axis=2))
        return present

    def repeated(y, name):
        y = b.op("Unsqueeze", y, b.ints(2), name=f"{name}/group")
        y = b.op("Expand", y, b.ints(1, 1, n // kv, 1, 1),
                 name=f"{name}/repeat")
        return b.op("Reshape", y, b.ints(0, n, -1, dim),
                    name=f"{name}/repeated")

    q = rotate(b, heads("attn_q", n), cos, sin, dim, "rotary_q")
    k = rotate(b, heads("attn_k", kv), cos, sin, dim, "rotary_k")
    keys = repeated(cached(k, "key"), "keys")
    values = repeated(cached(heads("attn_v", kv), "value"), "values")
    keys = b.op("Transpose", keys, perm=[0, 1, 3, 2], name="keys/transposed")
    scores = b.op("MatMul", q, keys, name="scores")
    scores = b.op("Mul", scores, b.const(dim ** -0.5, np.float32),
                  name="scores/scaled")
    scores = b.op("Add", scores, bias, name="scores/masked")
    weights = b.op("Softmax", scores, axis=-1, name="softmax")
    mixed = b.op("MatMul", weights, values, name="mixed")
    mixed = b.op("Transpose", mixed, perm=[0, 2, 1, 3], name="mixed/rows")
    mixed = b.op("Reshape", mixed, b.ints(0, 0, n * dim), name="mixed/joined")
    weight = b.weight(f"{b.scope}/attn_output.weight",
                      source.projection(layer, "attn_output"))
    return b.op("MatMul", mixed, weight, name="attn_output")


def mlp(b, x, layer, source):
    linear = lambda y, name: b.op(
        "MatMul", y, b.weight(f"{b.scope}/{name}.weight",
                              source.projection(layer, name)), name=name)
    gate = linear(x, "ffn_gate")
    silu = b.op("Mul", gate, b.op("Sigmoid", gate, name="sigmoid"), name="silu")
    gated = b.op("Mul", silu, linear(x, "ffn_up"), name="gated")
    return linear(gated, "ffn_down")


def build(source, layers, data):
    """The ModelProto of the first `layers` layers; weights go to `data`."""
    b = Builder(data)
    embedding = b.weight("token_embd.weight", source.tensor("token_embd.weight"))
    x = b.op("Gather", embedding, "input_ids", axis=0, name="embedding")
    bias = attention_bias(b)
    cos, sin = rotary_tables(b, source)
    for layer in range(layers):
        b.scope = f"layers.{layer}"
        norm = lambda y, name: rms_norm(
            b, y, b.weight(f"{b.scope}/{name}.weight",
                           source.tensor(f"blk.{layer}.{name}.weight")),
            source.rms_eps, name)
        y = attention(b, norm(x, "attn_norm"), layer, source, bias, cos, sin)
        x = b.op("Add", x, y, name="attn_residual")
        y = mlp(b, norm(x, "ffn_norm"), layer, source)
        x = b.op("Add", x, y, name="ffn_residual")
    b.scope = ""
    x = rms_norm(b, x, b.weight("output_norm.weight",
                                source.tensor("output_norm.weight")),
                 source.rms_eps, "output_norm")
    head = b.op("Transpose", embedding, perm=[1, 0], name="head/weight")
    b.op("MatMul", x, head, name="logits")
    return helper.make_model(
        helper.make_graph(b.nodes, "smollm2", *interface(source, layers),
                          initializer=b.initializers),
        opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10,
        producer_name="sinter-smollm2")


def interface(source, layers):
    """Typed graph inputs and outputs with named dims."""
    value = helper.make_tensor_value_info
    total = "past_sequence_length + sequence_length"
    cache = lambda name, length: [
        value(f"{name}.{layer}.{part}", TensorProto.FLOAT,
              ["batch_size", source.kv_heads, length, source.head_dim])
        for layer in range(layers) for part in ("key", "value")]
    ids = ["batch_size", "sequence_length"]
    inputs = [value("input_ids", TensorProto.INT64, ids),
              value("attention_mask", TensorProto.INT64, ["batch_size", total]),
              value("position_ids", TensorProto.INT64, ids)]
    logits = value("logits", TensorProto.FLOAT, ids + [source.vocab])
    return (inputs + cache("past_key_values", "past_sequence_length"),
            [logits] + cache("present", total))
