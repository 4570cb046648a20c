#!/usr/bin/env python3
"""What onnxruntime's tools make of optimum's exports, compiled and held against
onnxruntime on the same file.

  tool_exports.py EXPORTS FOLDER TOOL[,TOOL...] [NAME...]

EXPORTS is where optimum_exports.py left its models; of each NAME/model.onnx a
tool writes FOLDER/TOOL/NAME/model.onnx (once). Prints those that fail, and how
many agree. Needs requirements.txt of this folder, sympy, and sinterc and
sinter-run on the PATH or in SINTER_BIN. Not part of .ci/run.
"""
import contextlib
import io
import os
import shutil
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import \
    MatMulNBitsQuantizer
from onnxruntime.transformers import float16, optimizer

import optimum_exports
from architectures import ARCHITECTURES, TEXT
from genai_exports import Judge, rounding
from optimum_exports import models, sinter

KINDS = dict(gpt2="gpt2", vit="vit", clip="clip", swin="swin", t5="t5",
             bart="bart")  # of the optimizer; all others as bert


def optimize(source, out, name):
    """onnxruntime.transformers.optimizer: attention and norms as one node."""
    optimizer.optimize_model(
        source, model_type=KINDS.get(name, "bert"), num_heads=4, hidden_size=32,
        opt_level=0).save_model_to_file(out)


def session(source, out, name):
    """What a session writes that optimized the graph."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = \
        onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = out
    onnxruntime.InferenceSession(source, options)


def half(source, out, name):
    onnx.save(float16.convert_float_to_float16(onnx.load(source),
                                               keep_io_types=True), out)


def int4(source, out, name):
    made = MatMulNBitsQuantizer(onnx.load(source), block_size=32,
                                is_symmetric=False, accuracy_level=1)
    made.process()
    made.model.save_model_to_file(out)


def int8(source, out, name):
    quantize_dynamic(source, out, weight_type=QuantType.QInt8, per_channel=True)


TOOLS = {f.__name__: f for f in (optimize, session, half, int4, int8)}


def check_decoder(model, judge, relative):
    ids = np.random.default_rng(5).integers(3, 128, (1, optimum_exports.PROMPT))
    want = optimum_exports.all_logits(judge, ids).astype(np.float32)
    return max(models.close("logits", sinter.logits(model, ids[0], *flags),
                            want, relative)
               for flags in ([], ["--prefill-chunk", "1"]))


def check_stepped(model, judge):
    """Dynamic ranges are those of each position, as of tokens one by one. Where
    a number lies between two integers, the last bit of f32 decides, and later
    rows see that: the median is held to the bound."""
    ids = np.random.default_rng(5).integers(3, 128, optimum_exports.PROMPT)
    want = Judge(judge, set(), dict(batch_size=1)).logits(ids, 1)
    errors = np.abs(sinter.logits(model, ids) - want).max(-1) / np.abs(want).max()
    if not (np.median(errors) <= models.RELATIVE and errors.max() <= 0.1):
        raise models.Mismatch(f"rows are off by {np.array2string(errors, 200)}")


def check(tool, name, path):
    folder = os.path.dirname(path)
    relative = rounding(path)
    model = sinter.compile_model(path, os.path.join(folder, "model.so"))
    judge = onnxruntime.InferenceSession(path)
    if ARCHITECTURES[name][1] != TEXT:
        optimum_exports.check_forward(path, model, judge, folder, relative)
    elif tool == "int8":
        check_stepped(model, judge)
    else:
        check_decoder(model, judge, relative)


def make(tool, source, path, name):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copy(os.path.join(os.path.dirname(source), "config.json"),
                os.path.dirname(path))
    if not os.path.exists(path):
        with contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()):
            TOOLS[tool](source, path, name)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    exports, folder, tools, *names = sys.argv[1:]
    wrong = 0
    for tool in tools.split(","):
        good = ran = 0
        for name in names or sorted(ARCHITECTURES):
            source = os.path.join(exports, name, "model.onnx")
            path = os.path.join(folder, tool, name, "model.onnx")
            if not os.path.exists(source):
                continue
            try:
                make(tool, source, path, name)
            except Exception as problem:  # a tool's, of any type
                print(f"{tool} {name}: not made: "
                      f"{optimum_exports.first_line(problem)}", flush=True)
                continue
            ran += 1
            try:
                check(tool, name, path)
                good += 1
            except (sinter.Failed, models.Mismatch, OSError,
                    subprocess.TimeoutExpired) as problem:
                print(f"{tool} {name}: FAILED: "
                      f"{optimum_exports.first_line(problem)}", flush=True)
            except Exception as problem:  # onnxruntime's, of any type
                print(f"{tool} {name}: not judged: "
                      f"{optimum_exports.first_line(problem)}", flush=True)
        print(f"{tool}: {good} of {ran} agree with onnxruntime", flush=True)
        wrong += ran - good
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
