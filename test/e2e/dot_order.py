"""Products in numpy that add in the order of sinter.packed_matmul, to the bit."""
import numpy as np


def chain(x, w, order):
    """One f32 fma after another from 0; a long double holds x * w + y."""
    y = np.zeros((len(x), w.shape[1]), np.float32)
    for k in order:
        y = (x[:, k:k + 1].astype(np.longdouble) * w[k].astype(np.longdouble)
             + y).astype(np.float32)
    return y


def dot_pairs(x, w):
    """One fma a step, the odd row of a pair first, as vdpbf16ps adds."""
    return chain(x, w, [k for q in range(0, len(w), 2) for k in (q + 1, q)
                        if k < len(w)])


def dot_blocks(x, w, block):
    """Chains of even and of odd rows of each block, as TDPBF16PS adds."""
    y = np.zeros((len(x), w.shape[1]), np.float32)
    for k in range(0, len(w), block):
        y += (chain(x, w, range(k, k + block, 2))
              + chain(x, w, range(k + 1, k + block, 2)))
    return y
