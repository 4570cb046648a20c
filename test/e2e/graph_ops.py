#!/usr/bin/env python3
"""Forms of ONNX ops that the node tests do not have, beside onnxruntime: small
graphs with dynamic sizes."""
import sys

import numpy as np
from onnx import TensorProto, helper

import onnx_graph
from ort_case import Case, normal, random, run

FLOAT, INT32, UINT8 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.UINT8


def dynamically_quantized():
    """As onnxruntime's quantize_dynamic writes a linear layer."""
    c = Case("dynamically_quantized")
    g = c.g
    for kind, zeros in [(np.int8, 0), (np.uint8, 119)]:
        x = c.feed(3 * normal(2, 5, 64), "b", "s", 64)
        # onnxruntime's products of uint8 and int8 saturate in 16 bits on CPUs
        # without VNNI, unless the weights have 7 bits.
        low, high = (-64, 64) if kind == np.int8 else (0, 256)
        w = c.weight(random.integers(low, high, (64, 24)).astype(kind))
        q, scale, point = g.DynamicQuantizeLinear(x, outputs=3)
        for name, kinds in [(q, UINT8), (scale, FLOAT), (point, UINT8)]:
            c.keep(name, kinds)
        for zero in (np.full((), zeros, kind), np.full(24, zeros, kind)):
            sums = g.MatMulInteger(q, w, point, c.weight(zero))
            c.keep(sums, INT32)
            scales = g.Mul(scale, c.weight(np.abs(normal(24))))
            c.keep(g.Add(g.Mul(g.Cast(sums, to=FLOAT), scales),
                         c.weight(normal(24))))
    return c


def all_zero():
    c = Case("all_zero")
    q, scale, point = c.g.DynamicQuantizeLinear(
        c.feed(np.zeros((2, 3), np.float32), "b", 3), outputs=3)
    for name, kind in [(q, UINT8), (scale, FLOAT), (point, UINT8)]:
        c.keep(name, kind)
    return c


def statically_quantized():
    """As quantize_static writes it (QDQ and QOperator)."""
    c = Case("statically_quantized")
    g = c.g
    x = c.feed(normal(2, 5, 32), "b", "s", 32)
    scale, zero = g.f32(0.03), g.const(131, np.uint8)
    q = g.QuantizeLinear(x, scale, zero)
    c.keep(q, UINT8)
    real = g.DequantizeLinear(q, scale, zero)
    c.keep(real)
    numbers = random.integers(-64, 64, (32, 12)).astype(np.int8)
    scales = np.abs(normal(12)) / 50
    w = g.DequantizeLinear(c.weight(numbers), c.weight(scales),
                           g.const(np.zeros(12), np.int8), axis=1)
    c.keep(g.MatMul(real, w))
    rows = g.DequantizeLinear(c.weight(numbers), c.weight(np.abs(normal(32))),
                              axis=-2)
    c.keep(g.MatMul(real, rows))
    blocks = g.DequantizeLinear(c.weight(numbers),
                                c.weight(np.abs(normal(4, 12))),
                                axis=0, block_size=8)
    c.keep(g.MatMul(real, blocks))
    c.keep(g.QLinearMatMul(q, scale, zero, c.weight(numbers), c.weight(scales),
                           g.const(np.zeros(12), np.int8), g.f32(0.11),
                           g.const(120, np.uint8)), UINT8)
    image = c.feed(random.integers(0, 255, (2, 3, 9, 8)).astype(np.uint8),
                   "b", 3, 9, 8)
    filters = random.integers(-64, 64, (4, 3, 3, 3)).astype(np.int8)
    c.keep(g.ConvInteger(image, c.weight(filters), zero, pads=[1, 1, 0, 1],
                         strides=[2, 1]), INT32)
    c.keep(g.QLinearConv(
        image, scale, zero, c.weight(filters), c.weight(np.abs(normal(4))),
        g.const(np.zeros(4), np.int8), g.f32(2.5), g.const(9, np.uint8),
        c.weight(random.integers(-99, 99, 4).astype(np.int32)),
        pads=[1, 1, 1, 1]), UINT8)
    return c


