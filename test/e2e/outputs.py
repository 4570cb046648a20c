#!/usr/bin/env python3
"""Every kind of output of one model gives the same ids: library, executable,
object and archive linked into a C and a C++ program, weights embedded or
beside, and each level written out and taken back."""
import os
import subprocess
import sys
import tempfile

import numpy as np

import sinter_tools as sinter
import tiny_models

PROMPT, NEW = [5, 6, 7], 12
LEVELS = ("graph", "model", "plan", "loops", "llvm")
RUNTIME = os.environ.get("SINTER_RUNTIME_ARCHIVE")
PROGRAM = os.environ.get("SINTER_LINKED_PROGRAM")


class Outputs:
    def __init__(self, folder):
        self.folder, self.problems = folder, []
        self.model = tiny_models.write(folder, tiny_models.LLAMA)
        library = self.compile("reference.so")
        self.ids = sinter.greedy(library, PROMPT, NEW)
        self.logits = sinter.logits(library, PROMPT + self.ids)
        if len(set(self.ids)) < 2:
            self.problems.append("all ids are the same: the test sees little")

    def compile(self, name, *flags, model=None):
        return sinter.compile_model(model or self.model,
                                    os.path.join(self.folder, name),
                                    "--name=tiny", *flags)

    def expect(self, label, ids):
        if ids != self.ids:
            self.problems.append(f"{label}: {ids}, expected {self.ids}")

    def same_bits(self, label, library):
        got = sinter.logits(library, PROMPT + self.ids)
        if got.tobytes() != self.logits.tobytes():
            self.problems.append(f"{label}: other bits")

    def embedded(self):
        out = self.compile("embedded.so", "--embed-weights")
        if os.path.exists(os.path.join(self.folder, "embedded.weights")):
            self.problems.append("--embed-weights left a weight file")
        self.same_bits("embedded weights", out)

    def executable(self):
        for name, flags in (("program", ()), ("alone", ["--embed-weights"])):
            program = self.compile(name, *flags)
            done = subprocess.run(
                [program, "--prompt-ids", sinter.join(PROMPT), "--ignore-eos",
                 "--max-new-tokens", str(NEW)], capture_output=True, text=True)
            words = done.stdout.replace(",", " ").split()
            self.expect(f"executable {name}: {done.stderr.strip()}",
                        [int(word) for word in words])

    def linked(self):
        for suffix in (".o", ".a"):
            code = self.compile("tiny" + suffix)
            for compiler in (["clang-22", "-std=c99"],
                             ["clang++-22", "-std=c++17", "-x", "c++"]):
                program = os.path.join(self.folder, "linked")
                subprocess.run(
                    [*compiler, "-Wall", "-Wextra", "-Werror",
                     "-I", os.path.join(sinter.ROOT, "include"),
                     "-I", self.folder, PROGRAM, "-x", "none", code, RUNTIME,
                     "-lpthread", "-ldl", "-o", program], check=True)
                done = subprocess.run(
                    [program, os.path.join(self.folder, "tiny.weights")],
                    capture_output=True, text=True)
                self.expect(f"linked {suffix}, {compiler[0]}: "
                            f"{done.stderr.strip()}",
                            [int(word) for word in done.stdout.split()])

    def levels(self):
        for level in LEVELS:
            text = self.compile(f"level-{level}.mlir", f"--emit={level}")
            self.same_bits(f"level {level}", self.compile(
                f"from-{level}.so", model=text))
        with open(self.compile("code.ll")) as file:
            if "define" not in file.read():
                self.problems.append("the .ll defines nothing")

    def targets(self):
        """Older machines' code: other bits, the same values."""
        wide = sinter.has_cpu_flag("avx512bw")
        for march in ["x86-64-v3"] + ["x86-64-v4"] * wide:
            library = self.compile("older.so", f"--march={march}")
            got = sinter.logits(library, PROMPT + self.ids)
            error = np.abs(got - self.logits).max() / np.abs(got).max()
            if not error < 1e-5:
                self.problems.append(f"--march={march}: off by {error:.1e}")

    def side_outputs(self):
        out = self.compile("side.so", "-MD", "--save-temps",
                           "--report=" + os.path.join(self.folder, "r.json"))
        with open(out[:-len("so")] + "d") as file:
            rule = file.read()
        for word in (os.path.basename(self.model), "side.so", "config.json"):
            if word not in rule:
                self.problems.append(f"the depfile does not name {word}")
        with open(out[:-len("so")] + "h") as file:
            if "tiny_sinter_query" not in file.read():
                self.problems.append("the header does not declare the query")


def main():
    sinter.require_tools("sinterc", "sinter-run")
    with tempfile.TemporaryDirectory() as folder:
        outputs = Outputs(folder)
        parts = [outputs.embedded, outputs.executable, outputs.levels,
                 outputs.targets, outputs.side_outputs]
        if RUNTIME:
            parts.append(outputs.linked)
        for part in parts:
            try:
                part()
            except (sinter.Failed, subprocess.CalledProcessError, OSError,
                    ValueError) as problem:
                outputs.problems.append(f"{part.__name__}: {problem}")
    print("\n".join(outputs.problems) or f"{len(parts)} kinds of output agree")
    sys.exit(bool(outputs.problems))


if __name__ == "__main__":
    main()
