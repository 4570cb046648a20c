#!/usr/bin/env python3
"""Prefill and decode of a compiled decoder beside onnxruntime on the ONNX
file it was compiled from, in one run: rounds alternate between the two.

  beside_onnxruntime.py MODEL.so MODEL.onnx [--rounds 3] [--threads 1,2]

Prefill: 512 tokens to the next token. Decode: 128 greedy tokens after a
prompt of 32. Medians over rounds; a markdown table on stdout, and with
--json FILE every figure. Nothing else should run on the machine.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
import sinter_tools as sinter  # noqa: E402
from machine import cpu, warn_if_busy  # noqa: E402

KEYS = ("prefill_tok_s", "decode_tok_s")


def onnxruntime_round(args, threads):
    """One contestant is one process: this file with --judge."""
    done = subprocess.run(
        [sys.executable, os.path.abspath(__file__), args.model, args.onnx,
         "--judge", str(threads), "-p", str(args.prefill), "-n",
         str(args.decode), "-d", str(args.depth)],
        capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"onnxruntime failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def judge(args):
    from onnxruntime_judge import Decoder
    decoder = Decoder(args.onnx, threads=args.judge)
    ids = np.random.default_rng(1).integers(3, 90, args.prefill)
    best = {}
    for _ in range(3):  # the first is the warm-up of its own arena
        decoder.reset()
        begin = time.perf_counter()
        decoder.feed(ids)
        prefill = time.perf_counter() - begin
        decoder.reset()
        row = decoder.feed(ids[:args.depth])[-1]
        begin = time.perf_counter()
        for _ in range(args.decode):
            row = decoder.feed([int(row.argmax())])[-1]
        decode = time.perf_counter() - begin
        for key, value in zip(KEYS, (args.prefill / prefill,
                                     args.decode / decode)):
            best[key] = max(best.get(key, 0), value)
    print(json.dumps(best))


def sinter_round(args, threads):
    return sinter.run_json("bench", args.model, "-p", args.prefill, "-n",
                           args.decode, "-d", args.depth, "-r", 3,
                           "--threads", threads)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="compiled, .so")
    parser.add_argument("onnx", help="the file it was compiled from")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("-p", "--prefill", type=int, default=512)
    parser.add_argument("-n", "--decode", type=int, default=128)
    parser.add_argument("-d", "--depth", type=int, default=32)
    parser.add_argument("--json", help="write every figure here")
    parser.add_argument("--judge", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.judge:
        return judge(args)
    warn_if_busy()
    contestants = {"onnxruntime": onnxruntime_round, "sinter": sinter_round}
    figures = []
    for round_number in range(args.rounds):
        for threads in (int(t) for t in args.threads.split(",")):
            for name, measure in contestants.items():
                result = measure(args, threads)
                figures.append(dict(result, name=name, threads=threads,
                                    round=round_number))
                print(f"round {round_number + 1}: {name}, {threads} threads: "
                      + ", ".join(f"{k} {result[k]:.1f}" for k in KEYS),
                      file=sys.stderr, flush=True)
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"cpu": cpu(), "figures": figures}, file, indent=1)
    print_table(figures)


def print_table(figures):
    print(f"{cpu()}\n\n| threads | | onnxruntime | sinter | ratio |\n"
          "|---|---|---|---|---|")
    for threads in sorted({f["threads"] for f in figures}):
        for key in KEYS:
            peer, mine = (statistics.median(
                f[key] for f in figures
                if f["name"] == name and f["threads"] == threads)
                for name in ("onnxruntime", "sinter"))
            print(f"| {threads} | {key.split('_')[0]} tok/s | {peer:.1f} | "
                  f"{mine:.1f} | {mine / peer:.2f} |")


if __name__ == "__main__":
    main()