def few_bits():
    """Weights of 4 bits that DequantizeLinear reads, and activations that
    are quantized to 4 bits between two ops."""
    c = Case("few_bits")
    g = c.g
    x = c.feed(normal(2, 5, 32), "b", "s", 32)
    scales = c.weight(np.abs(normal(4, 13)))
    for kind, low in [("INT4", -8), ("UINT4", 0)]:
        numbers = random.integers(low, low + 16, (32, 13))
        zeros = random.integers(low, low + 16, (4, 13))
        def tensor(array):
            name = f"packed_{kind}_{len(g.initializers)}"
            g.initializers.append(helper.make_tensor(
                name, getattr(TensorProto, kind), array.shape, array.ravel()))
            return name
        w = g.DequantizeLinear(tensor(numbers), scales, tensor(zeros), axis=0,
                               block_size=8)
        c.keep(g.MatMul(x, w))
        zero = tensor(np.array(low + 7))
        q = g.QuantizeLinear(x, g.f32(0.3), zero)
        c.keep(g.DequantizeLinear(q, g.f32(0.3), zero))
    return c


def branch(name, build):
    """A subgraph of one f32 result that reads values of the outer graph."""
    inner = onnx_graph.Graph(21, prefix=f"{name}_")
    inner.output(build(inner), f"{name}_result", FLOAT, None)
    return helper.make_graph(inner.nodes, name, [], inner.outputs,
                             initializer=inner.initializers)


def conditional(name, flag, length):
    """Branches that data, or a size, decides; the one that is not taken has an
    index out of range."""
    c = Case(name)
    g = c.g
    x = c.feed(normal(2, length, 8), "b", "s", 8)
    cond = c.feed(np.array(flag))
    table = c.weight(normal(6, 8))
    c.keep(g.If(cond, then_branch=branch("t0", lambda b: b.Abs(x)),
                else_branch=branch("e0", lambda b: b.Mul(x, b.f32(3)))))
    size = g.Gather(g.Shape(x), g.i64(1))
    longer = g.Greater(size, g.i64(4))
    # One row behind what is there, unless the sequence is short.
    c.keep(g.If(longer,
                then_branch=branch("t1", lambda b: b.Gather(table, b.i64(2))),
                else_branch=branch("e1", lambda b: b.Gather(
                    table, b.Add(size, b.i64(1))))))
    # Rotary factors of long and short contexts, in tables of two lengths.
    chosen = g.If(longer,
                  then_branch=branch("t2", lambda b: b.Identity(
                      b.weight(normal(20, 4)))),
                  else_branch=branch("e2", lambda b: b.Identity(
                      b.weight(normal(9, 4)))))
    c.keep(g.Gather(chosen, c.feed(random.integers(0, 9, (2, 3)), "b", "t")))
    return c


EQUATIONS = [
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("bhid,bhjd->bhij", (2, 3, 4, 5), (2, 3, 6, 5)),
    ("bhij,bhjd->bihd", (2, 3, 4, 6), (2, 3, 6, 5)),
    ("bshd,hde->bse", (2, 3, 4, 5), (4, 5, 6)),
    ("i,j->ij", (3,), (4,)),
    ("ij->ji", (3, 4)),
    ("ii->i", (4, 4)),
    ("iji->j", (4, 3, 4)),
    ("ij,ij->", (3, 4), (3, 4)),
    ("...ij,...jk", (2, 3, 4, 5), (1, 3, 5, 6)),
    ("...i->...", (2, 3, 4)),
    ("ab,bc,cd->ad", (2, 3), (3, 4), (4, 5)),
    ("bnd,ndh,h->bn", (2, 3, 4), (3, 4, 5), (5,)),
    (" b i j , k j -> b k ", (2, 3, 4), (5, 4)),
    ("ba", (3, 4)),
]


