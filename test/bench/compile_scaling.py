#!/usr/bin/env python3
"""How compiling grows with the number of layers, and its memory.

  compile_scaling.py MODEL.onnx CUT.onnx [--rounds 3]

MODEL has all layers, CUT fewer. Prints the time of each stage from
`sinterc -v`, the ratio of the sums without reading, packing and writing of
weights, and the private memory while compiling (smaps_rollup, sampled).
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
import sinter_tools as sinter  # noqa: E402

# A stage line of -v: "sinterc: NAME  0.123 s  45.6 MiB private".
STAGE = re.compile(r"^sinterc: (\S.*?) +(\d+\.\d+) s\b", re.M)
WEIGHTS = re.compile(r"read|pack|writ|weights", re.I)


def private_bytes(pid):
    """Memory that is this process's alone; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return sum(int(line.split()[1]) for line in file
                       if line.startswith("Private_")) * 1024
    except (FileNotFoundError, ProcessLookupError):
        return 0


def compile_once(model, folder):
    command = [os.path.join(sinter.BIN, "sinterc"), model, "-o",
               os.path.join(folder, "model.so"), "-v"]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    peak = 0

    def watch():
        nonlocal peak
        while child.poll() is None:
            peak = max(peak, private_bytes(child.pid))
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    text = child.stderr.read()
    child.wait()
    watcher.join()
    if child.returncode:
        sys.exit(f"sinterc failed: {text[-2000:]}")
    stages = {name: float(seconds) for name, seconds in STAGE.findall(text)
              if name.lower() != "total"}
    if not stages:
        sys.exit(f"no stage times in the output of -v:\n{text}")
    return stages, peak


def weight_bytes(model):
    folder = os.path.dirname(os.path.abspath(model))
    return sum(entry.stat().st_size for entry in os.scandir(folder)
               if ".onnx" in entry.name)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("cut")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    runs = {args.model: [], args.cut: []}
    for _ in range(args.rounds):
        for model in runs:
            with tempfile.TemporaryDirectory() as folder:
                runs[model].append(compile_once(model, folder))
    medians = {model: {name: statistics.median(
        stages.get(name, 0.0) for stages, _ in results)
        for name in results[0][0]} for model, results in runs.items()}
    print("| stage | all layers, s | cut, s |\n|---|---|---|")
    for name, seconds in medians[args.model].items():
        print(f"| {name} | {seconds:.3f} | "
              f"{medians[args.cut].get(name, 0.0):.3f} |")
    full, cut = (sum(seconds for name, seconds in medians[model].items()
                     if not WEIGHTS.search(name)) for model in runs)
    peak = max(peak for _, peak in runs[args.model])
    bound = 1.5 * weight_bytes(args.model) + 300e6
    print(f"\nwithout weights: {full:.3f} s and {cut:.3f} s, ratio "
          f"{full / cut:.2f} (bar 1.5)\nprivate memory {peak / 1e6:.0f} MB "
          f"(bar {bound / 1e6:.0f} MB)")


if __name__ == "__main__":
    main()
