#!/usr/bin/env python3
"""sinter-run profile on compiled decoders and an encoder: every op once in each
layer, sums that agree with the model's shapes, traces that load, bits that stay."""
import collections
import ctypes
import itertools
import json
import os
import re
import sys
import tempfile

import numpy as np

import onnx_graph
import sinter_tools as sinter
import tiny_models

PROMPT, NEW = 20, 4


class Problems(list):
    def expect(self, condition, what):
        if not condition:
            self.append(what)


def profile(model, *arguments, prompt=PROMPT):
    return sinter.run_json("profile", model, "-p", prompt, "-n", NEW,
                           *arguments)


def check_ops(problems, style, report, threads):
    for phase in ("prefill", "decode"):
        ops = [op for op in report["ops"] if op["phase"] == phase]
        wall = report[phase]["wall_s"]
        problems.expect(
            0 < sum(op["time_s"] for op in ops) <= wall,
            f"{phase}: ops' times against {wall} s")
        problems.expect(
            0 < sum(op["busy_s"] for op in ops) <= wall * threads,
            f"{phase}: members' times against {threads} * {wall} s")
        for op in ops:
            problems.expect(op["time_s"] > 0 and op["runs"] > 0,
                            f"{phase}: {op['name']} took no time")
            problems.expect(op["bytes"] is not None
                            and op["flops"] is not None,
                            f"{phase}: {op['name']} ({op['kind']}) has no "
                            f"cost")
        layers = {op["layer"] for op in ops} - {None}
        wanted = set(range(style.layers)) if style.layers > 1 else set()
        problems.expect(layers == wanted, f"{phase}: layers {layers}")
        # Every layer runs the same ops.
        parts = [collections.Counter((op["name"], op["kind"]) for op in ops
                                     if op["layer"] == layer)
                 for layer in layers]
        problems.expect(all(part == parts[0] for part in parts),
                        f"{phase}: layers differ")
        kinds = collections.Counter(op["kind"] for op in ops)
        for kind, count in (("matmul", 4 * style.layers + 1),
                            ("attention", style.layers),
                            ("norm", 2 * style.layers + 1)):
            problems.expect(kinds[kind] == count,
                            f"{phase}: {kinds[kind]} {kind} ops, not {count}")


def check_amounts(problems, style, report):
    """Matrix products and attention against the shapes."""
    rows = style.head_dim * (style.heads + 2 * style.kv_heads)
    layer = style.hidden * (rows + 2 * style.inner) + style.hidden * (
        style.heads * style.head_dim + style.inner)
    for phase, tokens, wanted in (("prefill", PROMPT, 1),
                                  ("decode", NEW, NEW)):
        def total(kind, key):
            return sum(op[key] for op in report["ops"]
                       if (op["phase"], op["kind"]) == (phase, kind))
        flops = 2 * (tokens * style.layers * layer
                     + wanted * style.hidden * style.vocab)
        problems.expect(total("matmul", "flops") == flops,
                        f"{phase}: {total('matmul', 'flops')} FLOPs in "
                        f"matmuls, not {flops}")
        first = 0 if phase == "prefill" else PROMPT
        pairs = sum(range(first + 1, first + tokens + 1))
        flops = 4 * style.layers * style.heads * style.head_dim * pairs
        problems.expect(total("attention", "flops") == flops,
                        f"{phase}: {total('attention', 'flops')} FLOPs in "
                        f"attention, not {flops}")


def check_files(problems, model, folder, threads):
    trace, page = (os.path.join(folder, name) for name in ("t.json", "p.html"))
    report = profile(model, "--threads", threads, "--trace", trace, "--html",
                     page)
    with open(trace) as file:
        events = json.load(file)["traceEvents"]
    depth, names = collections.Counter(), set()
    for event in events:
        depth[event["tid"]] += {"B": 1, "E": -1}.get(event["ph"], 0)
        if event["ph"] == "B":
            names.add(event["name"])
        problems.expect(depth[event["tid"]] >= 0, "an end without begin")
    problems.expect(set(depth) == set(range(threads))
                    and not any(depth.values()), f"unbalanced trace: {depth}")
    missing = {op["name"] for op in report["ops"]} - names
    problems.expect(not missing, f"not in the trace: {missing}")
    with open(page) as file:
        text = file.read()
    problems.expect("http" not in text and "<svg" in text, "the page")
    check_arena(problems, text)


def check_arena(problems, page):
    """The buffers that the page draws: some share memory, none at a time."""
    drawing = re.search(r'<svg[^>]*aria-label="arena">(.*?)</svg>', page, re.S)
    boxes = [[float(number) for number in box] for box in re.findall(
        r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"',
        drawing.group(1) if drawing else "")]
    problems.expect(len(boxes) > 4, f"{len(boxes)} buffers in the arena")
    near = 0.02  # figures have two decimals

    def meet(a, b, at):
        return (a[at] + near < b[at] + b[at + 2]
                and b[at] + near < a[at] + a[at + 2])

    pairs = list(itertools.combinations(boxes, 2))
    problems.expect(not any(meet(a, b, 0) and meet(a, b, 1)
                            for a, b in pairs), "buffers overlap")
    problems.expect(any(meet(a, b, 1) for a, b in pairs), "nothing is shared")


