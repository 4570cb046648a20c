#!/usr/bin/env python3
"""What optimum exports, compiled and held against onnxruntime on the same file.

  optimum_exports.py FOLDER [NAME...] [--table]

Tiny models of architectures.py with random weights are exported into
FOLDER/NAME (once), compiled, and run: decoders for the logits of every position
at once and one by one and for greedy ids, all others for every output of two
batches. Prints a line each, with --table the rows of docs/exports.md; exits 1
unless all that ran agree. Needs requirements.txt of this folder, and sinterc and
sinter-run on the PATH or in SINTER_BIN. Not part of .ci/run: the exporters are
5 GB.
"""
import argparse
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import torch  # noqa: E402
import onnxruntime  # noqa: E402

import architectures  # noqa: E402

# Last: that folder has a profile.py, too.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "..", "e2e"))
import models  # noqa: E402
import sinter_tools as sinter  # noqa: E402

TYPES = {"tensor(int64)": np.int64, "tensor(int32)": np.int32,
         "tensor(float16)": np.float16,
         "tensor(float)": np.float32, "tensor(bool)": np.bool_}
PROMPT, NEW = 13, 8
FLAG = "use_cache_branch"


def make_model(kind, task, sizes, made=None):
    """With random weights, of the class `made`, or of optimum's for the task."""
    from transformers import AutoConfig
    config = AutoConfig.for_model(kind, **sizes)
    torch.manual_seed(3)
    if not made:
        from optimum.exporters.tasks import TasksManager
        made = TasksManager.get_model_class_for_task(
            task.replace("-with-past", ""), model_type=kind)
    model = made.from_config(config).eval().float()
    for weight in model.parameters():
        if weight.dim() >= 2:
            torch.nn.init.normal_(weight, std=0.15)
    return model


def export(name, folder):
    from optimum.exporters.onnx import onnx_export_from_model
    task = architectures.ARCHITECTURES[name][1]
    model = make_model(*architectures.ARCHITECTURES[name])
    onnx_export_from_model(model, folder, task=task, do_validation=False,
                           opset=17)


def image_side(folder):
    """Of the images that a model was made for."""
    with open(os.path.join(folder, "config.json")) as file:
        side = json.load(file).get("image_size", 32)
    side = side[0] if isinstance(side, list) else side
    return 64 if side == 64 else 32  # the others take any


def feed(node, batch, length, side, random, known=dict()):
    """Something that fits the input, whatever its model is; `known` sizes are
    those of inputs before it."""
    sizes = {"batch_size": batch, "num_channels": 3, "height": 32, "width": 32,
             "visual_embedding_dim": 32, "text_batch_size": batch, **known}
    shape = [d if isinstance(d, int) else sizes.get(d, length)
             for d in node.shape]
    if node.name == "input_values":
        shape[1:] = [1200] if len(shape) == 2 else [64, 32]
    if node.name == "pixel_values":
        shape = [shape[0], 3, side, side]
    if node.name == "input_features":
        shape[1:] = [8, 3000] if shape[-1] == 3000 else [length, 8]
    if node.name == "past_values":
        shape[1:] = [32, 2]
    if node.name == "bbox":
        shape[-1] = 4
    kind = TYPES[node.type]
    if kind == np.float32:
        return random.standard_normal(shape).astype(kind)
    if "mask" in node.name:
        mask = np.ones(shape, kind)
        if batch > 1 and len(shape) == 2:
            mask[-1, -2:] = 0
        return mask
    if "token_type" in node.name:
        return random.integers(0, 2, shape).astype(kind)
    if "position" in node.name:
        return np.broadcast_to(np.arange(shape[-1]), shape).astype(kind)
    if node.name == "bbox":
        return np.sort(random.integers(0, 60, shape)).astype(kind)
    return random.integers(3, 100, shape).astype(kind)


