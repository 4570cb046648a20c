#!/usr/bin/env python3
"""Runs or compares every code block of README.md and docs/*.md.

A comment on the line before a block says what it is:
  <!-- run -->       bash, run in the document's sandbox: a folder with a tiny
                     model.onnx, its tokenizer and text.txt, and the built
                     commands on PATH
  <!-- output -->    what the run block before it printed; … stands for
                     anything within a line, a line of … for any lines
  <!-- file PATH --> text that PATH (in the repository) holds
  <!-- script -->    commands of the repository that CI runs by itself; each
                     must exist
  <!-- picture -->   neither
A block without a comment fails the test: nothing in a document is unchecked.
Documents that the build generates are compared by scripts/check instead.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
import sinter_tools as sinter  # noqa: E402
import tiny_chat  # noqa: E402

GENERATED = ("dialect.md", "onnx-ops.md")
BLOCK = re.compile(r"(?:^<!-- *(?P<kind>[^>]*?) *-->\n)?"
                   r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)"
                   r"^ *```$", re.M | re.S)


def matches(pattern, text):
    """Whether text is pattern with its … filled in."""
    parts = []
    for line in pattern.strip().splitlines():
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            words = [re.escape(word) for word in line.rstrip().split("…")]
            parts.append(".*".join(words) + r"[ ]*\n")
    return re.fullmatch("".join(parts), text.strip() + "\n") is not None


def run(text, sandbox):
    environment = dict(os.environ, PATH=os.pathsep.join(
        [sinter.BIN, os.environ.get("PATH", "")]),
        XDG_CACHE_HOME=os.path.join(sandbox, ".cache"))
    return subprocess.run(["bash", "-euo", "pipefail", "-c", text],
                          cwd=sandbox, env=environment, timeout=300,
                          capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


def check_block(kind, text, sandbox, last):
    """(what is wrong or None, output of a run block)."""
    if kind == "run":
        done = run(text, sandbox)
        if done.returncode:
            return (f"exit {done.returncode}\n{done.stdout[-1000:]}"
                    f"{done.stderr[-2000:]}"), None
        return None, done.stdout + done.stderr
    if kind == "output":
        if last is None:
            return "no run block before it", None
        if not matches(text, last):
            return f"the command now prints:\n{last}", last
        return None, last
    if kind.startswith("file "):
        path = os.path.join(sinter.ROOT, kind[5:].strip())
        if not os.path.exists(path):
            return f"{path} is not there", None
        with open(path, encoding="utf-8") as file:
            return (None if text.strip() in file.read()
                    else f"{kind[5:]} does not hold this text"), None
    if kind == "script":
        for line in text.splitlines():
            word = line.split()[0] if line.strip() else "."
            if not os.access(os.path.join(sinter.ROOT, word), os.X_OK):
                return f"{word} is no command of the repository", None
        return None, None
    if kind == "picture":
        return None, None
    return f"no comment that says how to check it (found {kind!r})", None


def check_document(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    wrong, last = 0, None
    with tempfile.TemporaryDirectory() as sandbox:
        tiny_chat.write(sandbox)
        with open(os.path.join(sandbox, "text.txt"), "w") as file:
            file.write("The ring of the sea is a thing of stone. " * 60)
        blocks = list(BLOCK.finditer(text))
        for block in blocks:
            line = text.count("\n", 0, block.start()) + 1
            problem, last = check_block(block["kind"] or "", block["text"],
                                        sandbox, last)
            if problem:
                wrong += 1
                print(f"{os.path.relpath(path, sinter.ROOT)}:{line}: "
                      f"{problem}", flush=True)
    return len(blocks), wrong


def main():
    sinter.require_tools("sinterc", "sinter-run")
    paths = [os.path.join(sinter.ROOT, "README.md"),
             *sorted(glob.glob(os.path.join(sinter.ROOT, "docs", "*.md")))]
    total = failed = 0
    for path in paths:
        if os.path.basename(path) not in GENERATED:
            blocks, wrong = check_document(path)
            total, failed = total + blocks, failed + wrong
    print(f"{total} blocks, {failed} wrong")
    sys.exit(bool(failed) or not total)


if __name__ == "__main__":
    main()