def check_encoder(problems, folder):
    """A model that is no decoder, by its sizes: an attention and a product whose
    operations are known."""
    batch, rows, heads, width, columns = 2, 40, 4, 16, 24
    g = onnx_graph.Graph(23)
    q, k, v = (g.input(name, onnx_graph.FLOAT, ("b", "s", heads * width))
               for name in "qkv")
    y = g.Attention(q, k, v, q_num_heads=heads, kv_num_heads=heads)
    y = g.MatMul(y, g.weight(g.matrix(heads * width, columns)))
    g.output(y, "y", onnx_graph.FLOAT, ("b", "s", columns))
    path = os.path.join(folder, "encoder.onnx")
    onnx_graph.save(g.model(), path)
    model = sinter.compile_model(path, path[:-5] + ".so")
    page, trace = path + ".html", path + ".json"
    for threads in (1, 2):
        report = sinter.run_json(
            "profile", model, "--dims", f"b={batch},s={rows}", "-r", 3,
            "--threads", threads, "--html", page, "--trace", trace)
        phase = report["forward"]
        problems.expect((phase["calls"], phase["steps"]) == (3, 3)
                        and "decode" not in report, f"phases: {report.keys()}")
        amounts = {op["kind"]: (op["flops"], op["runs"])
                   for op in report["ops"]}
        for kind, flops in (
                ("attention", 4 * batch * heads * width * rows * rows),
                ("matmul", 2 * batch * rows * heads * width * columns)):
            problems.expect(amounts.get(kind) == (3 * flops, 3),
                            f"{kind}: {amounts.get(kind)}, not {3 * flops}")
    with open(page) as file:
        problems.expect("One call" in file.read(), "the encoder's page")
    with open(trace) as file:
        names = [event.get("name") for event in json.load(file)["traceEvents"]]
    problems.expect(names.count("forward") == 6, "the encoder's trace")
    failed = sinter.invoke("sinter-run", "profile", model, "--dims", "b=1")
    problems.expect(failed.returncode == 1
                    and b"say how large 's' is" in failed.stderr,
                    f"a size that is not given: {failed.stderr}")


class Track(ctypes.Structure):
    """sinter_trace_track of artifact.h."""
    _fields_ = [("events", ctypes.c_void_p), ("capacity", ctypes.c_int64),
                ("count", ctypes.c_int64), ("reserved", ctypes.c_int64 * 5)]


def check_bits(problems, library, vocab, threads):
    """Logits are the same bits with a trace, also with one that is full."""
    runtime = ctypes.CDLL(os.environ["SINTER_RUNTIME"])
    model, session = ctypes.c_void_p(), ctypes.c_void_p()
    options = (ctypes.c_uint32 * 4)(16, threads)  # sinter_session_options
    if (runtime.sinter_model_open(library.encode(), None, ctypes.byref(model),
                                  None)
            or runtime.sinter_session_create(model, options,
                                             ctypes.byref(session), None)):
        problems.append("the model does not open")
        return
    ids = np.arange(1, 20, dtype=np.int64) % vocab

    def logits(tracks):
        runtime.sinter_session_rewind(session, ctypes.c_int64(0), None)
        runtime.sinter_session_trace(session, tracks)
        out = np.empty((len(ids), vocab), np.float32)
        count = ctypes.c_int64(len(ids))
        status = runtime.sinter_session_step(
            session, ids.ctypes.data_as(ctypes.c_void_p), count,
            ctypes.c_int64(0), count, out.ctypes.data_as(ctypes.c_void_p),
            None)
        problems.expect(status == 0, f"step: status {status}")
        return out

    plain = logits(None)
    for capacity in (1 << 16, 5):
        events = np.zeros((threads, capacity + 1, 2), np.uint64)
        space = ctypes.create_string_buffer(64 * threads + 64)
        aligned = -ctypes.addressof(space) % 64
        tracks = (Track * threads).from_buffer(space, aligned)
        for member in range(threads):
            tracks[member].events = events[member].ctypes.data
            tracks[member].capacity = capacity
        problems.expect(np.array_equal(plain, logits(tracks)),
                        f"a trace of {capacity} events changes the logits")
        for member in range(threads):
            used = min(tracks[member].count, capacity)
            problems.expect(tracks[member].count > 5
                            and events[member, :used, 0].all()
                            and not events[member, used:].any(),
                            f"the track of member {member}")
    runtime.sinter_session_close(session)
    runtime.sinter_model_close(model)


def main():
    sinter.require_tools("sinterc", "sinter-run")
    problems = Problems()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        for style in tiny_models.STYLES:
            model = tiny_models.write(os.path.join(folder, style.name), style)
            library = sinter.compile_model(
                model, os.path.join(folder, style.name + ".so"),
                "--prefill-chunk=8")
            for threads in (1, 2):
                report = profile(library, "--threads", threads)
                check_ops(problems, style, report, threads)
                if style.gated:
                    check_amounts(problems, style, report)
                barriers = report["decode"]["barriers"]
                problems.expect((barriers > 0) == (threads > 1),
                                f"{barriers} barriers, {threads} threads")
            check_files(problems, library, folder, 2)
            if os.environ.get("SINTER_RUNTIME"):
                check_bits(problems, library, style.vocab, 3)
        check_encoder(problems, folder)
    print("\n".join(problems) or "every op of every layer is accounted for")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
