#!/usr/bin/env python3
"""A token's logits are the same bits however its neighbours are cut: chunks,
prefixes and threads. 200 ids of llama3-optimum, computed in f32, bf16 and f16."""
import os
import sys
import tempfile

import numpy as np

import sinter_tools as sinter

LENGTH = 200
CHUNKS = (1, 7, 64, 200)
PREFIXES = (1, 63, 64, 65, 130)
THREADS = (1, 2, 3, 4)


class Checks:
    def __init__(self, model, ids):
        self.model, self.ids = model, ids
        self.count, self.wrong = 0, 0

    def run(self, ids, chunk, threads):
        return sinter.logits(self.model, ids, "--prefill-chunk", str(chunk),
                             "--threads", str(threads))

    def compare(self, label, got, want):
        self.count += 1
        # Bits, not values: 0.0 and -0.0 differ.
        if got.shape != want.shape or (
                got.view(np.uint32) != want.view(np.uint32)).any():
            self.wrong += 1
            where = np.argwhere(got != want)[:1].tolist()
            print(f"{label}: differs, first at {where}", flush=True)

    def run_all(self, label):
        reference = self.run(self.ids, LENGTH, 1)
        if reference.shape[0] != LENGTH or not np.isfinite(reference).all():
            sys.exit(f"bad logits: shape {reference.shape}")
        if np.ptp(reference, axis=0).min() == 0:
            sys.exit("rows do not differ: the test would see nothing")
        for threads in THREADS:
            for chunk in CHUNKS:
                self.compare(f"{label}, chunk {chunk}, {threads} threads",
                             self.run(self.ids, chunk, threads), reference)
            for prefix in PREFIXES:
                self.compare(f"{label}, prefix {prefix}, {threads} threads",
                             self.run(self.ids[:prefix], LENGTH, threads),
                             reference[:prefix])
        return reference


def main():
    folder = os.path.join(sinter.shared_models(), "llama3-optimum")
    if not os.path.isdir(folder):
        sys.exit(f"{folder} is absent")
    sinter.require_tools("sinterc", "sinter-run")
    ids = np.random.default_rng(200).integers(3, 384, LENGTH)
    count = wrong = 0
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for compute in ("f32", "bf16", "f16"):
            model = sinter.compile_model(
                os.path.join(folder, "model.onnx"),
                os.path.join(scratch, "model.so"), "--max-length=256",
                f"--prefill-chunk={LENGTH}", f"--compute={compute}")
            checks = Checks(model, ids)
            results.append(checks.run_all(compute))
            count, wrong = count + checks.count, wrong + checks.wrong
    # Half a unit of 8 bits a layer and more would be a wrong kernel.
    for narrow in results[1:]:
        error = np.abs(narrow - results[0]).max() / np.abs(results[0]).max()
        if not 0 < error < 0.1:
            sys.exit(f"narrow logits are off by {error}")
    print(f"{count - wrong} of {count} equal bit for bit")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
