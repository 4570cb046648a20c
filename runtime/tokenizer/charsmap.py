"""Write the `precompiled_charsmap` of a Precompiled normalizer.

Its bytes: the size of a trie, the trie's 32-bit units (a double array), and the
texts that replace others, each with a zero byte behind. The generator of the
Unicode sets and the tests make small ones of their own.
"""
import struct

LEAF, VALUE = 1 << 8, 1 << 31


def units(values):
    """A double array of `values`, a dict of bytes to numbers."""
    root = {}
    for key, value in values.items():
        node = root
        for byte in key:
            node = node.setdefault(byte, {})
        node[None] = value
    taken, out, base, todo = {0}, {}, 1, [(root, 0, 0)]
    while todo:
        node, position, label = todo.pop()
        places = [key or 0 for key in node]  # a value lies where byte 0 would
        while any(base ^ place in taken for place in places):
            base += 1
        here = base
        taken.update(here ^ place for place in places)
        offset = here ^ position
        assert offset < 1 << 21, "too large for this writer"
        out[position] = offset << 10 | (LEAF if None in node else 0) | label
        if None in node:
            out[here] = VALUE | node[None]
        todo += [(node[byte], here ^ byte, byte) for byte in node if byte is not None]
    size = (max(out) // 256 + 2) * 256
    return [out.get(i, 0) for i in range(size)]


def charsmap(replacements):
    """The charsmap that puts one text for another."""
    texts, values = b"", {}
    for old, new in replacements.items():
        values[old.encode()] = len(texts)
        texts += new.encode() + b"\0"
    array = units(values)
    return struct.pack(f"<I{len(array)}I", 4 * len(array), *array) + texts
