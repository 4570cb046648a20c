#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets (test/fuzz/corpus): small files that
reach many parts of each reader. Run again after a change here.

    make_corpus.py           (needs the packages of scripts/requirements*.txt)
"""
import json
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, parser

HERE = os.path.dirname(os.path.abspath(__file__))

GRAPHS = {
    "matmul": "(float[b, s, 8] x) => (float[b, s, 4] y) <float[8, 4] w = {" +
              ", ".join(str(i / 10) for i in range(32)) +
              "}> { y = MatMul(x, w) }",
    "reshape": "(float[b, s, 8] x) => (float[b, s, 2, 4] y) "
               "<int64[4] n = {0, -1, 2, 4}> { y = Reshape(x, n) }",
    "shapes": "(float[b, s] x) => (int64[2] n, float[s, b] t, float[b] u) { "
              "n = Shape(x) t = Transpose(x) a = Constant<value_ints = [1]>() "
              "u = ReduceSum<keepdims = 0>(x, a) }",
    "if": "(float[4] x, bool c) => (float[4] y) { y = If (c) <then_branch = t "
          "() => (float[4] a) { a = Abs(x) }, else_branch = e () => (float[4] "
          "b) { b = Neg(x) }> }",
    "attention": "(float[b, 2, s, 8] q) => (float[b, 2, s, 8] y) { "
                 "y = Attention<is_causal = 1>(q, q, q) }",
    "slice": "(float[b, 8] x) => (float[b, n] y) <int64[1] i = {2}, int64[1] "
             "j = {-1}, int64[1] k = {1}> { y = Slice(x, i, j, k) }",
    "conv": "(float[b, 1, 8] x) => (float[b, 1, n] y) <float[1, 1, 3] w = {1, "
            "2, 3}> { y = Conv<pads = [1, 1]>(x, w) }",
    "einsum": '(float[b, s, 8] x) => (float[b, s, s] y) { '
              'y = Einsum<equation = "bsd,btd->bst">(x, x) }',
    "quantize": "(float[b, 8] x) => (int32[b, 8] y) { q, s, z = "
                "DynamicQuantizeLinear(x) w = Constant<value = uint8[8, 8] {" +
                ", ".join(str(i * 3) for i in range(64)) +
                "}>() y = MatMulInteger(q, w, z) }",
    "scatter": "(float[4, 8] x, int64[b, 1] i, float[b, 8] u) => (float[4, 8] "
               'y) { y = ScatterND<reduction = "add">(x, i, u) }',
    "topk": "(float[b, 8] x) => (float[b, 2] y, int64[b, 2] i) <int64[1] k = "
            "{2}> { y, i = TopK(x, k) }",
    "resize": "(float[1, 1, 4, 4] x) => (float[1, 1, 8, 8] y) <float[4] s = "
              '{1, 1, 2, 2}> { y = Resize<mode = "linear">(x, , s) }',
    "pad": "(float[b, 4] x) => (float[b, 6] y) <int64[4] p = {0, 1, 0, 1}> { "
           "y = Pad(x, p) }",
    "unsorted": "(float[4] x) => (float[4] y) { y = Exp(a) a = Abs(x) }",
    "gru": "(float[4] x) => (float[4] y) { y = Unknown(x) }",
}


# Of opsets that are converted.
OLD = {
    "old-softmax": (11, "(float[b, 2, 8] x) => (float[b, 2, 8] y) { t = "
                    "Softmax<axis = 1>(x) u = Unsqueeze<axes = [0]>(t) s = "
                    "Squeeze<axes = [0]>(u) y = Dropout<ratio = 0.5>(s) }"),
    "old-sizes": (9, "(float[b, 8] x) => (float[b, 2] y, float[1, 8] z) { a = "
                  "Slice<starts = [0], ends = [2], axes = [1]>(x) y = "
                  "Clip<min = 0.0, max = 1.0>(a) p = Pad<pads = [0, 1, 0, 1]>"
                  "(a) z = ReduceSum<axes = [0]>(x) }"),
}


def write(kind, name, data):
    folder = os.path.join(HERE, "corpus", kind)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def write_models():
    head = '<ir_version: 10, opset_import: ["" : 23]> g '
    for name, graph in GRAPHS.items():
        write("onnx", name, parser.parse_model(head + graph)
              .SerializeToString(deterministic=True))
    for name, (opset, graph) in OLD.items():
        write("onnx", name, parser.parse_model(
            f'<ir_version: 6, opset_import: ["" : {opset}]> g ' + graph)
            .SerializeToString(deterministic=True))
    tensor = numpy_helper.from_array(np.ones((32, 16), np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in [("location", "weights.bin"), ("offset", "64"),
                       ("length", "2048")]:
        tensor.external_data.add(key=key, value=value)
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])], "g",
        [info("x", TensorProto.FLOAT, ["b", 32])],
        [info("y", TensorProto.FLOAT, ["b", 16])], initializer=[tensor])
    write("onnx", "external", helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
        .SerializeToString(deterministic=True))
    bits = helper.make_node("MatMulNBits", ["x", "w", "s"], ["y"], K=32, N=2,
                            bits=4, block_size=32, domain="com.microsoft")
    graph = helper.make_graph(
        [bits], "g", [info("x", TensorProto.FLOAT, ["b", 32])],
        [info("y", TensorProto.FLOAT, ["b", 2])], initializer=[
            numpy_helper.from_array(np.full((2, 1, 16), 7, np.uint8), "w"),
            numpy_helper.from_array(np.ones(2, np.float32), "s")])
    write("onnx", "bits", helper.make_model(
        graph, ir_version=10, opset_imports=[
            helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)])
        .SerializeToString(deterministic=True))


def tokenizer(model, **parts):
    return dict({"version": "1.0", "truncation": None, "padding": None,
                 "added_tokens": [{
                     "id": 0, "content": "<s>", "special": True,
                     "single_word": False, "lstrip": True, "rstrip": False,
                     "normalized": False}],
                 "normalizer": None, "pre_tokenizer": None,
                 "post_processor": None, "decoder": None}, model=model, **parts)


def write_tokenizers():
    letters = ["<s>", "a", "b", "c", "ab", "abc", "\u0120", "\u0120a", "<0xFF>"]
    bpe = {"type": "BPE", "vocab": {t: i for i, t in enumerate(letters)},
           "merges": ["a b", "ab c", "\u0120 a"]}
    level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True,
             "use_regex": True}
    split = {"type": "Split", "pattern": {"Regex": "(?i:'s)|\\p{L}+|\\s+(?!\\S)"},
             "behavior": "Isolated", "invert": False}
    files = {
        "byte-level": tokenizer(bpe, pre_tokenizer=level, decoder=level),
        "split": tokenizer(bpe, normalizer={"type": "NFC"}, pre_tokenizer={
            "type": "Sequence", "pretokenizers": [split, level]},
            decoder=level),
        "metaspace": tokenizer(
            dict(bpe, byte_fallback=True, unk_token="<s>", fuse_unk=True),
            normalizer={"type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "\u2581"},
                {"type": "Replace", "pattern": {"String": " "},
                 "content": "\u2581"}]},
            decoder={"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "\u2581"},
                 "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}),
        "wordpiece": tokenizer(
            {"type": "WordPiece", "unk_token": "<s>",
             "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
             "vocab": {"<s>": 0, "a": 1, "##b": 2, "h": 3, "##ello": 4}},
            normalizer={"type": "BertNormalizer", "clean_text": True,
                        "handle_chinese_chars": True, "strip_accents": None,
                        "lowercase": True},
            pre_tokenizer={"type": "BertPreTokenizer"},
            decoder={"type": "WordPiece", "prefix": "##", "cleanup": True}),
        "unigram": tokenizer(
            {"type": "Unigram", "unk_id": 0, "vocab": [
                ["<s>", 0.0], ["a", -1.5], ["ab", -2.0], ["\u2581", -3.0]]},
            pre_tokenizer={"type": "Metaspace", "replacement": "\u2581",
                           "prepend_scheme": "always", "split": True},
            decoder={"type": "Metaspace", "replacement": "\u2581",
                     "prepend_scheme": "always", "split": True}),
    }
    for name, file in files.items():
        write("tokenizer", name,
              json.dumps(file, ensure_ascii=False) + "\0ab abc <s> a\u0301")


TEMPLATES = {
    "chatml": "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m.content | "
              "trim }}\n{%- endfor %}{% if add_generation_prompt %}go{% endif %}",
    "tools": "{%- set ns = namespace(i=0) -%}{% for t in tools or [] %}"
             "{{ t | tojson(indent=2) }}{% set ns.i = ns.i + loop.index0 %}"
             "{% endfor %}{{ ns.i }}{{ messages[1:] | length }}",
    "macro": "{% macro f(a, b='x') %}{{ a ~ b }}{% endmacro %}{{ f('y') }}"
             "{% if bos_token is defined and 'a' not in 'b' %}{{ bos_token "
             "if true else '' }}{% elif false %}{{ raise_exception('no') }}"
             "{% endif %}{# note #}",
    "numbers": "{{ (1 + 2) * 3 // 2 % 5 - -1 }}{{ 1.5 | string }}{{ [1, 'a', "
               "{'b': none}] }}{{ 'a,b'.split(',')[-1].upper() }}"
               "{{ range(3) | list | join('-') }}{{ strftime_now('%Y') }}",
}


def main():
    write_models()
    write_tokenizers()
    for name, text in TEMPLATES.items():
        write("template", name, text)
    write("mlir", "empty", "module {}\n")


if __name__ == "__main__":
    main()