def einsum():
    c = Case("einsum")
    for equation, *shapes in EQUATIONS:
        c.keep(c.g.Einsum(*(c.feed(normal(*shape)) for shape in shapes),
                          equation=equation))
    x, y = (c.feed(normal(2, 5, 12), "b", d, 12) for d in ("s", "t"))
    c.keep(c.g.Einsum(x, y, equation="bsd,btd->bst"))
    c.keep(c.g.Einsum(x, c.weight(normal(12, 3, 4)), equation="bsd,dhe->bhse"))
    return c


def resize():
    c = Case("resize")
    g = c.g
    x = c.feed(normal(2, 3, 7, 9), "b", 3, 7, 9)
    sizes = c.weight(np.array([14, 5], np.int64))
    for mode in ("nearest", "linear", "cubic"):
        for rule in ("half_pixel", "align_corners", "asymmetric",
                     "pytorch_half_pixel"):
            # Of fractional sizes onnxruntime's align_corners is not ONNX's.
            if rule != "align_corners":
                c.keep(g.Resize(x, "", g.const([1, 1, 1.6, 0.7], np.float32),
                                mode=mode, coordinate_transformation_mode=rule))
            c.keep(g.Resize(x, "", "", sizes, axes=[2, 3], mode=mode,
                            coordinate_transformation_mode=rule))
    c.keep(g.Resize(x, "", "", sizes, axes=[2, 3], mode="cubic",
                    exclude_outside=1, cubic_coeff_a=-0.5))
    for mode in ("linear", "cubic"):
        c.keep(g.Resize(x, "", "", sizes, axes=[2, 3], mode=mode, antialias=1))
    return c


def free_resize():
    """Between sizes of which a run knows one or both."""
    c = Case("free_resize")
    g = c.g
    x = c.feed(normal(2, 3, 7, 9), "b", 3, "h", "w")
    known = c.weight(np.array([14, 5], np.int64))
    h, w = (g.Shape(x, start=i, end=i + 1) for i in (2, 3))
    free = g.Concat(g.Add(g.Mul(h, g.i64([2])), g.i64([1])),
                    g.Div(w, g.i64([2])), axis=0)
    one = g.Concat(g.i64([1]), w, axis=0)
    other = c.feed(normal(2, 3, 6, 5), "b", 3, "i", "j")  # UNets and FPNs
    for mode in ("nearest", "linear", "cubic"):
        for rule in ("half_pixel", "align_corners", "asymmetric",
                     "pytorch_half_pixel"):
            rules = dict(mode=mode, coordinate_transformation_mode=rule)
            if rule != "align_corners":  # see resize
                for scales in ([1, 1, 2, 0.5], [1, 1, 1.5, 3]):
                    c.keep(g.Resize(x, "", g.const(scales, np.float32), **rules))
            c.keep(g.Resize(x, "", "", known, axes=[2, 3], **rules))
            c.keep(g.Resize(x, "", "", free, axes=[2, 3], **rules))
            c.keep(g.Resize(x, "", "", one, axes=[2, 3], **rules))
    for kind in ("floor", "ceil", "round_prefer_ceil", "round_prefer_floor"):
        c.keep(g.Resize(x, "", "", g.Shape(other), nearest_mode=kind))
    c.keep(g.Resize(x, "", "", free, axes=[2, 3], mode="cubic",
                    cubic_coeff_a=-0.5))
    return c


def windows():
    """Kernels with more taps than are worth a slice each."""
    c = Case("windows")
    g = c.g
    line = c.feed(normal(2, 4, 90), "b", 4, "n")
    c.keep(g.Conv(line, c.weight(normal(6, 4, 65)), pads=[32, 32]))
    c.keep(g.Conv(line, c.weight(normal(4, 2, 33)), c.weight(normal(4)),
                  group=2, strides=[3], dilations=[2]))
    image = c.feed(normal(2, 3, 23, 19), "b", 3, "h", "w")
    c.keep(g.Conv(image, c.weight(normal(5, 3, 7, 6)), pads=[3, 2, 3, 3],
                  strides=[2, 1], dilations=[1, 2]))
    for kind in ("MaxPool", "AveragePool"):
        c.keep(getattr(g, kind)(image, kernel_shape=[6, 7], strides=[2, 3],
                                pads=[2, 3, 2, 3]))
    c.keep(g.AveragePool(image, kernel_shape=[7, 7], pads=[3, 3, 3, 3],
                         count_include_pad=1))
    return c


