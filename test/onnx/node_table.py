#!/usr/bin/env python3
"""The table of node tests in docs/onnx-ops.md.

  node_table.py DATA PAGE --check      does the page say what the lists say?
  node_table.py DATA PAGE --write      write it into the page

DATA is what make_node_tests.py wrote. Which cases are refused, in which of their
three forms and why, stands in refusals.txt and native-refusals.txt, which the tests
onnx.node and onnx.native keep true: all other cases pass. Needs onnx (1.23.2).
"""
import argparse
import collections
import os
import re
import sys

import onnx

FORMS = ("static", "dynamic", "constants")
NATIVE_FORMS = FORMS[:2]
HEADING = "\n## Node tests\n"
HERE = os.path.dirname(os.path.abspath(__file__))


def op_of(folder):
    """The op that a case is about."""
    graph = onnx.load(os.path.join(folder, "model.onnx"),
                      load_external_data=False).graph
    names = {node.op_type for node in graph.node}
    if len(names) == 1:
        return names.pop()
    # A function's body: its values are named by the function's node.
    for node in graph.node:
        for name in [node.name, *node.output]:
            if named := re.match(r"([A-Z]\w*?)_test_", name):
                return f"{named[1]} (its body)"
    return "several"


def read_list(name):
    """Refused forms and reasons of each case."""
    refused = collections.defaultdict(dict)
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                continue
            case, forms, reason = line.rstrip("\n").split(": ", 2)
            for form in forms.split(","):
                refused[case][form] = reason
    return refused


def shorten(reason):
    """A reason without the place."""
    reason = re.sub(r"^(ONNX op \w+ \([^)]*\)(, node '[^']*')?|node '[^']*'|"
                    r"(input|output|constant|initializer|model|value) "
                    r"'[^']*'): ", "", reason)
    reason = re.sub(r"'[^']*\d[^']*'", "..", reason)
    reason = reason.split("; ")[0].replace("|", "\\|")
    return reason if len(reason) < 100 else reason[:97] + ".."


def why(refusals):
    """The two most frequent reasons of all."""
    reasons = collections.Counter(
        shorten(reason) for refused in refusals for reason in refused.values())
    text = "; ".join(reason for reason, _ in reasons.most_common(2))
    return text + (f"; {len(reasons) - 2} more" if len(reasons) > 2 else "")


def make_table(data):
    interpreted, native = (read_list("refusals.txt"),
                           read_list("native-refusals.txt"))

    def row(name, cases, reasons):
        passed = [sum(form not in interpreted[case] for case in cases)
                  for form in FORMS]
        ran = [sum(form not in interpreted[case] and form not in native[case]
                   for case in cases) for form in NATIVE_FORMS]
        return (f"| {name} | {len(cases)} | {' / '.join(map(str, passed))} | "
                f"{' / '.join(map(str, ran))} | {reasons} |")

    groups = collections.defaultdict(list)
    for case in sorted(os.listdir(data)):
        folder = os.path.join(data, case)
        if os.path.isdir(folder):
            groups[op_of(folder)].append(case)
    lines = [f"| op | cases | interpreted: {' / '.join(FORMS)} | "
             f"native: {' / '.join(NATIVE_FORMS)} | refused because |",
             "|---|---|---|---|---|"]
    for op, cases in sorted(groups.items()):
        lines.append(row(op, cases, why(
            refused[case] for case in cases for refused in
            (interpreted, native))))
    lines.append(row("all", sum(groups.values(), []), ""))
    return lines


def make_section(data):
    return HEADING + f"""
The backend node tests of onnx {onnx.__version__}, of all ops above, each in three forms: as it is,
with every size that an op need not know a symbol, and with its inputs as constants.
How many pass in each, by the interpreter and as native code (with constants there is
nothing left to run); the others are refused, none is wrong. The reasons in full are
test/onnx/refusals.txt and native-refusals.txt; the tests onnx.node and onnx.native fail when a
case is refused that is not there, and when one there is not refused. Written by
`test/onnx/node_table.py`.

""" + "\n".join(make_table(data)) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("page")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true")
    what.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with open(args.page, encoding="utf-8") as file:
        page = file.read()
    made = page.split(HEADING)[0] + make_section(args.data)
    if args.write:
        with open(args.page, "w", encoding="utf-8") as file:
            file.write(made)
    elif page != made:
        sys.exit(f"{args.page} is out of date: run test/onnx/node_table.py "
                 f"{args.data} {args.page} --write")
    print(f"{args.page}: the table of node tests is what the lists say")


if __name__ == "__main__":
    main()
