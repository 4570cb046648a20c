#!/usr/bin/env python3
"""Templates in the style of published families beside transformers: equal
texts, or an error in both, for every conversation.

  styles.py                 compares; the last line says how many
  styles.py --page FILE     also writes docs/chat-templates.md; --check FILE compares it
"""
import os
import sys
import textwrap

import jinja2
from jinja2 import nodes

import conversations
import judge

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "styles")
NAMES = {
    "chatml": "ChatML", "llama-2": "Llama 2", "llama-3.1": "Llama 3.1",
    "qwen2.5": "Qwen2.5", "qwen3": "Qwen3", "qwen3-coder": "Qwen3-Coder",
    "mistral-v3": "Mistral v3", "mixtral": "Mixtral", "gemma": "Gemma",
    "gemma-3": "Gemma 3", "phi-3": "Phi-3", "phi-4": "Phi-4",
    "deepseek-v2": "DeepSeek-V2", "deepseek-r1": "DeepSeek-R1",
    "command-r": "Command R", "granite": "Granite", "zephyr": "Zephyr",
    "falcon3": "Falcon3", "olmo-2": "OLMo 2", "smollm3": "SmolLM3",
    "gpt-oss": "gpt-oss", "hermes": "Hermes"}


def templates():
    for file in sorted(os.listdir(FOLDER)):
        stem = file.removesuffix(".jinja")
        with open(os.path.join(FOLDER, file), encoding="utf-8") as text:
            yield NAMES[stem], text.read()


def features(source):
    """What of Jinja a template uses beyond if, set, output and names."""
    class Generation(jinja2.ext.Extension):
        tags = {"generation"}

        def parse(self, parser):
            line = next(parser.stream).lineno
            body = parser.parse_statements(["name:endgeneration"],
                                           drop_needle=True)
            return nodes.FilterBlock(
                body, nodes.Filter(None, "generation", [], [], None, None),
                lineno=line)

    tree = jinja2.Environment(
        extensions=[Generation, jinja2.ext.loopcontrols]).parse(source)
    found = set()
    for node in tree.find_all(nodes.Node):
        match node:
            case nodes.Filter(name="generation"):
                found.add("generation")
            case nodes.Filter():
                found.add("\\|" + node.name)
            case nodes.Test():
                found.add("is " + node.name)
            case nodes.Macro():
                inside = any(c.node.name == node.name
                             for c in node.find_all(nodes.Call)
                             if isinstance(c.node, nodes.Name))
                found.add("recursive macro" if inside else "macro")
            case nodes.For(test=test) if test:
                found.add("for with if")
            case nodes.Slice():
                found.add("slices")
            case nodes.Concat():
                found.add("~")
            case nodes.NSRef():
                found.add("namespace")
            case nodes.Call(node=nodes.Getattr(attr=name)):
                found.add(f".{name}()")
            case nodes.Call(node=nodes.Name(name=name)) if name in (
                    "raise_exception", "strftime_now"):
                found.add(name)
            case nodes.Getattr(node=nodes.Name(name="loop"), attr=name):
                found.add("loop." + name)
    return sorted(found)


def compare(source, cases, problems, style):
    """(equal texts, errors in both)."""
    answers = judge.rendered([(source, variables) for _, variables in cases])
    equal = errors = 0
    for (name, variables), ours in zip(cases, answers):
        theirs = judge.expected(source, variables)
        if isinstance(ours, str) and ours == theirs:
            equal += 1
        elif isinstance(ours, judge.Refusal) and isinstance(theirs, Exception):
            errors += 1
        elif isinstance(ours, str) and isinstance(theirs, str):
            problems.append(f"{style}: {name}: "
                            + judge.first_difference(ours, theirs))
        else:
            problems.append(f"{style}: {name}: {str(ours)[:300]!r}, want "
                            f"{theirs!r:.300}")
    return equal, errors


