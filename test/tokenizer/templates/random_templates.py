#!/usr/bin/env python3
"""Small random templates beside transformers: equal texts, or an error in
both. What Sinter does not support must be refused when it is parsed.

  random_templates.py [COUNT] [SEED]     3000 templates from seed 1
"""
import collections
import random
import sys

import judge

VARIABLES = {
    "s": "Hello, World", "e": "", "u": "naïve 東京 🎉 ß", "w": "  pad\t\n",
    "m": "a,b,,c", "l": "one\ntwo\n\nthree\r\n", "n": 7, "z": 0, "neg": -3,
    "g": "ﬁx ΑΣ' ΟΔΟΣ. İŉǆ ªⅣ ᾳ x\u0301Σ Ⓐb", "f": 2.5, "big": 1e20, "t": True, "b": False, "o": None,
    "xs": [3, 1, 2], "ys": ["b", "A", "c"], "es": [], "mixed": [1, "x", None],
    "nested": [[1, 2], [3], []], "d": {"a": 1, "b": "two", "items": [1, 2]},
    "ed": {}, "tool": {"name": "f", "args": {"x": [1, {"y": 1.5}], "é": "<&>"}},
    "ms": [{"role": "user", "content": "hi", "n": 2},
           {"role": "assistant", "content": None, "tool": {"name": "g"}},
           {"role": "user", "content": " yo ", "n": 1}]}
STRINGS = ["''", "'a'", "'Hello'", "', '", "'\\n'", "\"it's\"", "'\\u00e9\\t'",
           "'o'", "'role'", "'b'", "'A,b'", "'é'", "'7'", "'2.5'", "'-x'",
           "'the-quick (brown'", "'{{'", "'%}'", "' '"]
NUMBERS = ["0", "1", "2", "-1", "3", "10", "2.5", "1_000", "1e3", "0.1"]
TEXTS, LISTS, DICTS = "seuwmlg", ["xs", "ys", "es", "mixed", "nested", "ms"], [
    "d", "ed", "tool"]
ATTRIBUTES = ["role", "content", "n", "tool", "name", "a", "items", "args", "x"]


