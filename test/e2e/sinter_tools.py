"""How the drivers in this folder call sinterc and sinter-run, and skip.

ctest sets SINTER_BIN (the commands' folder) and SINTER_SHARED; by hand they
default to build/bin and ../shared.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BIN = os.environ.get("SINTER_BIN") or os.path.join(ROOT, "build", "bin")
SHARED = os.environ.get("SINTER_SHARED") or os.path.join(ROOT, "..", "shared")
SKIP = 77  # ctest's SKIP_RETURN_CODE


class Failed(Exception):
    """A command that should have succeeded did not."""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIP)


def require_tools(*names):
    """Drivers run only where the commands were built."""
    for name in names:
        if not os.path.exists(os.path.join(BIN, name)):
            sys.exit(f"no {name} in {BIN}: build it, or set SINTER_BIN")


def shared_models():
    folder = os.path.join(SHARED, "models")
    if not os.path.isdir(folder):
        skip(f"no reference models: {folder} is absent (set SINTER_SHARED)")
    return folder


def invoke(*command, timeout=600, stdin=None, **options):
    """Runs a command; never raises for its exit status."""
    command = [str(word) for word in command]
    if os.sep not in command[0]:
        command[0] = os.path.join(BIN, command[0])
    return subprocess.run(command, capture_output=True, timeout=timeout,
                          input=stdin, **options)


def succeed(*command, **options):
    """Runs a command that has to succeed; returns its stdout, decoded."""
    done = invoke(*command, **options)
    if done.returncode:
        words = " ".join(str(word) for word in command)
        raise Failed(f"exit {done.returncode}: {words[:200]}\n"
                     + done.stderr.decode(errors="replace")[-800:])
    return done.stdout.decode()


def compile_model(model, out, *flags, **options):
    succeed("sinterc", model, "-o", out, *flags, **options)
    return out


def has_cpu_flag(flag):
    """Does /proc/cpuinfo name it?"""
    with open("/proc/cpuinfo") as file:
        return flag in file.read().split()


def has_dot():
    """Is there vdpbf16ps?"""
    return has_cpu_flag("avx512_bf16")


def compile_dots(model, out, *flags):
    """As --march=native, but with vdpbf16ps also where f32 fma are faster."""
    level = out + ".mlir"
    succeed("sinterc", model, "--emit=graph", "-o", level, *flags)
    with open(level) as file:
        text = re.sub(r'(#sinter.target<cpu = ")[^"]*', r"\1x86-64-v4",
                      file.read())
    with open(level, "w") as file:
        file.write(text)
    return compile_model(level, out, *flags)


def run_json(command, model, *arguments, **options):
    """sinter-run COMMAND MODEL ARGUMENTS --json, parsed."""
    text = succeed("sinter-run", command, model, *arguments, "--json",
                   **options)
    lines = text.splitlines()
    if len(lines) != 1:
        raise Failed(f"sinter-run {command} --json printed {len(lines)} lines")
    return json.loads(lines[0])


def join(ids):
    return ",".join(str(int(i)) for i in ids)


def logits(model, ids, *arguments):
    """Logits of every position, [ids, vocab]."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "logits.npy")
        succeed("sinter-run", "logits", model, "--prompt-ids", join(ids),
                "-o", path, *arguments)
        return np.load(path)


def greedy(model, ids, count, *arguments):
    """The next `count` ids, whatever the end ids are."""
    return run_json("generate", model, "--prompt-ids", join(ids), "--greedy",
                    "--ignore-eos", "--max-new-tokens", count,
                    *arguments)["ids"]


def read_report(path):
    with open(path) as file:
        return json.load(file)