def check_forward(path, model, session, folder, relative=models.RELATIVE):
    errors = []
    merged = any(node.name == FLAG for node in session.get_inputs())
    cases = [(1, 7, False), (2, 9, False)]
    cases += [(*case[:2], True) for case in cases if merged]
    for case, (batch, length, flag) in enumerate(cases):
        random = np.random.default_rng(case)
        feeds, known = {}, {}
        for node in session.get_inputs():
            feeds[node.name] = feed(node, batch, length, image_side(folder),
                                    random, known)
            known |= {name: size for name, size
                      in zip(node.shape, feeds[node.name].shape)
                      if isinstance(name, str)}
        if merged:
            feeds[FLAG] = np.array([flag])
        flags = []
        for key, value in feeds.items():
            np.save(os.path.join(folder, f"in.{key}.npy"), value)
            flags += ["--input", f"{key}={folder}/in.{key}.npy"]
        sinter.succeed("sinter-run", "forward", model, *flags, "-o", folder)
        for node, want in zip(session.get_outputs(), session.run(None, feeds)):
            got = np.load(os.path.join(folder, node.name + ".npy"))
            if want.dtype.kind == "f":
                errors.append(models.close(node.name, got.astype(np.float32),
                                           want.astype(np.float32), relative))
            elif got.shape != want.shape or (got != want).any():
                raise models.Mismatch(f"{node.name} differs")
    return f"{max(errors, default=0):.0e}"


def all_logits(session, ids):
    feeds = {}
    for node in session.get_inputs():
        kind = TYPES[node.type]
        if node.name == "input_ids":
            feeds[node.name] = ids.astype(kind)
        elif node.name == "attention_mask":
            feeds[node.name] = np.ones(ids.shape, kind)
        elif node.name == "position_ids":
            feeds[node.name] = np.arange(ids.shape[1])[None].astype(kind)
        else:  # a past of no positions
            feeds[node.name] = np.zeros(
                [d if isinstance(d, int) else int(d == "batch_size")
                 for d in node.shape], kind)
    return session.run(["logits"], feeds)[0][0]


def check_decoder(path, model, session, folder):
    ids = np.random.default_rng(5).integers(3, 128, (1, PROMPT))
    want = all_logits(session, ids)
    errors = [models.close("logits", sinter.logits(model, ids[0], *flags), want)
              for flags in ([], ["--prefill-chunk", "1"])]
    longer = ids
    for _ in range(NEW):
        best = int(all_logits(session, longer)[-1].argmax())
        longer = np.concatenate([longer, [[best]]], axis=1)
    got = sinter.greedy(model, ids[0], NEW)
    if got != longer[0, PROMPT:].tolist():
        raise models.Mismatch(f"greedy ids {got}")
    report = sinter.read_report(os.path.join(folder, "report.json"))
    missed = sorted({m["kind"] for m in report.get("missed", [])})
    return f"{max(errors):.0e}" + (
        "; not fused: " + ", ".join(missed) if missed else "")


def check(task, file, folder):
    path = os.path.join(folder, file)
    model = sinter.compile_model(
        path, os.path.join(folder, file[:-5] + ".so"),
        "--report=" + os.path.join(folder, "report.json"))
    session = onnxruntime.InferenceSession(path)
    judge = check_decoder if task == architectures.TEXT else check_forward
    return judge(path, model, session, folder)


def first_line(text):
    """Of a message, or the one that names an error; without paths of models."""
    lines = str(text).strip().splitlines() or ["?"]
    line = next((x for x in lines if "error: " in x), lines[0])
    line = line.split("error: ", 1)[-1]
    return re.sub(r"'/[^']*/([^/']+\.onnx)'", r"'\1'", line)


def main(table, export, about, check=check):
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--table", action="store_true")
    args = parser.parse_intermixed_args()
    sinter.require_tools("sinterc", "sinter-run")
    wrong = ran = 0
    for name in args.names or table:
        folder = os.path.join(args.folder, name)
        os.makedirs(folder, exist_ok=True)
        list_files = lambda: sorted(f for f in os.listdir(folder)
                                    if f.endswith(".onnx"))
        if not list_files():
            quiet = io.StringIO()
            try:
                with contextlib.redirect_stdout(quiet), \
                        contextlib.redirect_stderr(quiet):
                    export(name, folder)
            except Exception as problem:  # an exporter's, of any type
                print(f"{name}: not exported: {first_line(problem)}", flush=True)
                continue
        for file in list_files():
            ran += 1
            try:
                result = "ok, " + check(table[name][1], file, folder)
            except (sinter.Failed, models.Mismatch, OSError,
                    subprocess.TimeoutExpired) as problem:
                wrong += 1
                result = "FAILED: " + first_line(problem)
            except Exception as problem:  # onnxruntime's, of any type
                wrong += 1
                result = "not judged: " + first_line(problem)
            print(f"| {name} | {file} | {result} |" if args.table
                  else f"{name}/{file}: {result}", flush=True)
    print(f"{ran - wrong} of {ran} agree with onnxruntime",
          file=sys.stderr if args.table else sys.stdout)
    sys.exit(bool(wrong) or not ran)


if __name__ == "__main__":
    main(architectures.ARCHITECTURES, export, __doc__)
