#!/usr/bin/env python3
"""A token's logits are the same bits however its neighbours are cut: chunks,
prefixes and threads. 200 ids of llama3-optimum."""
import os
import sys
import tempfile

import numpy as np

import sinter_tools as sinter

LENGTH = 200
CHUNKS = (1, 7, 64, 200)
PREFIXES = (1, 63, 64, 65, 130)
THREADS = (1, 2, 3, 4)


def main():
    folder = os.path.join(sinter.shared_models(), "llama3-optimum")
    if not os.path.isdir(folder):
        sys.exit(f"{folder} is absent")
    sinter.require_tools("sinterc", "sinter-run")
    ids = np.random.default_rng(200).integers(3, 384, LENGTH)
    with tempfile.TemporaryDirectory() as scratch:
        model = sinter.compile_model(
            os.path.join(folder, "model.onnx"),
            os.path.join(scratch, "model.so"),
            "--max-length=256", f"--prefill-chunk={LENGTH}")
        run = lambda ids, chunk, threads: sinter.logits(
            model, ids, "--prefill-chunk", str(chunk), "--threads",
            str(threads))
        reference = run(ids, LENGTH, 1)
        if reference.shape[0] != LENGTH or not np.isfinite(reference).all():
            sys.exit(f"bad logits: shape {reference.shape}")
        if np.ptp(reference, axis=0).min() == 0:
            sys.exit("rows do not differ: the test would see nothing")
        wrong = []

        def compare(label, got, want):
            # Bits, not values: 0.0 and -0.0 differ.
            equal = got.shape == want.shape and (
                got.view(np.uint32) == want.view(np.uint32)).all()
            if not equal:
                wrong.append(label)
                where = np.argwhere(got != want)[:1].tolist()
                print(f"{label}: differs, first at {where}", flush=True)

        for threads in THREADS:
            for chunk in CHUNKS:
                compare(f"chunk {chunk}, {threads} threads",
                        run(ids, chunk, threads), reference)
            for prefix in PREFIXES:
                compare(f"prefix {prefix}, {threads} threads",
                        run(ids[:prefix], LENGTH, threads),
                        reference[:prefix])
    count = len(THREADS) * (len(CHUNKS) + len(PREFIXES))
    print(f"{count - len(wrong)} of {count} equal bit for bit")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
