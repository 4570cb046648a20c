#!/usr/bin/env python3
"""Writes the weight file of handwritten.c and prints its digest.

  handwritten_weights.py OUT.weights [--quiet]      (Python 3.11: hashlib, struct)

The outside judge of the runtime's reader: header layout as artifact.h says,
SHA-256 from hashlib, FNV-1a 32 by its definition.
"""
import hashlib
import struct
import sys

VOCAB, PAGE = 64, 4096


def fnv1a(data):
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def build():
    params = struct.pack(f"<{VOCAB}f", *(v % 7 / 8 for v in range(VOCAB)))
    side = b'{"model":{"type":"none"}}'
    data = params + side.ljust(64, b"\0")
    digest = hashlib.sha256(data).digest()

    def header(checksum):
        fixed = struct.pack("<IIIIQ32sII", 0x57544E53, PAGE, 1, 0,
                            PAGE + len(data), digest, 2, checksum)
        table = struct.pack("<48sQQ", b"params", PAGE, len(params))
        table += struct.pack("<48sQQ", b"note.json", PAGE + len(params),
                             len(side))
        return (fixed + table).ljust(PAGE, b"\0")

    return header(fnv1a(header(0))) + data, digest


if __name__ == "__main__":
    content, digest = build()
    with open(sys.argv[1], "wb") as out:
        out.write(content)
    if "--quiet" not in sys.argv:
        print(", ".join(f"0x{b:02x}" for b in digest))
