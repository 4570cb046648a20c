#!/usr/bin/env python3
"""Broken artifacts and impossible requests to sinter-run: each is refused
with one clear error, exit 1, before anything runs."""
import dataclasses
import os
import shutil
import subprocess
import tempfile

import sinter_tools as sinter
import tiny_models
from refusals import TIMEOUT, Tally

CAPACITY = 32
GREEDY = ("--greedy", "--max-new-tokens", "4", "--json")


def run(*words):
    return sinter.invoke("sinter-run", *words, timeout=TIMEOUT)


def rewrite(path, change):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    changed = change(data)
    os.unlink(path)  # the copy must not write through a hard link
    with open(path, "wb") as file:
        file.write(data if changed is None else changed)


def weights(tally, folder, model, foreign):
    """Every way in which a weight file can be the wrong one."""
    stem = model[:-len(".so")]
    size = os.path.getsize(stem + ".weights")

    def attempt(label, break_it, command=("generate", "--prompt-ids", "1,2",
                                          *GREEDY)):
        copy = os.path.join(folder, "copy.so")
        for suffix in (".so", ".weights"):
            shutil.copy(stem + suffix, copy[:-len(".so")] + suffix)
        break_it(copy[:-len(".so")] + ".weights")
        tally.check(f"weights {label}", run(command[0], copy, *command[1:]))

    for cut in sorted({0, 1, 16, 63, 64, 4095, 4096, size // 2, size - 1}):
        attempt(f"cut to {cut} bytes",
                lambda path: rewrite(path, lambda data: data[:cut]))
    attempt("with a byte more", lambda path: rewrite(
        path, lambda data: data + b"\0"))
    attempt("missing", os.unlink)
    attempt("of another model", lambda path: shutil.copy(
        foreign[:-len(".so")] + ".weights", path))
    for at in (0, 8, 16, 32, 48):
        attempt(f"with header byte {at} changed", lambda path: rewrite(
            path, lambda data: data.__setitem__(at, data[at] ^ 0x40)))
    attempt("with a changed byte, --verify", lambda path: rewrite(
        path, lambda data: data.__setitem__(size - 200, data[-200] ^ 1)),
        ("info", "--verify"))
    attempt("a folder", lambda path: (os.unlink(path), os.mkdir(path)))
    os.rmdir(os.path.join(folder, "copy.weights"))


def objects(tally, folder, model):
    broken = os.path.join(folder, "broken.so")
    with open(model, "rb") as file:
        whole = file.read()
    for cut in (0, 3, 64, 1000, len(whole) // 2):
        with open(broken, "wb") as file:
            file.write(whole[:cut])
        tally.check(f"model cut to {cut} bytes", run("info", broken))
    tally.check("no such model", run("info", os.path.join(folder, "gone.so")),
                says=["gone.so"])
    with open(broken, "w") as file:
        file.write("a text, no library\n" * 100)
    tally.check("a text as model", run("info", broken))
    stranger = next((path for path in (
        "/lib/x86_64-linux-gnu/libm.so.6", "/lib64/libm.so.6")
        if os.path.exists(path)), None)
    if stranger:
        tally.check("a library that is no model", run("info", stranger))


def requests(tally, folder, model):
    generate = lambda ids, *more: run("generate", model, f"--prompt-ids={ids}",
                                      *GREEDY, *more)
    vocab = tiny_models.LLAMA.vocab
    long = ",".join(["1"] * (CAPACITY + 1))
    tally.check("a prompt longer than the cache", generate(long),
                says=[str(CAPACITY)])
    tally.check("logits of more ids than the cache holds", run(
        "logits", model, "--prompt-ids", long, "-o",
        os.path.join(folder, "l.npy")), says=[str(CAPACITY)])
    for bad in (str(vocab), "1,-1", "1,2147483648", str(2**63 - 1), "-1"):
        tally.check(f"prompt ids {bad}", generate(bad))
        tally.check(f"logits of ids {bad}", run(
            "logits", model, f"--prompt-ids={bad}", "-o",
            os.path.join(folder, "l.npy")))
    if os.path.exists(os.path.join(folder, "l.npy")):
        tally.fail("refused logits", "left l.npy")
    for bad in ("one", "1,,2", "1;2", str(2**64), "1.5"):
        done = generate(bad)
        if done.returncode not in (1, 2):
            tally.fail(f"prompt ids {bad}", f"exit {done.returncode}")
        tally.check(f"prompt ids {bad}", done, want=done.returncode,
                    errors=None)
    tally.check("a text without a tokenizer", run(
        "generate", model, "--prompt", "hello", *GREEDY), says=["tokenizer"])
    for label, out in (("a missing folder", os.path.join(folder, "no", "l.npy")),
                       ("a folder", folder), ("a full device", "/dev/full")):
        tally.check(f"logits to {label}", run(
            "logits", model, "--prompt-ids", "1,2", "-o", out))
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [os.path.join(sinter.BIN, "sinter-run"), "generate", model,
             "--prompt-ids", "1,2", *GREEDY], stdout=full,
            stderr=subprocess.PIPE, timeout=TIMEOUT)
    tally.check("an answer to a full device", done)


def command_lines(tally, model):
    for words in (["generate", model, "--prompt-ids", "1", "--frobnicate"],
                  ["frobnicate", model], ["generate"], [],
                  ["generate", model], ["profile", model, "-n", "0"],
                  ["generate", model, "--prompt-ids", "1", "--temperature",
                   "-1"],
                  ["generate", model, "--prompt-ids", "1", "--top-p", "2"],
                  ["generate", model, "--prompt-ids", "1", "--threads", "0"],
                  ["generate", model, "--prompt-ids", "1",
                   "--max-new-tokens", "-3"]):
        tally.check(f"sinter-run {' '.join(words)}"[:60], run(*words), want=2)


def main():
    sinter.require_tools("sinterc", "sinter-run")
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        compiled = []
        for seed in (1, 2):
            style = dataclasses.replace(tiny_models.LLAMA, seed=seed)
            path = tiny_models.write(os.path.join(folder, str(seed)), style)
            compiled.append(sinter.compile_model(
                path, os.path.join(folder, f"model{seed}.so"),
                "--name=tiny", f"--max-length={CAPACITY}"))
        good = run("generate", compiled[0], "--prompt-ids", "1,2", *GREEDY)
        if good.returncode:
            tally.fail("the whole artifact", "refused", good.stderr)
        weights(tally, folder, *compiled)
        objects(tally, folder, compiled[0])
        requests(tally, folder, compiled[0])
        command_lines(tally, compiled[0])
    tally.finish()


if __name__ == "__main__":
    main()