def last_rows():
    """The last n of a table as 64 - n and as -n: ALiBi tables (MPT), positions
    (XLM)."""
    c = Case("last_rows")
    g = c.g
    x = c.feed(normal(9, 4), "n", 4)
    n = g.Shape(x, start=0, end=1)
    table = c.weight(normal(64, 4))
    end = g.i64([2 ** 63 - 1])
    c.keep(g.Add(x, g.Slice(table, g.Sub(g.i64([64]), n), end, g.i64([0]))))
    first = g.Slice(table, g.i64([0]), n, g.i64([0]))
    c.keep(g.Add(x, g.Slice(first, g.Neg(n), end, g.i64([0]))))
    # The last n of more (GIT); bounds that a run finds on either side of 0.
    more = g.Concat(c.weight(normal(5, 4)), x, axis=0)
    c.keep(g.Slice(more, g.Neg(n), end, g.i64([0])))
    for less in (3, 4, 6, 20):
        bound = g.Sub(g.Div(n, g.i64([2])), g.i64([less]))
        c.keep(g.Slice(x, g.i64([0]), bound, g.i64([0])))
        c.keep(g.Slice(x, bound, end, g.i64([0])))
    return c


def torch_sizes():
    """torch.repeat_interleave and F.pad as the TorchScript exporter writes
    them: sizes and indices that constants decide, by way of data."""
    c = Case("torch_sizes")
    g = c.g
    x = c.feed(normal(2, 5, 6), "b", "s", 6)
    counts = g.ConstantOfShape(g.Shape(x, start=2, end=3),
                               value=helper.make_tensor(
                                   "value", TensorProto.INT64, [1], [2]))
    places = g.Range(g.i64(0), g.ReduceMax(counts, keepdims=0), g.i64(1))
    chosen = g.NonZero(g.Less(places, g.Unsqueeze(counts, g.i64([1]))))
    lanes = g.Gather(chosen, g.i64(0), axis=0)
    c.keep(g.Gather(x, lanes, axis=2))
    pads = g.Concat(g.i64([0, 0, 1, 2]),
                    g.ConstantOfShape(g.i64([2]), value=helper.make_tensor(
                        "value", TensorProto.INT64, [1], [0])), axis=0)
    pairs = g.Slice(g.Reshape(pads, g.i64([-1, 2])), g.i64([-1]),
                    g.i64([-(1 << 63) + 1]), g.i64([0]), g.i64([-1]))
    pads = g.Reshape(g.Transpose(pairs, perm=[1, 0]), g.i64([-1]))
    c.keep(g.Pad(x, pads, g.f32(0.5)))
    # torch.movedim counts axes so.
    c.keep(g.Slice(x, g.i64([0]), g.Reshape(g.Mod(g.i64(-1), g.i64(3)),
                                            g.i64([1])), g.i64([1])))
    # As much as makes the last window whole (Swin).
    size = g.Gather(g.Shape(x), g.i64(1), axis=0)
    more = g.Mod(g.Sub(g.i64(4), g.Mod(size, g.i64(4))), g.i64(4))
    whole = g.Pad(x, g.Concat(g.i64([0, 0, 0, 0]), g.Reshape(more, g.i64([1])),
                              g.i64([0]), axis=0))
    c.keep(whole)
    split = g.Concat(g.i64([0]), g.Reshape(
        g.Div(g.Add(size, more), g.i64(4)), g.i64([1])), g.i64([4, 6]), axis=0)
    c.keep(g.Reshape(whole, split))
    # The side of a square table of positions (DPT), between free sizes.
    side = g.Cast(g.Pow(g.f32(16), g.f32(0.5)), to=TensorProto.INT64)
    table = g.Reshape(c.weight(normal(16, 3)), g.Concat(
        g.Reshape(side, g.i64([1])), g.Reshape(side, g.i64([1])), g.i64([3]),
        axis=0))
    table = g.Unsqueeze(g.Transpose(table, perm=[2, 0, 1]), g.i64([0]))
    c.keep(g.Resize(table, "", "", g.Concat(
        g.Shape(table, start=0, end=2), g.Shape(x, start=1, end=2),
        g.Shape(x, start=2, end=3), axis=0), mode="linear"))
    # All of a dimension, counted from its end.
    last = g.Neg(g.Shape(x, start=1, end=2))
    c.keep(g.Slice(x, last, g.i64([1 << 62]), g.i64([1])))
    return c


