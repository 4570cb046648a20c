#!/usr/bin/env python3
"""The same input gives the same bytes in every folder, and no path of the
machine is in any of them."""
import os
import shutil
import sys
import tempfile

import sinter_tools as sinter
import tiny_models

OUTPUTS = ("model.so", "model.o", "model.a", "model.mlir", "model.ll", "model")


def build(folder):
    """Every kind of output of one model copied to `folder`; name -> bytes."""
    os.makedirs(folder)
    tiny_models.write(folder, tiny_models.LLAMA)
    for name in OUTPUTS:
        out = os.path.join(folder, f"out-{name}", name)
        os.makedirs(os.path.dirname(out))
        # Relative names from another directory: neither may be remembered.
        sinter.compile_model(os.path.relpath(
            os.path.join(folder, "model.onnx"), os.path.dirname(out)),
            name, f"--report={name}.report.json",
            cwd=os.path.dirname(out))
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def main():
    sinter.require_tools("sinterc")
    scratch = tempfile.mkdtemp(prefix="sinter-determinism-")
    try:
        first = build(os.path.join(scratch, "a"))
        second = build(os.path.join(scratch, "another", "deeper", "folder"))
    finally:
        shutil.rmtree(scratch)
    problems = []
    if first.keys() != second.keys():
        problems.append(f"other files: {first.keys() ^ second.keys()}")
    for name in sorted(first.keys() & second.keys()):
        if first[name] != second[name]:
            at = next((i for i, (a, b) in enumerate(
                zip(first[name], second[name])) if a != b), "the end")
            problems.append(f"{name}: differs from byte {at}")
        if scratch.encode() in first[name]:
            problems.append(f"{name}: holds the folder's path")
    print("\n".join(problems) or f"{len(first)} files are the same bytes")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
