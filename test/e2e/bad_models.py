#!/usr/bin/env python3
"""Hostile and broken input to sinterc: each is refused with one clear error,
exit 1, and leaves nothing behind."""
import json
import os
import random
import re
import tempfile

from onnx import TensorProto

import sinter_tools as sinter
import tiny_models
from onnx_graph import FLOAT, Graph, save
from refusals import TIMEOUT, Tally, refused_compile


def identity_like(op, domain="", **attributes):
    """A model of one node, x [2, 3] -> y."""
    g = Graph(18)
    g.input("x", FLOAT, [2, 3])
    y = getattr(g, op)("x", domain=domain, **attributes)
    g.output(y, "y", FLOAT, [2, 3])
    return g.model([domain] if domain else [])


def with_initializer(dims, raw, kind=FLOAT):
    g = Graph(18)
    g.input("x", FLOAT, [2, 3])
    g.initializers.append(TensorProto(name="w", dims=dims, data_type=kind,
                                      raw_data=raw))
    g.output(g.Add("x", "w"), "y", FLOAT, [2, 3])
    return g.model()


def external(entries):
    """A model whose weight w [2, 3] lies where `entries` say."""
    model = with_initializer([2, 3], b"")
    w = model.graph.initializer[-1]
    w.ClearField("raw_data")
    w.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        w.external_data.add(key=key, value=str(value))
    return model