class Maker:
    def __init__(self, r):
        self.r = r
        self.names = []  # set or looped over in the template

    def one(self, *choices):
        return self.r.choice(choices)

    def name(self):
        if self.names and self.r.random() < 0.3:
            return self.r.choice(self.names)
        return self.r.choice([*VARIABLES, "missing"])

    def string(self, depth):
        kind = self.r.random()
        if depth <= 0 or kind < 0.25:
            return self.one(self.r.choice(STRINGS), self.r.choice(TEXTS))
        inner = self.string(depth - 1)
        if kind < 0.55:
            return f"{inner if inner[0] not in '-' else '(' + inner + ')'}" \
                   f".{self.method(depth)}"
        if kind < 0.8:
            return f"({self.any(depth - 1)})|{self.text_filter(depth)}"
        if kind < 0.9:
            return f"({inner} {self.one('+', '~')} {self.string(depth - 1)})"
        return f"({inner})[{self.slice()}]"

    def method(self, depth):
        s = lambda: self.string(depth - 2)
        return self.one(
            "strip()", "lstrip()", "rstrip()", f"strip({s()})",
            f"lstrip({s()})", f"rstrip({s()})", "upper()", "lower()", "title()",
            "capitalize()", f"replace({s()}, {s()})",
            f"replace({s()}, {s()}, 1)", f"split({s()})", "split()",
            f"split({s()}, 1)", f"rsplit({s()}, 1)", "split(none, 1)",
            "splitlines()", "splitlines(true)", f"startswith({s()})",
            f"endswith({s()})", f"startswith(('a', {s()}))", f"find({s()})",
            f"rfind({s()})", f"index({s()})", f"rindex({s()})", f"count({s()})",
            "join(ys)", "join(u)", "join(xs)", f"partition({s()})",
            f"rpartition({s()})", f"removeprefix({s()})",
            f"removesuffix({s()})", "isspace()", "isdigit()", "isalpha()",
            "isalnum()")

    def text_filter(self, depth):
        s = lambda: self.string(depth - 2)
        return self.one(
            "trim", f"trim({s()})", "upper", "lower", "title", "capitalize",
            f"replace({s()}, {s()})", f"replace({s()}, {s()}, 1)", "string",
            "tojson", "tojson(indent=2)", "tojson(indent=0)", "tojson(sort_keys=true)",
            "tojson(separators=(',', ':'))", "tojson(ensure_ascii=true)",
            "indent", "indent(2, true)", "indent('> ', blank=true)", "e",
            "escape", f"default({s()})", "default('x', true)", "d", "join",
            f"join({s()})", "join(', ', attribute='role')", "first", "last",
            "reverse", "safe", f"safe + {s()}", f"safe ~ {s()}")

    def number(self, depth):
        if depth <= 0 or self.r.random() < 0.3:
            return self.one(self.r.choice(NUMBERS), "n", "z", "neg", "f", "t")
        a, b = self.number(depth - 1), self.number(depth - 1)
        return self.one(
            f"({a} + {b})", f"{a} - {b}", f"{a} * {b}", f"({a} / {b})",
            f"{a} // {b}", f"{a} % {b}", f"{a} ** 2", f"-{a}", f"+{a}",
            f"({self.sequence(depth - 1)})|length",
            f"({self.any(depth - 1)})|int", f"({self.string(depth - 1)})|int(5)",
            f"({self.string(depth - 1)})|float", f"({a})|abs", f"({a})|round",
            f"({a})|round(1)", f"({a})|round(2, 'floor')",
            f"({a})|round(method='ceil')", f"({self.sequence(depth - 1)})|sum",
            f"{self.sequence(depth - 1)}|count", "ms|sum(attribute='n')",
            f"({self.sequence(depth - 1)})|max",
            f"({self.sequence(depth - 1)})|min")

    def bound(self):
        return self.one("", "", "1", "-1", "2", "-2", "0", "9", "n", "neg",
                        "none")

    def slice(self):
        return self.one(f"{self.bound()}:{self.bound()}",
                        f"{self.bound()}:{self.bound()}:{self.bound()}",
                        "::-1", "1:", ":-1", "0", "-1", "5", "'a'")

    def sequence(self, depth):
        kind = self.r.random()
        if depth <= 0 or kind < 0.25:
            return self.one(*LISTS, "d", "[]", "[1, 2]", "(1, 'a')", "range(3)",
                            "d.items()", "d.keys()", "d.values()", "u",
                            "['b', 'a']", "ms", "range(1, 9, 3)", "(1,)")
        inner = self.sequence(depth - 1)
        return self.one(
            f"{inner}|list", f"({inner})|sort", f"({inner})|sort(reverse=true)",
            f"({inner})|sort(case_sensitive=true)", "ms|sort(attribute='role')",
            "ms|sort(attribute='role,content')", f"({inner})|reverse|list",
            f"({inner})|unique|list", f"({inner})|map('upper')|list",
            f"({inner})|map('tojson')|join(' ')", f"({inner})|map('string')|list",
            "ms|map(attribute='content')|list", "ms|map(attribute='tool.name')|join",
            "ms|map(attribute='n', default=9)|list",
            f"({inner})|map('default', 'q', true)|list",
            f"({inner})|select|list", f"({inner})|reject('none')|list",
            f"({inner})|select('string')|list",
            f"({inner})|select('in', xs)|list",
            f"({inner})|reject('equalto', {self.any(0)})|list",
            "ms|selectattr('role', 'equalto', 'user')|list",
            "ms|selectattr('n')|list|length", "ms|rejectattr('tool', 'defined')|list",
            "ms|selectattr('n', '>', 1)|list", "ms|selectattr('n', 'defined')|first",
            f"({inner})[{self.slice()}]", f"({inner}) + [{self.any(0)}]",
            f"({inner}) * 2", "d|dictsort", "d|items|list",
            "tool.args|dictsort(reverse=true)", "ed|dictsort(by='value')",
            f"[{self.any(depth - 1)}, {self.any(depth - 1)}]",
            f"({self.any(depth - 1)}, {self.any(0)})", f"dict(a={self.any(0)})",
            f"{inner}|batch(2)" if self.r.random() < 0.05 else f"{inner}|first",
            f"{inner}|last", f"({inner})|select('number')",
            f"({inner})|map('int')", f"{self.string(depth - 1)}.split(',')",
            f"{{'k': {self.any(0)}, {self.any(0)}: 1}}")

    def condition(self, depth):
        a = self.any(depth - 1)
        test = self.one(
            "defined", "undefined", "none", "string", "number", "integer",
            "float", "boolean", "true", "false", "mapping", "iterable",
            "sequence", "odd", "even", "divisibleby 2", "divisibleby(3)",
            "eq 1", "equalto('a')", "in xs", "in ['a', 1]", "gt 1", "lt(2)",
            "ge 0", "ne none", "sameas none", "sameas true", "lower", "upper",
            "callable", "escaped")
        if depth <= 0:
            return f"{self.name()} is {test}"
        return self.one(
            f"({a}) is {test}", f"({a}) is not {test}",
            f"{a} {self.one('==', '!=', '<', '<=', '>', '>=')} {self.any(depth - 1)}",
            f"{self.any(0)} {self.one('in', 'not in')} {self.sequence(depth - 1)}",
            f"{self.string(0)} in {self.string(depth - 1)}",
            f"not {self.condition(depth - 1)}",
            f"{self.condition(depth - 1)} and {self.condition(depth - 1)}",
            f"{self.condition(depth - 1)} or {a}", f"1 < {self.number(0)} <= 7",
            f"({self.condition(depth - 1)})")

    def any(self, depth):
        kind = self.r.random()
        if depth <= 0:
            return self.one(self.name(), self.r.choice(STRINGS),
                            self.r.choice(NUMBERS), "true", "none", "None")
        if kind < 0.1:
            return f"{self.name()}.{self.r.choice(ATTRIBUTES)}"
        if kind < 0.2:
            key = self.one(self.string(0), "0", "-1", "1", "n", "'a'", "'role'")
            return f"{self.one(self.name(), self.sequence(depth - 1))}[{key}]"
        if kind < 0.25:
            return (f"({self.any(depth - 1)} if {self.condition(depth - 1)}"
                    + self.one("", f" else {self.any(depth - 1)}") + ")")
        if kind < 0.3:
            return f"d.get({self.string(0)}{self.one('', ', 3')})"
        return self.r.choice([self.string, self.number, self.sequence,
                              self.condition])(depth - 1)

    def space(self):
        return self.one("", "", " ", "\n", "  \n", "\n\n  ", " x ", "x\n", "\t",
                        "\n  y", "é ")

    def open(self, tag="{%"):
        return tag + self.one("", "", "-", "+", "") + self.one(" ", " ", "\n")

    def close(self, tag="%}"):
        sign = self.one("", "", "-", "+") if tag != "}}" else self.one("", "-")
        return " " + sign + tag

    def block(self, words):
        return self.open() + words + self.close()

    def body(self, depth, loop=False):
        return "".join(self.space() + self.statement(depth - 1, loop)
                       for _ in range(self.r.randint(1, 3))) + self.space()

    def output(self, depth):
        return (self.open("{{") + self.any(self.r.randint(0, depth))
                + self.close("}}"))

    def statement(self, depth, loop=False):
        kind = self.r.random()
        if depth <= 0 or kind < 0.4:
            if loop and self.r.random() < 0.3:
                return self.open("{{") + "loop." + self.one(
                    "index", "index0", "revindex", "revindex0", "first", "last",
                    "length", "depth", "depth0", "previtem", "nextitem",
                    "cycle('a', 'b')", "changed(n)", "other") + self.close("}}")
            return self.output(max(depth, 2))
        if kind < 0.55:
            text = self.block("if " + self.condition(2)) + self.body(depth, loop)
            if self.r.random() < 0.3:
                text += (self.block("elif " + self.condition(1))
                         + self.body(depth, loop))
            if self.r.random() < 0.5:
                text += self.block("else") + self.body(depth, loop)
            return text + self.block("endif")
        if kind < 0.72:
            return self.loop(depth)
        if kind < 0.82:
            name = self.one("v1", "v2", "s", "xs")
            if self.r.random() < 0.3:
                filters = self.one("", " | trim", " | upper | replace('X', 'y')")
                text = (self.block(f"set {name}{filters}") + self.body(depth)
                        + self.block("endset"))
            elif self.r.random() < 0.2:
                text = self.block(f"set {name}, v3 = {self.any(1)}, {self.any(1)}")
            else:
                text = self.block(f"set {name} = {self.any(3)}")
            self.names.append(name)
            return text
        return self.r.choice([self.macro, self.comment, self.raw, self.filtered,
                              self.generation, self.namespace, self.scope])(
                                  depth, loop)

    def loop(self, depth):
        target, over = self.r.choice([
            ("i", self.sequence(2)), ("i", self.sequence(2)), ("m", "ms"),
            ("k, v", self.one("d.items()", "tool.args|items", "d|dictsort")),
            ("i", self.any(2)), ("a, b", self.sequence(1))])
        test = f" if {self.condition(1)}" if self.r.random() < 0.2 else ""
        outer = list(self.names)
        self.names += target.split(", ")
        text = self.block(f"for {target} in {over}{test}") + self.body(depth, True)
        if self.r.random() < 0.2:
            text += (self.block("if " + self.one("loop.first", "loop.last",
                                                 self.condition(1)))
                     + self.block(self.one("break", "continue"))
                     + self.block("endif") + self.space())
        self.names = outer
        if self.r.random() < 0.2:
            text += self.block("else") + self.body(depth)
        return text + self.block("endfor")

    def macro(self, depth, loop):
        if loop:  # refused when parsed
            return self.output(2)
        outer = list(self.names)
        self.names += ["p", "q"]
        text = (self.block(f"macro g(p, q={self.any(1)})") + self.body(depth)
                + self.one("", "{{ caller() if caller }}", "{{ caller() }}")
                + self.block("endmacro"))
        self.names = outer
        text += "{{ " + self.one(
            f"g({self.any(1)})", f"g({self.any(1)}, {self.any(1)})", "g()",
            f"g(q={self.any(1)})", f"g(1)|trim|upper", "g(1, 2, 3)",
            "g(1, r=2)") + " }}"
        if self.r.random() < 0.4:
            text += self.block("call g(1)") + self.body(depth) + self.block(
                "endcall")
        return text

    def comment(self, depth, loop):
        return self.open("{#") + "{{ no }} {% no" + self.close("#}")

    def raw(self, depth, loop):
        return (self.block("raw") + self.space() + "{{ n }} {% if" + self.space()
                + self.block("endraw"))

    def filtered(self, depth, loop):
        return (self.block("filter " + self.one("upper", "trim", "replace('a', 'b')"))
                + self.body(depth) + self.block("endfilter"))

    def generation(self, depth, loop):
        return (self.block("generation") + self.body(depth)
                + self.block("endgeneration"))

    def namespace(self, depth, loop):
        self.names.append("ns.c")
        return (self.block(f"set ns = namespace(c={self.any(1)}, k=0)")
                + "{% for i in xs %}" + self.block(f"set ns.c = {self.any(2)}")
                + self.block("set ns.k = ns.k + i") + "{% endfor %}"
                + "{{ ns.c }}{{ ns.k }}{{ ns.none }}")

    def scope(self, depth, loop):
        outer = list(self.names)
        self.names += ["p"]
        text = (self.block(f"with p = {self.any(2)}") + self.body(depth, loop)
                + self.block("endwith"))
        self.names = outer
        return text

    def template(self):
        return self.body(self.r.randint(1, 4))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    sources = [Maker(random.Random(f"{seed}/{i}")).template()
               for i in range(count)]
    answers = judge.rendered([(source, VARIABLES) for source in sources])
    tally, failures, unsupported = collections.Counter(), [], collections.Counter()
    for source, ours in zip(sources, answers):
        theirs = judge.expected(source, VARIABLES)
        text = isinstance(theirs, str)
        if isinstance(ours, str):
            tally["equal"] += ours == theirs
            if not text:
                failures.append((source, f"{ours[:200]!r}, want {theirs!r:.200}"))
            elif ours != theirs:
                failures.append((source, judge.first_difference(ours, theirs)))
        elif not text:
            tally["errors in both"] += 1
        elif ours.unsupported:
            tally["refused when " + ours.step.replace("parse", "parsed")
                  .replace("render", "rendered")] += 1
            unsupported[ours.step + ": " + ours.message.split(": ", 2)[-1][:60]] += 1
        else:
            failures.append((source, f"{str(ours)[:300]!r}, want {theirs[:200]!r}"))
    if "-v" in sys.argv:
        print(*unsupported.most_common(), sep="\n")
    for source, what in failures[:25]:
        print(f"FAILED: {source!r}\n  {what}")
    print(f"{judge.versions()}: {count} random templates from seed {seed}: "
          + ", ".join(f"{n} {what}" for what, n in sorted(tally.items()))
          + f", {len(failures)} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
