"""Writes expected.txt: what outside judges say about each op's values.

numpy is the judge where ONNX's text is a formula over elements (in float64,
rounded once to the element type); onnxruntime where ONNX has rules of its own;
onnx's reference evaluator for what onnxruntime lacks on the CPU. Run again:

    python make_expected.py > expected.txt

One long file: a list of cases, family by family, that share a random stream
(expected_cases.py).

Each case: `case NAME JUDGE ULPS` (units in the last place of an element; with
an m, of the result's largest element), `op TEXT` with operands %0 %1 .., then
`in TYPE : values` for each operand and `out TYPE : values` for each result.
"""
import math

import ml_dtypes
import numpy as np
import onnx
import onnxruntime

from expected_cases import (BF16, FLOATS, INTS, NAMES, case, integers, normal,
                            random, run)
from expected_products import epilogues, erf, pack, pack_pairs
from dot_order import chain, dot_blocks, dot_pairs  # found by the one before

# --- Elementwise -------------------------------------------------------------

special = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.75, np.inf, -np.inf,
                    np.nan, 1e-3, -60.0])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


UNARY = {  # name: (function in float64, smallest argument, ulps)
    "abs": (np.abs, None, 0), "neg": (np.negative, None, 0),
    "sign": (np.sign, None, 0), "exp": (np.exp, None, 1),
    "log": (np.log, 0, 1), "sqrt": (np.sqrt, 0, 0),
    "reciprocal": (lambda x: 1 / x, None, 0), "sin": (np.sin, None, 1),
    "cos": (np.cos, None, 1), "tanh": (np.tanh, None, 1),
    "erf": (erf, None, 1), "sigmoid": (sigmoid, None, 1),
    "relu": (lambda x: np.where(np.isnan(x), x, np.maximum(x, 0)), None, 0),
    "floor": (np.floor, None, 0), "ceil": (np.ceil, None, 0),
    "round": (np.round, None, 0)}
LATER = {  # at the end, where they move no other case's random numbers
    "tan": (np.tan, None, 1), "asin": (np.arcsin, None, 1),
    "acos": (np.arccos, None, 1), "atan": (np.arctan, None, 1),
    "sinh": (np.sinh, None, 1), "cosh": (np.cosh, None, 1),
    "asinh": (np.arcsinh, None, 1), "acosh": (np.arccosh, None, 1),
    "atanh": (np.arctanh, None, 1)}
ACTIVATIONS = {
    "silu": lambda x: x * sigmoid(x),
    "gelu": lambda x: x / 2 * (1 + erf(x / math.sqrt(2))),
    "gelu_tanh": lambda x: x / 2 * (1 + np.tanh(
        math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))),
    "relu": lambda x: np.maximum(x, 0)}


def unary(functions):
    for name, (function, low, ulps) in functions.items():
        for dtype in FLOATS:
            values = np.concatenate([special, normal(4, np.float64, 3)])
            if low is not None:
                values = np.abs(values)
            x = values.astype(dtype)
            case(f"{name}_{NAMES[x.dtype]}", "numpy", f"sinter.{name} %0 : {{0}}",
                 [x], [function(x.astype(np.float64)).astype(dtype)],
                 max(ulps, 2 if dtype == np.float64 and ulps else 0))


