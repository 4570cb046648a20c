#!/usr/bin/env python3
"""Random small decoders in many exporters' styles: logits, steps, greedy ids
and fused counts, against onnxruntime on the same file."""
import dataclasses
import os
import sys
import tempfile

import numpy as np

import sinter_tools as sinter
import tiny_models
from onnxruntime_judge import Decoder

RELATIVE = 1e-4  # of the largest logit, as for the reference exports
# In f16 each op rounds to 2^-11, here and in onnxruntime, which keeps f32 inside
# of some: twice a random walk over fewer than 256 ops.
RELATIVE_HALF = 2 * 256**0.5 * 2.0**-11
PROMPT, NEW = 7, 24
EACH = ("one_hot", "nonzero")  # an mlp for each expert


def expected_fusions(style):
    norm = "rms_norm" if style.kind == "rms" else "layer_norm"
    norms = (1 if style.parallel else 2) + 2 * style.post_norm + \
        2 * style.qk_norm
    experts = style.experts if style.routing in EACH else 1
    return {"attention": style.layers, "cache": style.layers,
            norm: norms * style.layers + 1,
            "rotary": 0 if style.rotary == "none" else 2 * style.layers,
            "gated_mlp": style.layers * max(experts, 1) *
                         int(style.gated)}


def expected_kernels(style, fuse):
    """Products that read the chosen experts alone."""
    if not style.experts:
        return 0
    if style.routing in EACH:  # of each expert; gate and up are one
        return style.layers * style.experts * (2 if fuse else 3)
    return style.layers * (3 if style.routing == "gather" else 2)


def feed(judge, style, ids):
    """Logits of all positions. Ranges are of all rows of a call: one by one."""
    judge.reset()
    if style.int8:
        return np.concatenate([judge.feed([i]) for i in ids])
    return judge.feed(ids)


def is_close(style, got, want, largest):
    """The largest error, and whether it may be."""
    errors = np.abs(got - want).max(-1) / largest
    if not style.int8:
        return errors.max(), errors.max() <= (
            RELATIVE_HALF if style.half else RELATIVE)
    # Where a number lies between two integers, the last bit of f32 decides by
    # how much of 1 / 127 it counts, and later rows see that. Few do.
    return errors.max(), np.median(errors) <= RELATIVE and errors.max() <= 0.1


def make_judge(style, path, scratch):
    if style.last:  # that gives the logits of all positions
        whole = dataclasses.replace(style, last="")
        path = tiny_models.write(os.path.join(scratch, "whole"), whole)
    buffers = {f"past_key_values.{layer}.{part}": style.positions
               for layer in range(style.layers) for part in ("key", "value")
               if style.node and (layer + 1) % style.windowed}
    return Decoder(path, buffers=buffers)


def check(style, scratch, external):
    """Yields what is wrong with this style. With `external`, sinterc gets a
    file whose constants all lie outside it, those of shapes too, which
    onnxruntime does not read: it gets the same model in one file."""
    path = tiny_models.write(os.path.join(scratch, style.name), style)
    judge = make_judge(style, path, scratch)
    if external:
        path = tiny_models.write(os.path.join(scratch, "external"), style,
                                 "weights.bin")
    ids = np.random.default_rng(5).integers(0, style.vocab, style.length)
    want = feed(judge, style, ids)
    largest = np.abs(want).max()
    # A check that a wrong answer would be seen: other ids, other logits.
    other = feed(judge, style, (ids + 1) % style.vocab)
    if np.abs(other - want).max() < 100 * RELATIVE * largest:
        yield "the model hardly depends on its input"
    # Without a cache there are the ranges of all rows again.
    for fuse in (True,) if style.int8 else (True, False):
        label = "fused" if fuse else "--no-fuse"
        out = os.path.join(scratch, f"{style.name}-{label}.so")
        report = out + ".json"
        try:
            sinter.compile_model(path, out, f"--report={report}",
                                 *(() if fuse else ("--no-fuse",)))
            # Without a cache each step takes all tokens before it.
            chunks = (), ("--prefill-chunk", "1"), ("--prefill-chunk", "9")
            for chunk in chunks if fuse else chunks[:1]:
                got = sinter.logits(out, ids, *chunk)
                error, fine = is_close(style, got, want, largest)
                if not fine:
                    yield f"{label} {chunk}: logits off by {error:.1e}"
            yield from check_greedy(judge, out, ids[:PROMPT], label,
                                    1e-3 if not style.half else
                                    2 * RELATIVE_HALF * largest)
            fused = sinter.read_report(report)["fused"]
            chosen = sum(entry["kind"] == "expert_matmul" for entry in
                         sinter.read_report(report)["matmuls"])
            if chosen != expected_kernels(style, fuse):
                yield f"{label}: {chosen} products of chosen experts, " \
                      f"expected {expected_kernels(style, fuse)}"
            for kind, count in expected_fusions(style).items():
                # A node that is attention needs no fusion to have a cache.
                if not fuse and not (style.node and kind == "cache"):
                    count = 0
                if fused.get(kind, 0) != count:
                    yield f"{label}: {fused.get(kind, 0)} of {kind} in the " \
                          f"report, expected {count}"
        except sinter.Failed as problem:
            yield f"{label}: {problem}"


def check_greedy(judge, out, prompt, label, least):
    want, margins = judge.greedy(prompt, NEW)
    got = sinter.greedy(out, prompt, NEW)
    for i, (a, b, margin) in enumerate(zip(got, want, margins)):
        if a != b:
            if margin > least:
                yield f"{label}: greedy id {i} is {a}, expected {b}"
            return
    if len(got) != NEW:
        yield f"{label}: {len(got)} greedy ids, expected {NEW}"


def main():
    sinter.require_tools("sinterc", "sinter-run")
    failed = 0
    styles = [s for s in tiny_models.STYLES + tiny_models.FAMILIES
              if not sys.argv[1:] or s.name in sys.argv[1:]]
    for i, style in enumerate(styles):
        with tempfile.TemporaryDirectory() as scratch:
            problems = list(check(style, scratch, external=i % 2 == 1))
        print(f"{style.name}: " + ("; ".join(problems) or "ok"), flush=True)
        failed += bool(problems)
    print(f"{len(styles) - failed} of {len(styles)} styles pass")
    sys.exit(bool(failed) or not styles)


if __name__ == "__main__":
    main()