def truncated(tally, folder):
    path = tiny_models.write(folder, tiny_models.LLAMA)
    with open(path, "rb") as file:
        whole = file.read()
    sizes = sorted({*range(0, 40, 3), len(whole) - 1,
                    *range(40, len(whole), len(whole) // 40)})
    for size in sizes:
        with open(path, "wb") as file:
            file.write(whole[:size])
        refused_compile(tally, f"model cut to {size} bytes", path, errors=None)


def flipped(tally, folder):
    """Any end but a crash: a flipped bit of a weight is a good model."""
    path = tiny_models.write(folder, tiny_models.LLAMA)
    with open(path, "rb") as file:
        whole = file.read()
    chance = random.Random(11)
    for i in range(40):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 4, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with open(path, "wb") as file:
            file.write(data)
        refused_compile(tally, f"flipped bytes, seed 11, model {i}", path,
                        want=None)


def shapes(tally, folder):
    path = os.path.join(folder, "model.onnx")
    big = 1 << 40
    for label, dims, raw in (
            ("dims that overflow", [big, big], b"\0" * 24),
            ("dims whose bytes overflow", [1 << 62, 3], b"\0" * 24),
            ("a negative dim", [-2, 3], b"\0" * 24),
            ("too few bytes", [2, 3], b"\0" * 20),
            ("too many bytes", [2, 3], b"\0" * 28)):
        save(with_initializer(dims, raw), path)
        refused_compile(tally, f"initializer with {label}", path, says=["w"])
    g = Graph(18)
    g.input("x", FLOAT, [1 << 62, 1 << 62])
    g.output(g.Neg("x"), "y", FLOAT, [1 << 62, 1 << 62])
    save(g.model(), path)
    refused_compile(tally, "input with dims that overflow", path)
    g = Graph(18)
    g.input("x", FLOAT, [2, 3])
    g.output(g.Expand("x", g.i64([big, big, 2, 3])), "y", FLOAT,
             [big, big, 2, 3])
    save(g.model(), path)
    refused_compile(tally, "Expand to a size that overflows", path)
    g = Graph(18)
    g.input("x", FLOAT, [2, 3])
    g.output(g.Reshape("x", g.i64([7, -1])), "y", FLOAT, [7, "n"])
    save(g.model(), path)
    refused_compile(tally, "Reshape of 6 elements to rows of 7", path)


def operators(tally, folder):
    path = os.path.join(folder, "model.onnx")
    save(identity_like("Frobnicate"), path)
    refused_compile(tally, "an op that ONNX has not", path,
                    says=["Frobnicate"])
    save(identity_like("Frobnicate", domain="acme.ops"), path)
    refused_compile(tally, "an op of an unknown domain", path,
                    says=["Frobnicate", "acme.ops"])
    g = Graph(18)
    g.input("x", FLOAT, [2, 3])
    g.output(g.Gnarl(g.Frobnicate(g.Frobnicate("x", domain="acme"),
                                  domain="acme"), domain="acme"), "y",
             FLOAT, [2, 3])
    save(g.model(["acme"]), path)
    # One diagnostic for each distinct cause, all in one run.
    refused_compile(tally, "three nodes of two unknown ops", path, errors=2,
                    says=["Frobnicate", "Gnarl"])
    model = identity_like("Neg")
    model.opset_import[0].version = 9999
    save(model, path)
    refused_compile(tally, "an opset of the future", path, says=["9999"])
    model = identity_like("Neg")
    model.graph.node[0].input[0] = "nowhere"
    save(model, path)
    refused_compile(tally, "an input that nobody makes", path,
                    says=["nowhere"])


def external_data(tally, folder):
    outside = os.path.join(folder, "outside.bin")
    with open(outside, "wb") as file:
        file.write(b"\0" * 64)
    inside = os.path.join(folder, "inside")
    os.makedirs(os.path.join(inside, "sub"))
    path = os.path.join(inside, "model.onnx")
    with open(os.path.join(inside, "data.bin"), "wb") as file:
        file.write(b"\0" * 64)
    os.symlink(outside, os.path.join(inside, "link.bin"))
    os.symlink(folder, os.path.join(inside, "way"))
    os.mkfifo(os.path.join(inside, "pipe.bin"))
    for label, entries in (
            ("in the parent folder", {"location": "../outside.bin"}),
            ("through sub/../..", {"location": "sub/../../outside.bin"}),
            ("at an absolute path", {"location": outside}),
            ("behind a link", {"location": "link.bin"}),
            ("in a linked folder", {"location": "way/outside.bin"}),
            ("missing", {"location": "gone.bin"}),
            ("a folder", {"location": "sub"}),
            ("a pipe", {"location": "pipe.bin"}),
            ("without a location", {"offset": 0}),
            ("past its file's end", {"location": "data.bin", "offset": 48}),
            ("at an offset past the end",
             {"location": "data.bin", "offset": 1 << 62}),
            ("at an offset that overflows",
             {"location": "data.bin", "offset": (1 << 64) - 8}),
            ("at a negative offset", {"location": "data.bin", "offset": -8}),
            ("at an offset that is no number",
             {"location": "data.bin", "offset": "eight"}),
            ("of the wrong length",
             {"location": "data.bin", "offset": 0, "length": 20}),
            ("of a length that overflows",
             {"location": "data.bin", "offset": 8, "length": (1 << 64) - 4})):
        with open(path, "wb") as file:
            file.write(external(entries).SerializeToString())
        refused_compile(tally, f"external data {label}", path)
    # The control: what is honest is taken.
    with open(path, "wb") as file:
        file.write(external({"location": "data.bin", "offset": 16,
                             "length": 24}).SerializeToString())
    refused_compile(tally, "external data inside the folder", path, want=None)
    done = sinter.invoke("sinterc", path, "-o",
                         os.path.join(inside, "good.so"), timeout=TIMEOUT)
    if done.returncode:
        tally.fail("external data inside the folder", "refused", done.stderr)


def outputs(tally, folder):
    path = tiny_models.write(folder, tiny_models.LLAMA)
    os.makedirs(os.path.join(folder, "taken.so"))
    os.makedirs(os.path.join(folder, "half.weights"))
    for label, out in (
            ("a missing folder", os.path.join(folder, "no", "m.so")),
            ("a folder's name", os.path.join(folder, "taken.so")),
            ("a place that takes no files", "/proc/m.so"),
            ("a folder where the weights go", os.path.join(folder, "half.so"))):
        refused_compile(tally, f"output to {label}", path, out=out)
        if os.path.exists(os.path.join(folder, "half.so")):
            tally.fail(f"output to {label}", "left half.so")
    done = sinter.invoke("sinterc", path, "-o", os.path.join(folder, "m.xyz"),
                         timeout=TIMEOUT)
    tally.check("output with an unknown suffix", done, want=2)


def chat_templates(tally, folder, path):
    """A template that the runtime would not take is refused here."""
    for name, text, says in (
            ("chat_template.jinja", "a\n{{ x|nosuch }}",
             ["line 2, column 6", 'the filter "nosuch"', "abs, capitalize",
              "change chat_template.jinja or remove it"]),
            ("chat_template.jinja", "{% if x %}", ["found the template's end"]),
            ("chat_template.jinja", "{% include 'x' %}",
             ['the statement "include"']),
            ("tokenizer_config.json", json.dumps({"chat_template": [
                {"name": "default", "template": "{{ x is nosuch }}"}]}),
             ['the test "nosuch"', "in tokenizer_config.json"]),
            ("tokenizer_config.json", "{", ["tokenizer_config.json"])):
        file = os.path.join(folder, name)
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        refused_compile(tally, f"{name} {text}", path, says=says)
        os.unlink(file)


def other_inputs(tally, folder):
    refused_compile(tally, "no such model", os.path.join(folder, "gone.onnx"),
                    says=["gone.onnx"])
    os.makedirs(os.path.join(folder, "dir.onnx"))
    refused_compile(tally, "a folder as model",
                    os.path.join(folder, "dir.onnx"))
    path = tiny_models.write(folder, tiny_models.LLAMA)
    for text in ("{", "[]", '{"a": ' + 100_000 * "[",
                 '{"max_position_embeddings": "many"}',
                 '{"max_position_embeddings": -1}',
                 '{"max_position_embeddings": 1e300}'):
        with open(os.path.join(folder, "config.json"), "w") as file:
            file.write(text)
        refused_compile(tally, f"config.json {text[:60]}", path, want=None)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump({}, file)
    for text in ("{", '{"model": {"type": "BPE", "vocab": {"a": -1}}}'):
        with open(os.path.join(folder, "tokenizer.json"), "w") as file:
            file.write(text)
        refused_compile(tally, f"tokenizer.json {text}", path, want=None)
    os.unlink(os.path.join(folder, "tokenizer.json"))
    chat_templates(tally, folder, path)
    for text in ("", "module {", "module { func.func @f() { \"a.b\"() : () } }",
                 "\0\0\0"):
        bad = os.path.join(folder, "bad.mlir")
        with open(bad, "w") as file:
            file.write(text)
        refused_compile(tally, f"level text {text!r}", bad, errors=None)


def weights_of_another_model(tally, folder):
    """IR on disk knows the content of the weights that it names."""
    path = tiny_models.write(folder, tiny_models.LLAMA)
    text = os.path.join(folder, "plan.mlir")
    sinter.succeed("sinterc", path, "-o", text, "--emit=plan")
    with open(text) as file:
        weights, = re.findall(r'sinter.digests = {"?([^" =]+)"? = "', file.read())
    with open(os.path.join(folder, weights), "r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    refused_compile(tally, "weights that changed", text,
                    says=[weights, "not the one that this IR was made from"])
    os.unlink(os.path.join(folder, weights))
    refused_compile(tally, "weights that are gone", text, says=[weights])


def types(tally, folder):
    """Flags for types that cannot be honoured, or that the input denies."""
    path = tiny_models.write(folder, tiny_models.LLAMA)
    for flag in ("--compute=int8", "--weights=int4", "--kv=int8", "--kv=keep",
                 "--weights-group=32", "--target=cuda"):
        refused_compile(tally, flag, path, flag, want=2,
                        says=[flag.split("=")[0], "not supported"])
    plan = os.path.join(folder, "plan.mlir")
    sinter.succeed("sinterc", path, "-o", plan, "--emit=plan",
                   "--compute=bf16")
    for flag in ("--compute=f32", "--weights=f16", "--kv=f32"):
        refused_compile(tally, f"{flag} of a bf16 plan", plan, flag,
                        says=[flag, "disagrees", "bf16"])
    sinter.succeed("sinterc", path, "-o", plan, "--emit=plan")
    refused_compile(tally, "--compute=bf16 of an f32 plan", plan,
                    "--compute=bf16", says=["disagrees", "f32"])
    with open(plan) as file:
        text = file.read()
    with open(plan, "w") as file:
        file.write(text.replace("module attributes {", "module attributes {"
                                'sinter.compute = "bf16} x",', 1))
    refused_compile(tally, "an unknown type in the IR", plan,
                    says=["sinter.compute"])
    g = Graph(18)
    g.input("x", FLOAT, [2, 3])
    g.output(g.Neg("x"), "y", FLOAT, [2, 3])
    save(g.model(), path)
    refused_compile(tally, "--kv without a cache", path, "--kv=bf16",
                    says=["--kv=bf16", "no cache"])


def main():
    sinter.require_tools("sinterc")
    tally = Tally()
    for group in (truncated, flipped, shapes, operators, external_data,
                  outputs, other_inputs, weights_of_another_model, types):
        with tempfile.TemporaryDirectory() as folder:
            group(tally, folder)
    tally.finish()


if __name__ == "__main__":
    main()