def computed_lengths():
    """How long convolutions of audio are, as torch.export computes it beside
    them: arithmetic that alone could give numbers below 0."""
    c = Case("computed_lengths")
    g = c.g
    x = c.feed(normal(2, 87), "b", "n")
    n = g.Squeeze(g.Shape(x, start=1, end=2))
    batch = g.Shape(x, start=0, end=1)
    steps = g.Add(g.i64(-1), g.Div(n, g.i64(10)))
    twice = g.Mul(g.i64(2), g.Div(n, g.i64(10)))
    one = lambda value: g.Reshape(value, g.i64([-1]))
    y = g.Conv(g.Unsqueeze(x, g.i64([1])), c.weight(normal(8, 1, 10)),
               strides=[5])
    y = g.Conv(y, c.weight(normal(8, 8, 3)), strides=[2])
    y = g.Transpose(y, perm=[0, 2, 1])  # [b, n / 10 - 1, 8]
    c.keep(g.Reshape(y, g.Concat(batch, one(steps), g.i64([2, 4]), axis=0),
                     allowzero=1))
    # Relative positions (Conformer): [t, 2 t] seen as [2 t, t].
    pairs = g.MatMul(y, g.Concat(*[g.Transpose(y, perm=[0, 2, 1])] * 2, axis=2))
    shifted = g.Reshape(pairs, g.Concat(
        batch, one(g.Add(twice, g.i64(-2))), one(steps), axis=0), allowzero=1)
    rest = g.Slice(shifted, g.i64([1]), g.i64([2 ** 63 - 1]), g.i64([1]))
    back = g.Reshape(rest, g.Concat(
        batch, one(steps), one(g.Add(twice, g.i64(-3))), axis=0), allowzero=1)
    c.keep(g.Slice(back, g.i64([0]), one(steps), g.i64([2])))
    return c


def fourier():
    """Tokens and features mixed as FNet does; a way there and back, and other
    lengths than the axis' own."""
    c = Case("fourier")
    g = c.g
    x = c.feed(normal(2, 9, 12), "b", "s", 12)
    u = g.Unsqueeze(x, g.i64([3]))
    mixed = g.DFT(g.DFT(u, "", g.i64(2)), "", g.i64(1))
    c.keep(g.Squeeze(g.Slice(mixed, g.i64([0]), g.i64([1]), g.i64([3])),
                     g.i64([3])))
    # onnxruntime runs into its own inferred sizes where these are dynamic.
    u = c.feed(normal(2, 9, 12, 1), 2, 9, 12, 1)
    for axis, length in ((1, 9), (2, 12)):
        half = g.DFT(u, g.i64(length), g.i64(axis), onesided=1)
        c.keep(half)
        c.keep(g.DFT(half, g.i64(length), g.i64(axis), onesided=1, inverse=1))
    c.keep(g.DFT(u, g.i64(7), g.i64(2)))
    c.keep(g.DFT(u, g.i64(16), g.i64(-2), onesided=1))
    return c


CASES = [
    dynamically_quantized, all_zero, statically_quantized, few_bits,
    lambda: conditional("then", True, 7),
    lambda: conditional("else", False, 4),
    einsum, resize, free_resize, windows, last_rows, torch_sizes,
    computed_lengths, fourier,
]


if __name__ == "__main__":
    sys.exit(run(CASES))
