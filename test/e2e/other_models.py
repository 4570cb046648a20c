#!/usr/bin/env python3
"""The other reference exports: decoders with and without a cache and encoders.
All give onnxruntime's recorded numbers, with and without fusion, and reports
that say what config.json does. models.py checks the rest of the folders."""
import json
import os
import sys
import tempfile

import numpy as np

import models
import sinter_tools as sinter

def check_decoder(model, expected, suffix=""):
    prompt = expected["input_ids"][0]
    greedy = expected["greedy_ids" + suffix]
    ids = np.concatenate([prompt, greedy[:-1]])
    want = np.concatenate([expected["logits" + suffix],
                           expected["step_logits" + suffix][1:]])
    errors = [models.close("prefill", sinter.logits(model, ids), want),
              models.close("one by one", sinter.logits(
                  model, ids, "--prefill-chunk", "1"), want)]
    got = sinter.greedy(model, prompt, len(greedy))
    if got != greedy.tolist():
        raise models.Mismatch(f"greedy ids {got}")
    return max(errors)


def check_encoder(model, expected, scratch):
    errors = []
    for case in sorted({key.split(".")[0] for key in expected.files}):
        flags = []
        for key in expected.files:
            if key.startswith(case + ".in."):
                path = os.path.join(scratch, key + ".npy")
                np.save(path, expected[key])
                flags += ["--input", f"{key.split('.in.')[1]}={path}"]
        sinter.succeed("sinter-run", "forward", model, *flags, "-o", scratch)
        for key in expected.files:
            if key.startswith(case + ".out."):
                got = np.load(os.path.join(
                    scratch, key.split(".out.")[1] + ".npy"))
                errors.append(models.close(key, got, expected[key]))
    return max(errors)


def check(folder, scratch, flags):
    report = os.path.join(scratch, "report.json")
    model = sinter.compile_model(os.path.join(folder, "model.onnx"),
                                 os.path.join(scratch, "model.so"),
                                 f"--report={report}", *flags)
    with open(os.path.join(folder, "config.json")) as file:
        models.check_report(report, json.load(file), not flags)
    expected = np.load(os.path.join(folder, "expected.npz"))
    # Of 4 bit weights with activations in 8 bits or in f32, the latter is ours.
    if "greedy_ids_acc1" in expected:
        return check_decoder(model, expected, "_acc1")
    if "greedy_ids" in expected:
        return check_decoder(model, expected)
    return check_encoder(model, expected, scratch)


def main():
    base = sinter.shared_models()
    sinter.require_tools("sinterc", "sinter-run")
    checked = {f"{a}-{f}" for a in models.ARCHITECTURES for f in models.FORMS}
    names = [name for name in sorted(os.listdir(base)) if name not in checked
             and os.path.isfile(os.path.join(base, name, "model.onnx"))]
    right = failed = 0
    for name in names:
        folder = os.path.join(base, name)
        try:
            for flags in ([], ["--no-fuse"]):
                with tempfile.TemporaryDirectory() as scratch:
                    error = check(folder, scratch, flags)
                print(f"{name} {' '.join(flags)}: ok, {error:.1e}", flush=True)
            right += 1
        except (models.Mismatch, sinter.Failed, OSError, KeyError) as problem:
            failed += 1
            print(f"{name}: FAILED: {problem}", flush=True)
    everything = len(names) + len(checked)
    print(f"{right} of {len(names)} ran; with models.py's {len(checked)} these "
          f"are {right + len(checked)} of {everything}")
    sys.exit(bool(failed) or not right)


if __name__ == "__main__":
    main()
