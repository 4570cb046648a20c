#!/usr/bin/env python3
"""Writes the weight file of handwritten.c and prints its digest.

  handwritten_weights.py OUT.weights [--quiet] [--text HEADER.h]

--text adds a small tokenizer and chat template, and writes digest and size as
a C header. The outside judge of the runtime's reader: header layout as
artifact.h says, SHA-256 from hashlib, FNV-1a 32 by its definition (Python 3.11).
"""
import hashlib
import json
import struct
import sys

VOCAB, PAGE = 64, 4096

TEMPLATE = ("{% for m in messages %}{{ '<s>' + m['role'] + ' ' + m['content']"
            " + '<e>' }}{% endfor %}{{ '<s>assistant ' }}")


def tokenizer():
    """Byte-level BPE with 64 tokens, one merge, and some ids that are parts of
    characters (the bytes of é and €), so that text comes in pieces."""
    plain = list("abcdefghijklmnopqrstuvwxyz.,!?-'0123456789")
    odd = ["Ġ", "Ċ", "Ã", "©", "â", "Ĥ", "¬"]  # space, newline, C3 A9, E2 82 AC
    tokens = plain + odd + ["th", "in", "Ġa"]
    special = ["<s>", "<e>"]
    vocab = {t: i for i, t in enumerate(tokens)}
    names = [n for n in "ABCDEFGHIJ"][:VOCAB - len(tokens) - len(special)]
    for name in names:
        vocab[name] = len(vocab)
    added = [{"id": VOCAB - 2 + i, "content": t, "single_word": False,
              "lstrip": False, "rstrip": False, "normalized": False,
              "special": True} for i, t in enumerate(special)]
    for token in added:
        vocab[token["content"]] = token["id"]
    assert sorted(vocab.values()) == list(range(VOCAB)), len(vocab)
    level = {"type": "ByteLevel", "add_prefix_space": False,
             "trim_offsets": True, "use_regex": True}
    return json.dumps({
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": added, "normalizer": None, "pre_tokenizer": level,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [VOCAB - 2],
                                       "tokens": ["<s>"]}}},
        "decoder": level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None,
                  "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False,
                  "byte_fallback": False, "ignore_merges": False,
                  "vocab": vocab,
                  "merges": [["t", "h"], ["i", "n"], ["Ġ", "a"]]}}).encode()


def fnv1a(data):
    value = 2166136261
    for byte in data:
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def build(text):
    params = struct.pack(f"<{VOCAB}f", *(v % 7 / 8 for v in range(VOCAB)))
    sections = [("params", params)]
    if text:
        sections += [("tokenizer.json", tokenizer()),
                     ("chat_template.jinja", TEMPLATE.encode())]
    else:
        sections += [("note.json", b'{"model":{"type":"none"}}')]
    data, table = b"", b""
    for name, content in sections:
        table += struct.pack("<48sQQ", name.encode(), PAGE + len(data),
                             len(content))
        data += content.ljust((len(content) + 63) // 64 * 64, b"\0")
    digest = hashlib.sha256(data).digest()

    def header(checksum):
        fixed = struct.pack("<IIIIQ32sII", 0x57544E53, PAGE, 4, 0,
                            PAGE + len(data), digest, len(sections), checksum)
        return (fixed + table).ljust(PAGE, b"\0")

    return header(fnv1a(header(0))) + data, digest


if __name__ == "__main__":
    content, digest = build("--text" in sys.argv)
    numbers = ", ".join(f"0x{b:02x}" for b in digest)
    with open(sys.argv[1], "wb") as out:
        out.write(content)
    if "--text" in sys.argv:
        with open(sys.argv[sys.argv.index("--text") + 1], "w") as out:
            out.write(f"#define WEIGHT_BYTES {len(content)}\n"
                      f"#define WEIGHT_DIGEST {{{numbers}}}\n")
    if "--quiet" not in sys.argv:
        print(numbers)