def supported(source):
    """What Sinter lists when it refuses `source`."""
    return judge.rendered([(source, {})])[0].message.split("supported: ", 1)[1]


def page(rows, count):
    paragraphs = [
        "# Chat templates",
        "Sinter renders a model's chat template with an interpreter of its own "
        "for a strict subset of Jinja. What is outside the subset is refused "
        "when the template is parsed, with line and column.",
        f"## Equal to transformers\n\nEach row is a template written for this "
        "test with the constructs that the templates of a published family "
        f"use. {count} conversations (none to eighty turns, with and without "
        "system, tools, calls, results, documents, thoughts, prompt; empty, "
        "Unicode and list contents; roles out of order) are rendered by Sinter "
        "and by the function behind transformers' `apply_chat_template`. Equal: "
        "the same text. Refused: an error in both, as for roles that do not "
        "take turns.",
        f"Judge: {judge.versions()}. This page is made by "
        "`test/tokenizer/templates/styles.py --page FILE`; `ctest -R template` "
        "checks it and compares some thousand random templates as well "
        "(`random_templates.py`)."]
    table = ["| in the style of | equal | refused | of | uses |",
             "|---|---|---|---|---|"]
    for style, used, (equal, errors) in rows:
        table.append(f"| {style} | {equal} | {errors} | {count} | "
                     f"{', '.join(used) or 'if, for, set'} |")
    last = [
        "## The subset",
        "Statements: " + supported("{% nosuch %}") + ".",
        "Filters: " + supported("{{ x|nosuch }}") + ".",
        "Tests: " + supported("{{ x is nosuch }}") + ".",
        "Functions: range, dict, namespace, raise_exception, strftime_now. "
        "Methods: those of Python's str, dict and list that change nothing, "
        "except format, encode, translate and the like.",
        "Refused when parsed: other statements, filters, tests and methods; "
        "recursive loops; a macro inside of a loop or macro; varargs and "
        "kwargs; `*` and `**` in a call; formatting with `%`; numbers that are "
        "not decimal; names past ASCII. Refused when rendered: whole numbers "
        "of more than 64 bits, and writing what Python writes as an address "
        "(a generator, a method).",
        "Limits: 1 MiB of template, 200 levels of nesting, 255 arguments, "
        "64 MiB of text and 512 MiB of all that is kept, lists of 4000000 "
        "items and 10000000 in all, ranges of 100000, 1000000 lists and "
        "dictionaries, 20000000 steps, calls 1000 levels deep, 1000000000 "
        "bytes or items that pass through an operation. Past one of them "
        "rendering ends with an error that names it."]
    wrap = lambda p: "\n".join(textwrap.fill(part, 80, break_long_words=False,
                                             break_on_hyphens=False)
                               for part in p.split("\n"))
    return "\n\n".join([*map(wrap, paragraphs), "\n".join(table),
                        *map(wrap, last)]) + "\n"


def main():
    cases = list(conversations.all_conversations())
    problems, rows = [], []
    for style, source in templates():
        result = compare(source, cases, problems, style)
        rows.append((style, features(source), result))
        print(f"{style}: {result[0]} equal, {result[1]} refused by both",
              flush=True)
    text = page(rows, len(cases))
    if "--page" in sys.argv:
        with open(sys.argv[sys.argv.index("--page") + 1], "w",
                  encoding="utf-8") as file:
            file.write(text)
    elif "--check" in sys.argv:
        name = sys.argv[sys.argv.index("--check") + 1]
        with open(name, encoding="utf-8") as file:
            if file.read() != text:
                problems.append(f"{name} is not what these comparisons give; "
                                "make it anew with styles.py --page")
    for problem in problems[:40]:
        print("FAILED:", problem)
    total = sum(equal for _, _, (equal, _) in rows)
    print(f"{judge.versions()}: {len(rows)} templates, {len(cases)} "
          f"conversations, {total} texts equal, {len(problems)} failures")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
