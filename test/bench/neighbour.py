#!/usr/bin/env python3
"""A compiled decoder beside a busy neighbour, in one run.

  neighbour.py MODEL.so [--threads 2 | --taskset] [--rounds 5] [--json FILE]

The neighbour computes without end on the last of the cores that this process may
use, and the model on as many as it has threads, that one among them. Each thread
that computes has an equal part of the cores when the system is fair: threads /
(threads + 1) of what the model reaches alone. What is lost is time that members
wait for one that does not run; with --taskset the model has one thread on the
neighbour's core, where half is fair. Rounds alternate; medians. Nothing else should
run on the machine.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
import sinter_tools as sinter  # noqa: E402
from machine import warn_if_busy  # noqa: E402


def rates(model, threads, cores):
    """Tokens a second of prefill and decode on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)  # children have it too
    try:
        got = sinter.run_json("bench", model, "-p", 256, "-n", 48, "-r", 1,
                              "--threads", threads)
    finally:
        os.sched_setaffinity(0, before)
    return got["prefill_tok_s"], got["decode_tok_s"]


def beside(core, call):
    """The result of a call while another process computes on this core."""
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"],
                            preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    try:
        return call()
    finally:
        busy.kill()
        busy.wait()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--taskset", action="store_true",
                        help="one thread, pinned to the neighbour's core")
    parser.add_argument("--json", help="write every figure here")
    args = parser.parse_args()
    warn_if_busy()
    cores = sorted(os.sched_getaffinity(0))
    threads = 1 if args.taskset else args.threads
    if threads > len(cores):
        sys.exit(f"{threads} threads want as many cores; there are {len(cores)}")
    mine = {cores[-1]} if args.taskset else set(cores[-threads:])
    alone, shared = [], []
    for _ in range(args.rounds):
        alone.append(rates(args.model, threads, mine))
        shared.append(beside(cores[-1],
                             lambda: rates(args.model, threads, mine)))
    fair = threads / (threads + 1)
    print("| | alone tok/s | beside it | of the fair share |\n|---|---|---|---|")
    for i, what in enumerate(("prefill", "decode")):
        one, other = (statistics.median(run[i] for run in runs)
                      for runs in (alone, shared))
        print(f"| {what} | {one:.1f} | {other:.1f} "
              f"| {100 * other / one / fair:.0f} % |")
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"threads": threads, "fair": fair, "alone": alone,
                       "shared": shared}, file, indent=1)


if __name__ == "__main__":
    main()
