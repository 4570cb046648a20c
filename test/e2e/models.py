#!/usr/bin/env python3
"""The reference exports of llama, llama3, qwen2 and gpt2 in three forms each:
compiled, with and without fusion, they give onnxruntime's recorded numbers.

For each folder: logits of every position, prefilled at once and one by one;
the greedy ids; and what --report says was fused, against config.json.
"""
import json
import os
import sys
import tempfile

import numpy as np

import sinter_tools as sinter

ARCHITECTURES = ("llama", "llama3", "qwen2", "gpt2")
FORMS = ("optimum", "dyn", "op23")
RELATIVE = 1e-4  # of the largest logit: the bar that the project set itself


class Mismatch(Exception):
    pass


def close(what, got, want, relative=RELATIVE):
    if got.shape != want.shape:
        raise Mismatch(f"{what}: shape {got.shape}, expected {want.shape}")
    if not np.isfinite(got).all():
        raise Mismatch(f"{what}: not finite")
    if not want.size:
        return 0.0
    largest = np.abs(want).max()
    error = np.abs(got - want).max() / (largest or 1)
    if not error <= relative:
        row = int(np.abs(got - want).max(-1).argmax())
        raise Mismatch(f"{what}: off by {error:.2e} of the largest, most in "
                       f"row {row}")
    return error


ENCODERS = ("bert", "vit")
GATED = ("llama", "mistral", "mixtral", "qwen2")


def expected_fusions(config):
    layers = config.get("num_hidden_layers", config.get("n_layer"))
    kind = config["model_type"]
    gated = kind in GATED
    norms = "rms_norm" if gated else "layer_norm"
    return {"attention": layers,
            norms: 2 * layers + 1 + (kind == "bloom"),  # of its embedding
            "rotary": 2 * layers if gated or kind == "gpt_neox" else 0,
            "gated_mlp": layers if gated else 0,
            "cache": 0 if kind in ENCODERS else layers}


def check_report(path, config, fuse):
    report = sinter.read_report(path)
    for kind, count in expected_fusions(config).items():
        if kind == "cache" and not fuse:
            continue  # no fusion
        want = count if fuse else 0
        if report["fused"].get(kind, 0) != want:
            raise Mismatch(f"report: {report['fused'].get(kind, 0)} of {kind} "
                           f"fused, config.json says {want}")
    if not fuse:
        return
    for miss in report["missed"]:
        if not (config["model_type"] in ENCODERS and miss["kind"] == "cache"
                and "not causal" in miss["reason"]):
            raise Mismatch(f"report: missed {miss}")


def check(folder, scratch, fuse):
    expected = np.load(os.path.join(folder, "expected.npz"))
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    model = os.path.join(scratch, "model.so")
    report = os.path.join(scratch, "report.json")
    flags = ["--require-fused"] if fuse else ["--no-fuse"]
    sinter.compile_model(os.path.join(folder, "model.onnx"), model,
                         f"--report={report}", *flags)
    prompt = expected["input_ids"][0]
    greedy = expected["greedy_ids"]
    # The last greedy id chose nothing: it needs no logits.
    ids = np.concatenate([prompt, greedy[:-1]])
    want = np.concatenate([expected["logits"], expected["step_logits"][1:]])
    errors = [close("prefill", sinter.logits(model, ids), want),
              close("one by one", sinter.logits(model, ids, "--prefill-chunk",
                                                "1"), want)]
    got = sinter.greedy(model, prompt, len(greedy))
    if got != greedy.tolist():
        raise Mismatch(f"greedy ids {got}, expected {greedy.tolist()}")
    check_report(report, config, fuse)
    return max(errors)


def main():
    models = sinter.shared_models()
    sinter.require_tools("sinterc", "sinter-run")
    names = [f"{a}-{form}" for a in ARCHITECTURES for form in FORMS]
    wanted = sys.argv[1:] or names
    there = [name for name in names
             if os.path.isdir(os.path.join(models, name))]
    ran = failed = 0
    for name in (n for n in there if n in wanted):
        for fuse in (True, False):
            label = f"{name:15} {'fused' if fuse else '--no-fuse'}"
            try:
                with tempfile.TemporaryDirectory() as scratch:
                    error = check(os.path.join(models, name), scratch, fuse)
                print(f"{label}: ok, {error:.1e}", flush=True)
            except (Mismatch, sinter.Failed, OSError, KeyError) as problem:
                failed += 1
                print(f"{label}: FAILED: {problem}", flush=True)
        ran += 1
    expected = len(there) if len(wanted) == len(names) else len(wanted)
    print(f"{ran} of {expected} ran, {failed} failures")
    if failed or not ran or ran != expected:
        sys.exit(1)
    if wanted == names and ran != len(names):
        sys.exit(f"{models} lacks {sorted(set(names) - set(there))}")


if __name__ == "__main__":
    main()
