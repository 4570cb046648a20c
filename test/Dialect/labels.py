"""Checks that every op has a round trip and every constraint a negative test.

    python3 labels.py SOURCE_FOLDER      (needs mlir-tblgen on PATH)

A constraint is a line `- C1: ...` of an op's description. Its tests are
functions named OP_cN or OP_cN_WHAT in a part of an invalid-*.mlir (parts are
separated by `// -----`) that uses sinter.OP and expects an error citing CN.
"""
import glob
import os
import re
import shutil
import subprocess
import sys


def labels_of(documentation):
    """(op, label) pairs, ops without `sinter.`."""
    op, pairs = None, set()
    for line in documentation.splitlines():
        heading = re.match(r"### `sinter\.(\w+)`", line)
        if heading:
            op = heading.group(1)
        elif line.startswith("#") and not line.startswith("####"):
            op = None
        label = re.match(r"\s*- (C\d+):", line)
        if label and op:
            pairs.add((op, label.group(1)))
    return pairs


def ops_of(documentation):
    return re.findall(r"^### `sinter\.(\w+)`", documentation, re.MULTILINE)


def tests_of(path):
    """(op, label) pairs that a file's parts test, and what is wrong there."""
    pairs, wrong = set(), []
    with open(path) as file:
        parts = file.read().split("// -----")
    for part in parts:
        for op, number in re.findall(r"@(\w+?)_c(\d+)(?:_\w+)?\b", part):
            label = "C" + number
            if f"sinter.{op}" not in part:
                wrong.append(f"{path}: @{op}_c{number} does not use sinter.{op}")
            elif not re.search(r"expected-error.*\b" + label + r"\b", part):
                wrong.append(f"{path}: @{op}_c{number} expects no {label}")
            else:
                pairs.add((op, label))
    return pairs, wrong


def documentation_of(source):
    tool = shutil.which("mlir-tblgen")
    headers = os.path.join(os.path.dirname(os.path.dirname(
        os.path.realpath(tool))), "include")
    return subprocess.run(
        [tool, "-gen-op-doc", "dialects/Sinter/IR/SinterOps.td", "-I", ".",
         "-I", headers], cwd=source, check=True, text=True,
        stdout=subprocess.PIPE).stdout


def main():
    source = sys.argv[1]
    documentation = documentation_of(source)
    ops, declared = ops_of(documentation), labels_of(documentation)
    tested, wrong, checks = set(), [], ""
    for path in sorted(glob.glob(os.path.join(source, "test/Dialect/*.mlir"))):
        if not os.path.basename(path).startswith("invalid-"):
            with open(path) as file:
                checks += "".join(line for line in file if "CHECK" in line)
            continue
        pairs, problems = tests_of(path)
        tested |= pairs
        wrong += problems
    wrong += [f"sinter.{op}: {label} has no test @{op}_{label.lower()}"
              for op, label in sorted(declared - tested)]
    wrong += [f"sinter.{op} has no round trip" for op in ops
              if not re.search(rf"\bsinter\.{op}\b", checks)]
    wrong += [f"sinter.{op} declares no {label}"
              for op, label in sorted(tested - declared)]
    print("\n".join(wrong) or
          f"{len(ops)} ops, {len(declared)} constraints, all tested")
    return 1 if wrong or len(declared) < 50 else 0


sys.exit(main())
