#!/usr/bin/env python3
"""ONNX ops of vision models in forms that the node tests do not have, beside
onnxruntime: dynamic sizes, all of their modes."""
import itertools
import sys

import numpy as np

from ort_case import Case, normal, random, run


def transposed():
    """ConvTranspose: kernels side by side, over one another, with holes."""
    c = Case("transposed")
    g = c.g
    line = c.feed(normal(2, 6, 9), "b", 6, "n")
    for kernel, stride, pads, more in ((4, 4, 0, 0), (16, 8, 4, 0), (3, 1, 1, 0),
                                       (2, 3, 0, 0), (3, 4, 0, 2), (5, 2, 1, 1)):
        c.keep(g.ConvTranspose(line, c.weight(normal(6, 4, kernel)),
                               c.weight(normal(4)), strides=[stride],
                               pads=[pads, pads], output_padding=[more]))
    c.keep(g.ConvTranspose(line, c.weight(normal(6, 2, 3)), c.weight(normal(4)),
                           group=2, strides=[2], dilations=[2]))
    for mode in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        c.keep(g.ConvTranspose(line, c.weight(normal(6, 4, 4)), auto_pad=mode,
                               strides=[3]))
    image = c.feed(normal(2, 4, 5, 7), "b", 4, "h", "w")
    c.keep(g.ConvTranspose(image, c.weight(normal(4, 3, 2, 2)),
                           c.weight(normal(3)), strides=[2, 2]))
    c.keep(g.ConvTranspose(image, c.weight(normal(4, 3, 3, 5)),
                           strides=[2, 3], pads=[1, 0, 0, 2],
                           output_padding=[1, 0], dilations=[2, 1]))
    known = c.feed(normal(2, 4, 3, 3))
    for shape, mode in itertools.product(
            ([10, 8], [11, 8], [6, 5], [7, 7]),
            ("NOTSET", "SAME_UPPER", "SAME_LOWER")):
        c.keep(g.ConvTranspose(known, c.weight(normal(4, 2, 3, 3)), auto_pad=mode,
                               strides=[3, 2], output_shape=shape))
    return c


def sampled():
    """GridSample: inside, on the borders and far outside."""
    c = Case("sampled")
    g = c.g
    image = c.feed(normal(2, 3, 5, 7), "b", 3, "h", "w")
    at = random.uniform(-1.6, 1.6, (2, 4, 6, 2)).astype(np.float32)
    at[0, 0, :4] = [[-1, -1], [1, 1], [7, -9], [0, 0]]
    points = c.feed(at, "b", "i", "j", 2)
    for mode, padding, aligned in itertools.product(
            ("linear", "nearest", "cubic"), ("zeros", "border", "reflection"),
            (0, 1)):
        c.keep(g.GridSample(image, points, mode=mode, padding_mode=padding,
                            align_corners=aligned))
    volume = c.feed(normal(2, 2, 4, 3, 5), "b", 2, "d", "e", "f")
    inside = c.feed(random.uniform(-1.2, 1.2, (2, 3, 2, 4, 3)).astype(np.float32),
                    "b", "k", "l", "m", 3)
    for mode in ("linear", "nearest"):
        c.keep(g.GridSample(volume, inside, mode=mode))
    return c


def blocks():
    c = Case("blocks")
    g = c.g
    deep = c.feed(normal(2, 18, 3, 4), "b", 18, "h", "w")
    for mode in ("DCR", "CRD"):
        c.keep(g.DepthToSpace(deep, blocksize=3, mode=mode))
    even = c.feed(normal(2, 3, 4, 8), "b", 3, 4, 8)
    c.keep(g.SpaceToDepth(even, blocksize=2))
    c.keep(g.SpaceToDepth(g.DepthToSpace(deep, blocksize=3), blocksize=3))
    return c


def bordered():
    """Pad of sizes that a run knows, by more than there is where ONNX lets it."""
    c = Case("bordered")
    g = c.g
    x = c.feed(normal(2, 3, 5), "b", 3, "n")
    for mode, pads in (("reflect", [0, 0, 4, 0, 0, 3]), ("edge", [1, 0, 9, 2, 0, 8]),
                       ("wrap", [0, 0, 5, 0, 0, 4])):
        c.keep(g.Pad(x, g.i64(pads), mode=mode))
    size = g.Shape(x, start=2, end=3)  # as much as makes the last window whole
    more = g.Mod(g.Sub(g.i64([4]), g.Mod(size, g.i64([4]))), g.i64([4]))
    for mode in ("reflect", "edge"):
        c.keep(g.Pad(x, g.Concat(g.i64([0] * 5), more, axis=0), mode=mode))
        c.keep(g.Pad(x, g.Concat(g.i64([0, 0]), more, g.i64([0, 0]), more,
                                 axis=0), mode=mode))
    one = c.feed(normal(1, 3), "m", 3)
    c.keep(g.Pad(one, g.i64([2, 0, 1, 0]), mode="edge"))
    return c


def same():
    """auto_pad and ceil_mode, of sizes that a run knows: windows that do and do
    not fit."""
    c = Case("same")
    g = c.g
    image = c.feed(normal(2, 3, 11, 8), "b", 3, "h", "w")
    for mode, strides in itertools.product(("SAME_UPPER", "SAME_LOWER"),
                                           ([1, 1], [2, 2], [2, 3], [4, 4])):
        c.keep(g.Conv(image, c.weight(normal(4, 3, 3, 4)), auto_pad=mode,
                      strides=strides))
        if strides[0] > 3:  # onnxruntime refuses pools with such holes
            continue
        c.keep(g.MaxPool(image, kernel_shape=[3, 3], auto_pad=mode,
                         strides=strides))
        c.keep(g.AveragePool(image, kernel_shape=[3, 2], auto_pad=mode,
                             strides=strides))
    for kind, (kernel, strides, pads) in itertools.product(
            ("MaxPool", "AveragePool"),
            ((3, 2, 0), (2, 3, 0), (2, 2, 1), (3, 4, 1), (4, 5, 2))):
        c.keep(getattr(g, kind)(image, kernel_shape=[kernel] * 2, ceil_mode=1,
                                strides=[strides] * 2, pads=[pads] * 4))
    c.keep(g.Conv(image, c.weight(normal(3, 1, 5, 5)), group=3, strides=[2, 2],
                  auto_pad="SAME_UPPER"))
    return c


if __name__ == "__main__":
    sys.exit(run([transposed, sampled, blocks, bordered, same]))