with np.errstate(all="ignore"):
    unary(UNARY)
    for name in ["abs", "neg", "sign", "relu"]:
        for dtype in INTS:
            x = np.concatenate([integers(6, dtype),
                                np.array([0, 1, np.iinfo(dtype).min,
                                          np.iinfo(dtype).max], dtype)])
            y = {"abs": np.abs, "neg": lambda v: (0 - v).astype(v.dtype),
                 "sign": np.sign, "relu": lambda v: np.maximum(v, 0)}[name](x)
            case(f"{name}_{NAMES[x.dtype]}", "numpy", f"sinter.{name} %0 : {{0}}",
                 [x], [y.astype(dtype)])
    for name, function in ACTIVATIONS.items():
        for dtype in FLOATS:
            x = normal(6, dtype, 2)
            case(f"activation_{name}_{NAMES[x.dtype]}", "numpy",
                 f"sinter.activation {name}, %0 : {{0}}", [x],
                 [function(x.astype(np.float64)).astype(dtype)], 4)
            up = normal((2, 6), dtype)
            case(f"gated_{name}_{NAMES[x.dtype]}", "numpy",
                 f"sinter.gated {name}, %0, %1 : {{0}}, {{1}}", [x, up],
                 [(function(x.astype(np.float64)) *
                   up.astype(np.float64)).astype(dtype)], 4)
    for dtype in FLOATS:
        x = special.astype(dtype)
        case(f"is_nan_{NAMES[x.dtype]}", "numpy", "sinter.is_nan %0 : {0}", [x],
             [np.isnan(x.astype(np.float64))])

    BINARY = {"add": np.add, "sub": np.subtract, "mul": np.multiply,
              "min": np.minimum, "max": np.maximum}
    for name, function in BINARY.items():
        for dtype in FLOATS:
            a, b = normal((2, 3, 1), dtype, 5), normal((3, 4), dtype)
            case(f"{name}_{NAMES[a.dtype]}", "numpy",
                 f"sinter.{name} %0, %1 : {{0}}, {{1}}", [a, b],
                 [function(a.astype(np.float64),
                           b.astype(np.float64)).astype(dtype)])
        for dtype in INTS:
            a, b = integers((4, 1), dtype), integers((3,), dtype)
            case(f"{name}_{NAMES[a.dtype]}", "numpy",
                 f"sinter.{name} %0, %1 : {{0}}, {{1}}", [a, b],
                 [function(a, b).astype(dtype)])
    for name in ["min", "max"]:
        a = np.array([np.nan, 1, np.inf, -np.inf, 2], np.float32)
        b = np.array([1, np.nan, 5, 5, 2], np.float32)
        case(f"{name}_nan", "numpy", f"sinter.{name} %0, %1 : {{0}}, {{1}}",
             [a, b], [BINARY[name](a, b)])
    for dtype in FLOATS:
        a, b = normal((2, 3), dtype, 5), normal((1, 3), dtype)
        case(f"div_{NAMES[a.dtype]}", "numpy", "sinter.div %0, %1 : {0}, {1}",
             [a, b], [(a.astype(np.float64) /
                       b.astype(np.float64)).astype(dtype)])
    for dtype in INTS:
        a, b = integers(8, dtype), integers(8, dtype)
        b[b == 0] = 3
        y = np.array([int(math.copysign(1, int(u)) * math.copysign(1, int(v))) *
                      (abs(int(u)) // abs(int(v))) for u, v in zip(a, b)])
        case(f"div_{NAMES[a.dtype]}", "numpy", "sinter.div %0, %1 : {0}, {1}",
             [a, b], [y.astype(dtype)])
    for name, function in [("and", np.logical_and), ("or", np.logical_or),
                           ("xor", np.logical_xor)]:
        a = np.array([False, False, True, True])
        b = np.array([False, True, False, True])
        case(f"{name}_i1", "numpy", f"sinter.{name} %0, %1 : {{0}}, {{1}}",
             [a, b], [function(a, b)])
    stream = np.random.default_rng(8)
    for name, function in [("and", np.bitwise_and), ("or", np.bitwise_or),
                           ("xor", np.bitwise_xor)]:
        for dtype in INTS:
            info = np.iinfo(dtype)
            u, v = (stream.integers(info.min, info.max, 8, dtype, True)
                    for _ in range(2))
            case(f"{name}_{NAMES[u.dtype]}", "numpy",
                 f"sinter.{name} %0, %1 : {{0}}, {{1}}", [u, v],
                 [function(u, v)])
    case("not_i1", "numpy", "sinter.not %0 : {0}", [a], [~a])

    for base, exponent in [(np.float32, np.float32), (np.float16, np.float16),
                           (BF16, BF16), (np.float64, np.float64),
                           (np.float32, np.int64), (np.int32, np.float32),
                           (np.int64, np.int64), (np.int32, np.int32)]:
        a = (np.abs(normal((2, 4), np.float64, 2)) + 1).astype(base)
        b = (normal(4, np.float64, 2)).astype(exponent)
        if base in (np.int32, np.int64) and exponent != np.float32:
            a, b = integers((2, 4), base, -9, 9), integers(4, exponent, 0, 40)
            y = np.array([[pow(int(u), int(v)) for u, v in zip(row, b)]
                          for row in a], dtype=object)
            bits = np.iinfo(base).bits
            y = (y + 2 ** (bits - 1)) % 2 ** bits - 2 ** (bits - 1)
        else:
            y = np.power(a.astype(np.float64), b.astype(np.float64))
        case(f"pow_{NAMES[a.dtype]}_{NAMES[b.dtype]}", "numpy",
             "sinter.pow %0, %1 : {0}, {1}", [a, b], [y.astype(base)],
             0 if base in (np.int32, np.int64) else 2)

    COMPARE = {"eq": np.equal, "ne": np.not_equal, "lt": np.less,
               "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal}
    for name, function in COMPARE.items():
        a = np.array([1, 2, 3, np.nan, np.inf, -0.0], np.float32)
        b = np.array([1, 3, 2, np.nan, np.inf, 0.0], np.float32)
        case(f"compare_{name}_f32", "numpy",
             f"sinter.compare {name}, %0, %1 : {{0}}, {{1}}", [a, b],
             [function(a, b)])
        for dtype in INTS:
            a, b = integers((3, 3), dtype), integers((1, 3), dtype)
            a[0] = b
            case(f"compare_{name}_{NAMES[a.dtype]}", "numpy",
                 f"sinter.compare {name}, %0, %1 : {{0}}, {{1}}", [a, b],
                 [function(a, b)])
    for name in ["eq", "ne"]:
        a = np.array([False, False, True, True])
        b = np.array([False, True, False, True])
        case(f"compare_{name}_i1", "numpy",
             f"sinter.compare {name}, %0, %1 : {{0}}, {{1}}", [a, b],
             [COMPARE[name](a, b)])

    for dtype in FLOATS + INTS + [np.bool_]:
        c = np.array([[True], [False]])
        pick = integers((2, 3), np.int8, 0, 1)
        a, b = pick.astype(dtype), (1 - pick[0]).astype(dtype)
        case(f"select_{NAMES[a.dtype]}", "numpy",
             "sinter.select %0, %1, %2 : {0}, {1}, {2}", [c, a, b],
             [np.where(c, a, b)])

    # Every pair of types; values that all of them hold, then what is special.
    for source in FLOATS + INTS + [np.bool_]:
        for to in FLOATS + INTS + [np.bool_]:
            x = np.array([0, 1, 2, 77, 100], np.float64)
            if source in FLOATS and to not in (np.bool_,):
                x = x + 0.75
            x = x.astype(source)
            case(f"cast_{NAMES[x.dtype]}_{NAMES[np.dtype(to)]}", "numpy",
                 f"sinter.cast %0 : {{0}} to {NAMES[np.dtype(to)]}", [x],
                 [x.astype(to)])
    for dtype in FLOATS[:3]:
        x = np.concatenate([normal(8, np.float64, 1e4),
                            normal(8, np.float64, 1e-7), special])
        y = x.astype(np.float64).astype(dtype)
        case(f"cast_rounds_{NAMES[y.dtype]}", "numpy",
             f"sinter.cast %0 : {{0}} to {NAMES[y.dtype]}", [x], [y])
    # Halfway between two neighbours, and halfway plus what f32 cannot see.
    x = np.array([1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -40,
                  65519.99, 65520.0, 2 ** -25, 2 ** -25 * 1.0001, 2 ** -24 * 1.5])
    case("cast_ties_f16", "numpy", "sinter.cast %0 : {0} to f16", [x],
         [x.astype(np.float16)])
    x = np.array([2 ** 24 + 1, 2 ** 24 + 3, 2 ** 53 + 1, 2 ** 62 + 2 ** 38 + 1,
                  -2 ** 62 - 2 ** 38 - 1], np.int64)
    case("cast_i64_f32_rounds", "numpy", "sinter.cast %0 : {0} to f32", [x],
         [x.astype(np.float32)])
    x = np.array([-1, -128, 300, 70000, -70000, 2 ** 40 + 5], np.int64)
    for to in INTS:
        case(f"cast_wraps_{NAMES[np.dtype(to)]}", "numpy",
             f"sinter.cast %0 : {{0}} to {NAMES[np.dtype(to)]}", [x],
             [x.astype(to)])
    x = np.array([-1.9, 1.9, -0.9, 0.0, 126.99, -128.5], np.float32)
    case("cast_truncates", "numpy", "sinter.cast %0 : {0} to i8", [x],
         [x.astype(np.int8)])
    x = np.array([0, -0.0, 1e-30, np.nan, -3], np.float32)
    case("cast_to_bool", "numpy", "sinter.cast %0 : {0} to i1", [x],
         [x.astype(np.bool_)])

# --- Shapes ------------------------------------------------------------------

i64 = lambda *v: np.array(v, np.int64)
x = normal((2, 3, 4))
for name, shape, attributes in [("copy", i64(0, -1), {}), ("infer", i64(4, -1, 2), {}),
                                ("rank0", i64(1, 2, 3, 4), {})]:
    y = run("Reshape", [x, shape], **attributes)[0]
    case(f"reshape_{name}", "onnxruntime",
         "sinter.reshape %0 shape %1 : {1} : {0} to tensor<" +
         "?x" * y.ndim + "f32>", [x, shape], [y])
e = normal((0, 3))
y = run("Reshape", [e, i64(3, 0)], allowzero=1)[0]
case("reshape_allowzero", "onnxruntime",
     "sinter.reshape %0 shape %1 : {1} {allowzero} : {0} to tensor<?x?xf32>",
     [e, i64(3, 0)], [y])
case("reshape_resolved", "numpy", "sinter.reshape %0 : {0} to {r}", [x],
     [x.reshape(6, 4)])
s, shape = normal((3, 1)), i64(2, 1, 6)
y = run("Expand", [s, shape])[0]
case("broadcast_to", "onnxruntime",
     "sinter.broadcast_to %0 shape %1 : {1} : {0} to tensor<?x?x?xf32>",
     [s, shape], [y])
case("broadcast_to_keeps", "onnxruntime",
     "sinter.broadcast_to %0 shape %1 : {1} : {0} to tensor<?x?xf32>",
     [x[0], i64(1)], [run("Expand", [x[0], i64(1)])[0]])
case("broadcast_to_resolved", "numpy", "sinter.broadcast_to %0 : {0} to {r}",
     [s], [np.broadcast_to(s, (2, 3, 5))])
for dtype in FLOATS + INTS + [np.bool_]:
    t = integers((2, 3, 4), np.int8, 0, 1).astype(dtype)
    case(f"transpose_{NAMES[t.dtype]}", "numpy",
         "sinter.transpose %0 [2, 0, 1] : {0}", [t], [t.transpose(2, 0, 1)])
a, b = normal((2, 1, 3)), normal((2, 4, 3))
case("concat", "numpy", "sinter.concat %0, %1, %0 axis 1 : {0}, {1}, {0}",
     [a, b], [np.concatenate([a, b, a], 1)])
x = normal((5, 6, 3))
BIG, SMALL = 2 ** 63 - 1, -2 ** 63
for name, starts, ends, axes, steps in [
        ("plain", [1, 2], [4, 6], None, None),
        ("axes", [1, 0], [-1, 4], [2, 0], [2, 1]),
        ("reverse", [-1, BIG], [SMALL, SMALL], [0, 1], [-1, -2]),
        ("clamp", [-100, 3], [100, BIG], [-1, -2], [2, 1]),
        ("empty", [4], [2], [0], [1]),
        ("past_end", [9], [-9], [2], [-2]),
        ("big_steps", [0, 5], [BIG, SMALL], [0, 1], [BIG, SMALL])]:
    starts, ends = i64(*starts), i64(*ends)
    inputs = [x, starts, ends]
    op = "sinter.slice %0 from %1 to %2 : {1}, {2}"
    if axes is not None:
        inputs.append(i64(*axes))
        op += " axes %3 : {3}"
    if steps is not None:
        inputs.append(i64(*steps))
        op += " steps %4 : {4}"
    case(f"slice_{name}", "onnxruntime", op + " : {0} -> tensor<?x?x?xf32>",
         inputs, run("Slice", inputs))
case("slice_resolved", "numpy",
     'sinter.slice %0 offsets <"1", "5", "0"> strides [2, -3, 1] : {0} -> {r}',
     [x], [x[1:4:2, 5:1:-3, :3]])
for dtype in [np.int32, np.int64]:
    at = np.array([[0, -1], [3, -5]], dtype)
    case(f"gather_{NAMES[at.dtype]}", "onnxruntime",
         "sinter.gather %0[%1] axis 0 : {0}, {1}", [x, at],
         run("Gather", [x, at], axis=0))
    case(f"gather_axis_{NAMES[at.dtype]}", "onnxruntime",
         "sinter.gather %0[%1] axis 1 : {0}, {1}", [x, at],
         run("Gather", [x, at], axis=1))
case("gather_scalar", "onnxruntime", "sinter.gather %0[%1] axis 2 : {0}, {1}",
     [x, np.array(-2, np.int64)], run("Gather", [x, np.array(-2, np.int64)], axis=2))
y = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
for axis, mask in [(1, [True, False, True]), (0, [False, False]),
                   (2, [False, True, True, True])]:
    mask = np.array(mask)
    sizes = "x".join("?" if i == axis else str(d)
                     for i, d in enumerate(y.shape))
    case(f"compress_{axis}", "onnxruntime",
         "sinter.compress %0 where %1 axis " + str(axis) +
         " : {0}, {1} to tensor<" + sizes + "xf32>", [y, mask],
         run("Compress", [y, mask], axis=axis))
g = normal((2, 3, 4))
for name, at, batch in [("elements", i64(0, 1, 2, 1, -1, -4).reshape(2, 3), 0),
                        ("rows", i64(0, 1, 1, 2).reshape(2, 1, 2), 0),
                        ("batch1", i64(1, 0).reshape(2, 1), 1),
                        ("batch2", i64(0, 1, 2, 3, 2, 1).reshape(2, 3, 1), 2),
                        ("batch1_many", i64(*[0, 1, 2, 0, 1, 3, 2, -1]).reshape(2, 2, 2), 1)]:
    case(f"gather_nd_{name}", "onnxruntime",
         "sinter.gather_nd %0[%1] " +
         (f"batch_dims {batch} " if batch else "") + ": {0}, {1}",
         [g, at], run("GatherND", [g, at], batch_dims=batch))
case("shape_of", "onnxruntime", "sinter.shape_of %0 1 to 3 : {0}", [x],
     run("Shape", [x], start=1, end=3))
for dtype, values in [(np.int64, (3, 17, 4)), (np.int64, (10, -3, -4)),
                      (np.int32, (5, 5, 1)), (np.int64, (5, 2, 1)),
                      (np.float32, (0.5, 2.1, 0.4)), (np.int16, (2, 9, 3)),
                      (np.float64, (1, -2, -0.5))]:
    inputs = [np.array(v, dtype) for v in values]
    y = run("Range", inputs, opset=24)[0]
    name = "_".join(str(v).replace("-", "m").replace(".", "p") for v in values)
    case(f"range_{name}_{NAMES[y.dtype]}", "onnxruntime",
         f"sinter.range %0, %1, %2 : {{0}} to tensor<?x{NAMES[y.dtype]}>",
         inputs, [y], 2 if y.dtype.kind == "f" else 0)
t = normal((1, 3, 4))
for upper in [0, 1]:
    for k in [-6, -2, 0, 1, 5]:
        inputs = [t, np.array(k, np.int64)]
        case(f"trilu_{upper}_{str(k).replace('-', 'm')}", "onnxruntime",
             "sinter.trilu %0 k %1 : {1} " + ("{upper} " if upper else "") +
             ": {0}", inputs, run("Trilu", inputs, upper=upper))
case("trilu_default", "onnxruntime", "sinter.trilu %0 {upper} : {0}", [t],
     run("Trilu", [t], upper=1))

# --- Reductions, products ----------------------------------------------------

REDUCE = {"sum": ("ReduceSum", np.sum), "mean": ("ReduceMean", np.mean),
          "max": ("ReduceMax", np.max), "min": ("ReduceMin", np.min),
          "prod": ("ReduceProd", np.prod),
          "sum_square": ("ReduceSumSquare", lambda v, axis, keepdims:
                         np.sum(v * v, axis=axis, keepdims=keepdims))}
for name, (onnx_name, function) in REDUCE.items():
    for dtype in FLOATS:
        r = normal((2, 3, 4), dtype)
        for axes, keep in [((0, 2), False), ((1,), True), ((0, 1, 2), False)]:
            y = function(r.astype(np.float64), axis=axes, keepdims=keep)
            case(f"reduce_{name}_{NAMES[r.dtype]}_{''.join(map(str, axes))}",
                 "numpy", f"sinter.reduce {name}, %0 axes {list(axes)} " +
                 ("keepdims " if keep else "") + ": {0}", [r],
                 [np.asarray(y).astype(dtype)], 1 if dtype != np.float64 else 8)
    for dtype in [np.int32, np.int64]:
        r = integers((3, 5), dtype, -40, 40)
        y = run(onnx_name, [r, i64(1)], opset=18, keepdims=0)
        case(f"reduce_{name}_{NAMES[r.dtype]}", "onnxruntime",
             f"sinter.reduce {name}, %0 axes [1] : {{0}}", [r], y)
    if name != "mean":
        r = np.zeros((2, 0, 3), np.float32)
        y = run(onnx_name, [r, i64(1)], opset=18 if name in ("sum", "prod", "sum_square") else 20,
                judge="reference", keepdims=1)
        case(f"reduce_{name}_empty", "onnx.reference",
             f"sinter.reduce {name}, %0 axes [1] keepdims : {{0}}", [r], y)
r = integers((4, 3), np.uint8)
case("reduce_max_ui8", "onnxruntime", "sinter.reduce max, %0 axes [0] : {0}", [r],
     run("ReduceMax", [r, i64(0)], opset=18, keepdims=0))
for log in [False, True]:
    for axis in [0, 1, 2]:
        s = normal((2, 5, 3), np.float32, 3)
        y = run("LogSoftmax" if log else "Softmax", [s.astype(np.float64)],
                axis=axis)[0]
        case(f"softmax_{'log_' if log else ''}{axis}", "onnxruntime",
             f"sinter.softmax %0 axis {axis} " + ("{log} " if log else "") +
             ": {0}", [s], [y.astype(np.float32)], 2)
s = np.array([[-np.inf, -np.inf], [-np.inf, 1.0]], np.float32)
case("softmax_masked", "onnxruntime", "sinter.softmax %0 axis 1 : {0}", [s],
     run("Softmax", [s], axis=1), 1)
for dtype in [np.float32, np.float64, np.int32, np.int64]:
    for exclusive in [0, 1]:
        for reverse in [0, 1]:
            c = integers((2, 4, 3), np.int16, -9, 9).astype(dtype)
            y = run("CumSum", [c, np.array(1, np.int64)], opset=14,
                    exclusive=exclusive, reverse=reverse)
            flags = ", ".join(f for f, on in [("exclusive", exclusive),
                                              ("reverse", reverse)] if on)
            case(f"cumsum_{NAMES[c.dtype]}_{exclusive}{reverse}", "onnxruntime",
                 "sinter.cumsum %0 axis 1 " + (f"{{{flags}}} " if flags else "") +
                 ": {0}", [c], y)
for dtype in FLOATS:
    a, b = normal((2, 1, 3, 5), dtype), normal((4, 5, 2), dtype)
    case(f"matmul_{NAMES[a.dtype]}", "numpy", "sinter.matmul %0, %1 : {0}, {1}",
         [a, b], [(a.astype(np.float64) @ b.astype(np.float64)).astype(dtype)],
         1 if dtype != np.float64 else 16)
for dtype in INTS:
    a, b = integers((3, 4), dtype), integers((4, 2), dtype)
    case(f"matmul_{NAMES[a.dtype]}", "numpy", "sinter.matmul %0, %1 : {0}, {1}",
         [a, b], [a @ b])

# --- Transformer ops ---------------------------------------------------------

x, scale, bias = normal((2, 3, 8), np.float32, 4), normal(8), normal(8)
for name, dtype, axis in [("f32", np.float32, 2), ("f32_axis1", np.float32, 1)]:
    shape = x.shape[axis:]
    scale, bias = normal(shape), normal(shape)
    y = run("LayerNormalization", [x, scale, bias], judge="reference",
            axis=axis, epsilon=1e-3)[:1]
    case(f"layer_norm_{name}", "onnx.reference",
         f"sinter.layer_norm %0, %1, %2 axis {axis} epsilon 1.0e-3 : {{0}}, {{1}}, {{2}}",
         [x, scale, bias], y, "8m")
    y = run("LayerNormalization", [x, scale], judge="reference", axis=axis,
            epsilon=1e-3)[:1]
    case(f"layer_norm_nobias_{name}", "onnx.reference",
         f"sinter.layer_norm %0, %1 axis {axis} epsilon 1.0e-3 : {{0}}, {{1}}",
         [x, scale], y, "8m")
    y = run("RMSNormalization", [x, scale], opset=23, judge="reference",
            axis=axis, epsilon=1e-3)
    case(f"rms_norm_{name}", "onnx.reference",
         f"sinter.rms_norm %0, %1 axis {axis} epsilon 1.0e-3 : {{0}}, {{1}}",
         [x, scale], y, "8m")
for dtype in FLOATS:
    x, scale = normal((3, 16), dtype), normal(16, dtype)
    wide = x.astype(np.float64)
    y = wide / np.sqrt((wide ** 2).mean(1, keepdims=True) + 1e-5)
    case(f"rms_norm_rows_{NAMES[x.dtype]}", "numpy",
         "sinter.rms_norm %0, %1 axis 1 epsilon 1.0e-5 : {0}, {1}", [x, scale],
         [(y * scale.astype(np.float64)).astype(dtype)],
         1 if dtype != np.float64 else 16)
for interleaved in [0, 1]:
    for rotated in [0, 4]:
        x = normal((2, 3, 5, 8))
        half = (rotated or 8) // 2
        angles = normal((2, 5, half), np.float32, 9)
        cos, sin = np.cos(angles), np.sin(angles)
        attributes = {"interleaved": interleaved}
        if rotated:
            attributes["rotary_embedding_dim"] = rotated
        y = run("RotaryEmbedding", [x, cos, sin], opset=23, judge="reference",
                **attributes)
        flags = ["interleaved"] if interleaved else []
        case(f"rotary_{interleaved}_{rotated}", "onnx.reference",
             "sinter.rotary %0, %1, %2 " +
             (f"{' '.join(flags)} " if flags else "") + ": {0}, {1}, {2}",
             [x, cos, sin], y, "2m")
        flags.append("sequence_first")
        case(f"rotary_first_{interleaved}_{rotated}", "onnx.reference",
             f"sinter.rotary %0, %1, %2 {' '.join(flags)} : {{0}}, {{1}}, {{2}}",
             [x.transpose(0, 2, 1, 3).copy(), cos, sin],
             [y[0].transpose(0, 2, 1, 3)], "2m")
x = normal((2, 3, 5, 8))
angles = normal((1, 5, 4))
cos, sin = np.cos(angles), np.sin(angles)
both = [np.repeat(t, 2, 0) for t in (cos, sin)]
case("rotary_shared", "onnx.reference", "sinter.rotary %0, %1, %2 : {0}, {1}, {2}",
     [x, cos, sin], run("RotaryEmbedding", [x, *both], opset=23, judge="reference"), "2m")


def attend(q, k, v, mask=None, scale=1.0, causal=False, softcap=0.0, window=0,
           zero=False):
    q, k, v = (t.astype(np.float64) for t in (q, k, v))
    group = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, group, 1), np.repeat(v, group, 1)
    s = scale * (q @ k.swapaxes(-1, -2))
    if softcap:
        s = softcap * np.tanh(s / softcap)
    i = np.arange(q.shape[2])[:, None] + k.shape[2] - q.shape[2]
    j = np.arange(k.shape[2])[None]
    if mask is not None:
        s = np.where(mask, s, -np.inf) if mask.dtype == bool else s + mask
    if causal:
        s = np.where(j <= i, s, -np.inf)
    if window:
        s = np.where(j > i - window, s, -np.inf)
    with np.errstate(all="ignore"):
        p = np.exp(s - s.max(-1, keepdims=True))
        p = p / p.sum(-1, keepdims=True)
    if zero:
        p = np.where(np.isnan(p), 0, p)
    return p @ v


def attention_case(name, q, k, v, mask=None, ulps="2m", **options):
    text, flags = "", []
    if options.get("causal"):
        flags.append("causal")
    if options.get("softcap"):
        flags.append(f"softcap = {options['softcap']} : f64")
    if options.get("window"):
        flags.append(f"window = {options['window']} : i64")
    if options.get("zero"):
        flags.append("zero_empty_rows")
    text = ("sinter.attention %0, %1, %2 " + ("mask %3 " if mask is not None else "") +
            f"scale {options['scale']} " + (f"{{{', '.join(flags)}}} " if flags else "") +
            ": {0}, {1}, {2}" + (", {3}" if mask is not None else ""))
    y = attend(q, k, v, mask, **options).astype(q.dtype)
    inputs = [q, k, v] + ([mask] if mask is not None else [])
    case(f"attention_{name}", "numpy", text, inputs, [y], ulps)
    return y


for dtype in FLOATS:
    q, k, v = normal((1, 2, 3, 4), dtype), normal((1, 1, 5, 4), dtype), normal((1, 1, 5, 6), dtype)
    attention_case(NAMES[q.dtype], q, k, v, scale=0.5, causal=True)
q, k, v = normal((2, 4, 3, 8)), normal((2, 2, 7, 8)), normal((2, 2, 7, 8))
y = attention_case("gqa_causal", q, k, v, scale=0.25, causal=True)
# The same on onnx's own evaluator, which aligns causal masks otherwise only
# for S != T without past; here with an explicit mask.
mask = np.arange(7)[None] <= np.arange(3)[:, None] + 4
theirs = run("Attention", [q, k, v, mask], opset=23, judge="reference", scale=0.25)[0]
case("attention_mask_i1", "onnx.reference",
     "sinter.attention %0, %1, %2 mask %3 scale 0.25 : {0}, {1}, {2}, {3}",
     [q, k, v, mask], [theirs], "4m")
assert np.allclose(y, theirs, 1e-5, 1e-5)
added = normal((2, 1, 3, 7))
theirs = run("Attention", [q, k, v, added], opset=23, judge="reference", scale=0.25)[0]
case("attention_mask_f32", "onnx.reference",
     "sinter.attention %0, %1, %2 mask %3 scale 0.25 : {0}, {1}, {2}, {3}",
     [q, k, v, added], [theirs], "4m")
attention_case("softcap", q, k, v, scale=1.0, softcap=2.0)
attention_case("window", q, k, v, scale=0.5, causal=True, window=2)
attention_case("window_only", q, k, v, scale=0.5, window=3)
empty = np.zeros((1, 1, 3, 7), bool)
empty[..., 1, :3] = True
attention_case("empty_nan", q, k, v, empty, scale=0.5)
attention_case("empty_zero", q, k, v, empty, scale=0.5, zero=True)

# --- Packed forms ------------------------------------------------------------


w = normal((5, 7))
case("pack", "numpy", "sinter.pack %0 lanes 4 : {0}", [w], [pack(w, 4)])
x, bias = normal((3, 5)), normal(7)
y = x.astype(np.float64) @ w
case("packed_matmul", "numpy", "sinter.packed_matmul %0, %1 : {0}, {1} -> {r}",
     [x, pack(w, 4)], [y.astype(np.float32)], 1)
case("packed_matmul_bias", "numpy",
     "sinter.packed_matmul %0, %1 bias %2 : {2} : {0}, {1} -> {r}",
     [x, pack(w, 4), bias], [(y + bias).astype(np.float32)], 1)
ids = i64(0, 6, -1, 3).reshape(2, 2)
case("packed_gather", "numpy",
     "sinter.packed_gather %0[%1] rows 7 : {0}, {1} -> {r}", [pack(w, 4), ids],
     [w.T[ids]])
out = normal((3, 7))
case("inner_matmul", "numpy",
     "sinter.inner_matmul ins(%0, %1, %2 : {0}, {1}, {2}) outs(%3 : {3}) -> {3}",
     [x, pack(w, 4), bias, out], [(y + bias).astype(np.float32)], 1)
x, scale, bias, out = normal((3, 8)), normal(8), normal(8), normal((3, 8))
wide = x.astype(np.float64)
y = wide / np.sqrt((wide ** 2).mean(1, keepdims=True) + 1e-5) * scale
case("inner_norm", "numpy",
     "sinter.inner_norm ins(%0, %1 : {0}, {1}) outs(%2 : {2}) epsilon 1.0e-5 -> {2}",
     [x, scale, out], [y.astype(np.float32)], 2)
wide = wide - wide.mean(1, keepdims=True)
y = wide / np.sqrt((wide ** 2).mean(1, keepdims=True) + 1e-5) * scale + bias
case("inner_norm_centered", "numpy",
     "sinter.inner_norm ins(%0, %1, %2 : {0}, {1}, {2}) outs(%3 : {3}) epsilon 1.0e-5 {centered} -> {3}",
     [x, scale, bias, out], [y.astype(np.float32)], 4)
case("inner_softmax", "onnxruntime",
     "sinter.inner_softmax ins(%0 : {0}) outs(%1 : {1}) -> {1}", [x, out],
     [run("Softmax", [x.astype(np.float64)], axis=1)[0].astype(np.float32)], 2)


x, bias = normal((3, 5)), normal(7)
w = normal((5, 7)).astype(ml_dtypes.bfloat16)
case("pack_pairs", "numpy", "sinter.pack %0 lanes 4 interleave 2 : {0}", [w],
     [pack_pairs(w, 4)])
case("packed_matmul_pairs", "numpy",
     "sinter.packed_matmul %0, %1 interleave 2 : {0}, {1} -> {r}",
     [x, pack_pairs(w, 4)], [dot_pairs(x, w)])
narrow = x.astype(ml_dtypes.bfloat16)
case("packed_matmul_bf16", "numpy",
     "sinter.packed_matmul %0, %1 interleave 2 : {0}, {1} -> {r}",
     [narrow, pack_pairs(w, 4)], [dot_pairs(narrow, w)])
case("packed_gather_pairs", "numpy",
     "sinter.packed_gather %0[%1] rows 7 interleave 2 : {0}, {1} -> {r}",
     [pack_pairs(w, 4), ids], [w.T[ids].astype(np.float32)])
out = normal((3, 7))
case("inner_matmul_pairs", "numpy",
     "sinter.inner_matmul ins(%0, %1, %2 : {0}, {1}, {2}) outs(%3 : {3}) interleave 2 -> {3}",
     [x, pack_pairs(w, 4), bias, out], [dot_pairs(x, w) + bias])
deep = np.random.default_rng(32)
rows, columns = (deep.standard_normal(shape).astype(ml_dtypes.bfloat16)
                 for shape in ((3, 12), (12, 7)))
case("packed_matmul_blocks", "numpy",
     "sinter.packed_matmul %0, %1 interleave 2 depth_block 4 : {0}, {1} -> {r}",
     [rows, pack_pairs(columns, 4)], [dot_blocks(rows, columns, 4)])
case("inner_matmul_blocks", "numpy",
     "sinter.inner_matmul ins(%0, %1, %2 : {0}, {1}, {2}) outs(%3 : {3}) interleave 2 depth_block 6 -> {3}",
     [rows, pack_pairs(columns, 4), bias, out],
     [dot_blocks(rows, columns, 6) + bias])
epilogues()
half = normal((5, 7)).astype(np.float16)
case("packed_matmul_f16", "numpy", "sinter.packed_matmul %0, %1 : {0}, {1} -> {r}",
     [x, pack(half, 4)], [chain(x, half, range(5))])

# --- Scatter -----------------------------------------------------------------

for dtype in [np.float32, np.float16, BF16, np.int32, np.uint8, np.bool_]:
    for kind in ["write", "add", "mul", "max", "min"]:
        if dtype == np.bool_ and kind != "write":
            continue
        make = (normal if dtype in FLOATS else integers if dtype != np.bool_
                else lambda shape, _: integers(shape, np.uint8) % 2 == 1)
        x, u = make((4, 3), dtype), make((5, 3), dtype)
        at = np.array([[1], [-1], [1], [0], [1]] if kind != "write" else
                      [[1], [-1], [0], [2], [2]], np.int64)
        y = x.copy()
        for row, update in zip(at[:, 0], u):  # one by one, in order
            y[row] = (update if kind == "write" else
                      {"add": np.add, "mul": np.multiply, "max": np.maximum,
                       "min": np.minimum}[kind](y[row], update))
        case(f"scatter_nd_{kind}_{NAMES[x.dtype]}", "numpy",
             f"sinter.scatter_nd {kind}, %0[%1], %2 : {{0}}, {{1}}, {{2}}",
             [x, at, u], [y])
x, u = normal((4, 3)), normal(2)
at = np.array([[0, 2], [-1, -3]], np.int64)
y = x.copy()
y[at[:, 0], at[:, 1]] = u
case("scatter_nd_elements", "numpy",
     "sinter.scatter_nd write, %0[%1], %2 : {0}, {1}, {2}", [x, at, u], [y])

# --- Numbers in few bits -----------------------------------------------------

for bits in [1, 2, 4]:
    x = integers((2, 3), np.uint8)
    planes = np.unpackbits(x.reshape(-1, 1), axis=1, bitorder="little")
    numbers = planes.reshape(-1, bits) @ (1 << np.arange(bits))
    case(f"unpack_bits_{bits}", "numpy", f"sinter.unpack_bits %0 bits {bits} : {{0}}",
         [x], [numbers.astype(np.uint8).reshape(2, -1)])
for dtype in [np.int8, np.uint8, np.int16]:
    for scale_type in [np.float32, np.float16]:
        x, z = integers((3, 5, 2), dtype), integers((3, 3, 2), dtype)
        s = normal((3, 3, 2), scale_type)
        for inputs in [[x, s], [x, s, z]]:
            zero = " zero %2" if len(inputs) == 3 else ""
            case(f"dequantize_{NAMES[x.dtype]}_{NAMES[s.dtype]}{zero[1:5]}",
                 "onnxruntime", f"sinter.dequantize %0 scale %1{zero} axis 1 block 2 : "
                 "{0}, {1}" + (", {2}" if zero else ""), inputs,
                 run("DequantizeLinear", inputs, axis=1, block_size=2), 1)
x, s, z = integers((3, 6), np.uint8), normal((3, 2)), normal((3, 2))
case("dequantize_float_zero", "numpy",
     "sinter.dequantize %0 scale %1 zero %2 axis 1 block 3 : {0}, {1}, {2}",
     [x, s, z], [(x - np.repeat(z, 3, 1)) * np.repeat(s, 3, 1)])

# --- Experts and sinks ---------------------------------------------------------

x, w, chosen = normal((4, 5)), normal((3, 5, 7)), i64(2, 0, -1, 1)
packed = np.stack([pack(m, 4) for m in w])
y = np.einsum("mk,mkn->mn", x.astype(np.float64), w[chosen]).astype(np.float32)
case("pack_batch", "numpy", "sinter.pack %0 lanes 4 : {0}", [w], [packed])
case("packed_expert_matmul", "numpy",
     "sinter.packed_expert_matmul %0, %1[%2] : {0}, {1}, {2} -> {r}",
     [x, packed, chosen], [y], 1)
case("inner_expert_matmul", "numpy",
     "sinter.inner_expert_matmul ins(%0, %1, %2 : {0}, {1}, {2}) outs(%3 : {3}) -> {3}",
     [x, packed, chosen % 3, normal((4, 7))], [y], 1)
case("packed_expert_matmul_skips", "numpy",
     "sinter.packed_expert_matmul %0, %1[%2] skips : {0}, {1}, {2} -> {r}",
     [x, packed, i64(2, 0, 3, 1)], [np.where(np.arange(4)[:, None] == 2, 0, y)
                                    .astype(np.float32)], 1)
narrow = w.astype(ml_dtypes.bfloat16)
case("packed_expert_matmul_pairs", "numpy",
     "sinter.packed_expert_matmul %0, %1[%2] interleave 2 : {0}, {1}, {2} -> {r}",
     [x, np.stack([pack_pairs(m, 4) for m in narrow]), chosen],
     [np.concatenate([dot_pairs(x[i:i + 1], narrow[e])
                      for i, e in enumerate(chosen)])])
q, k, v = normal((2, 4, 3, 6)), normal((2, 2, 5, 6)), normal((2, 2, 5, 4))
sink, keep = normal(4), integers((3, 5), np.uint8) % 2 == 1
keep[1] = False
for name, mask in [("", None), ("_mask", keep)]:
    s = np.einsum("bhid,bhjd->bhij", q, k.repeat(2, 1)).astype(np.float64) / 4
    if mask is not None:
        s = np.where(mask, s, -np.inf)
    s = np.concatenate([s, np.broadcast_to(
        sink.reshape(1, 4, 1, 1), s.shape[:3] + (1,))], -1)
    p = np.exp(s - s.max(-1, keepdims=True))
    p = (p / p.sum(-1, keepdims=True))[..., :-1]
    y = np.einsum("bhij,bhje->bhie", p, v.repeat(2, 1).astype(np.float64))
    inputs = [q, k, v] + ([] if mask is None else [mask]) + [sink]
    last = len(inputs) - 1
    case(f"attention_sinks{name}", "numpy", "sinter.attention %0, %1, %2 "
         + ("mask %3 " if name else "") + f"sinks %{last} : {{{last}}} scale 0.25 : "
         + "{0}, {1}, {2}" + (", {3}" if name else ""), inputs,
         [y.astype(np.float32)], "2m")

with np.errstate(all="ignore"):
    unary(LATER)

print(f"# numpy {np.__version__}, onnx {onnx.__version__}, "
      f"onnxruntime {onnxruntime.__version__}, ml_dtypes {ml_dtypes.__version__}")
