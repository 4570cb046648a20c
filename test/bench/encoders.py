#!/usr/bin/env python3
"""Latency of encoders beside onnxruntime and OpenVINO, in one run.

  encoders.py [FOLDER] [--rounds 5] [--threads 1,2] [--batches 1,8]
              [--openvino PYTHON] [--json FILE]

bert-base (sequence 128) and ViT-B/16 with random weights (encoder_graphs.py),
made in FOLDER once. Contestants alternate; medians over rounds, each the median
of several calls. f32 and bf16 (Sinter: --compute=bf16; OpenVINO: inference
precision bf16; onnxruntime's CPU has none). --openvino: a Python that has it,
such as that of the shared anchors. Nothing else should run on the machine.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np

import encoder_graphs
import sinter_tools as sinter
from machine import warn_if_busy

MODELS = {"bert-base": encoder_graphs.bert_base,
          "vit-b16": encoder_graphs.vit_base}
SEQUENCE = 128


def feeds(name, batch):
    random = np.random.default_rng(3)
    if name == "vit-b16":
        return {"pixel_values": random.standard_normal(
            (batch, 3, 224, 224)).astype(np.float32)}
    return {"input_ids": random.integers(0, 30000, (batch, SEQUENCE)),
            "attention_mask": np.ones((batch, SEQUENCE), np.int64)}


def timed(call, repeats):
    call()
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begin)
    return 1e3 * statistics.median(seconds)


def run_onnxruntime(path, name, batch, threads, repeats):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options,
                                           providers=["CPUExecutionProvider"])
    given = feeds(name, batch)
    return timed(lambda: session.run(None, given), repeats)


def run_openvino(path, name, batch, threads, repeats, precision):
    import openvino
    core = openvino.Core()
    given = feeds(name, batch)
    model = core.read_model(path)
    model.reshape({key: list(value.shape) for key, value in given.items()})
    compiled = core.compile_model(model, "CPU", {
        "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    return timed(lambda: request.infer(given), repeats)


def judge(args):
    """One contestant is one process: this file with --judge."""
    kind, path, name, batch, threads, repeats = args.judge.split(",")
    rest = (path, name, int(batch), int(threads), int(repeats))
    if kind == "onnxruntime-f32":
        print(run_onnxruntime(*rest))
    else:
        print(run_openvino(*rest, kind.split("-")[1]))


def other(python, *words):
    done = subprocess.run([python, os.path.abspath(__file__), "--judge",
                           ",".join(map(str, words))], capture_output=True,
                          text=True)
    if done.returncode:
        sys.exit(f"{words[0]} failed: {done.stderr[-2000:]}")
    return float(done.stdout.split()[-1])


def own(model, name, batch, threads, repeats):
    dims = f"batch={batch}" + (f",sequence={SEQUENCE}" if "bert" in name else "")
    return sinter.run_json("bench", model, "--dims", dims, "-r", repeats,
                           "--threads", threads)["latency_ms"]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?",
                        default=os.path.join(sinter.ROOT, "build", "encoders"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--batches", default="1,8")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--openvino", help="a Python with openvino")
    parser.add_argument("--json", help="write every figure here")
    parser.add_argument("--judge", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.judge:
        return judge(args)
    warn_if_busy()
    rows = []
    print("| model | batch | threads | contestant | ms | of the best peer |\n"
          "|---|---|---|---|---|---|")
    for name in args.models.split(","):
        folder = os.path.join(args.folder, name)
        path = os.path.join(folder, "model.onnx")
        if not os.path.exists(path):
            encoder_graphs.save(MODELS[name](), folder)
        contestants = {"onnxruntime-f32": (sys.executable, "onnxruntime-f32")}
        for bits in ("f32", "bf16"):
            compiled = os.path.join(folder, f"{bits}.so")
            sinter.compile_model(path, compiled, f"--compute={bits}")
            contestants[f"sinter-{bits}"] = compiled
            if args.openvino:
                contestants[f"openvino-{bits}"] = (args.openvino,
                                                   f"openvino-{bits}")
        for batch in map(int, args.batches.split(",")):
            for threads in map(int, args.threads.split(",")):
                times = {key: [] for key in contestants}
                for _ in range(args.rounds):
                    for key, how in contestants.items():
                        times[key].append(
                            own(how, name, batch, threads, args.repeats)
                            if isinstance(how, str) else
                            other(*how, path, name, batch, threads,
                                  args.repeats))
                median = {k: statistics.median(v) for k, v in times.items()}
                for key, ms in median.items():
                    bits = key.split("-")[1]
                    peers = [v for k, v in median.items()
                             if not k.startswith("sinter")
                             and (k.endswith(bits) or bits == "bf16")]
                    ratio = (f"{min(peers) / ms:.2f} times as fast"
                             if key.startswith("sinter") else "")
                    print(f"| {name} | {batch} | {threads} | {key} | {ms:.1f} "
                          f"| {ratio} |", flush=True)
                rows.append({"model": name, "batch": batch, "threads": threads,
                             "ms": times})
    if args.json:
        with open(args.json, "w") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
