#!/usr/bin/env python3
"""Cost curves of one compiled decoder, and whether they have cliffs.

  curves.py MODEL.so [--json FILE] [--svg FOLDER] [--check]

Three curves: milliseconds of a token against the depth of its context,
milliseconds of a step against its rows (into an empty cache), and decode and
prefill tokens a second against threads. A round measures every point once;
points have the medians over rounds, so that a slow minute hits all of them.

A curve has a cliff
- where M rows take more than 1.1 times what M' take, for M < M' <= 2 M;
- where M rows take more than the cheapest way to split them into smaller
  calls (and --noise): the way that the curve says, tried with the context
  that each of its calls has then;
- where the token at a depth is not within 1.3 times of the line between its
  neighbours.
They are printed; with --check the exit status is 1 when there is one. Nothing
else should run on the machine: then it is a bench, no test.
"""
import argparse
import ctypes
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "e2e"))
import plot  # noqa: E402
import sinter_tools as sinter  # noqa: E402
from machine import cpu, warn_if_busy  # noqa: E402

DEPTHS = "0,64,128,256,512,1024,2048,3072,4096,5120,6144,7168,8000"
ROWS = ("1-20,24,28,31-33,40,48,56,63-65,80,96,112,127-129,160,192,224,"
        "255-257,320,384,448,511,512")
PREFILL, DECODE, START = 512, 32, 32


class Session:
    """A session of the runtime; its steps are timed here."""

    def __init__(self, library, path, threads, vocab):
        self.runtime, self.vocab = library, vocab
        self.model, self.session = ctypes.c_void_p(), ctypes.c_void_p()
        self.error = ctypes.create_string_buffer(2048)
        self.row = ctypes.create_string_buffer(4 * vocab)
        # sinter_session_options: its size, threads, the model's chunk.
        options = (ctypes.c_uint32 * 4)(16, threads)
        self.call("sinter_model_open", os.fsencode(path), None,
                  ctypes.byref(self.model))
        self.call("sinter_session_create", self.model, options,
                  ctypes.byref(self.session))

    def call(self, name, *arguments):
        if getattr(self.runtime, name)(*arguments, self.error):
            message = ctypes.string_at(ctypes.addressof(self.error) + 4)
            sys.exit(f"{name}: {message.decode()}")

    def rewind(self, position):
        self.call("sinter_session_rewind", self.session,
                  ctypes.c_int64(position))

    def step(self, rows, logits=1):
        """Seconds of a step with the logits of its last rows."""
        ids = (ctypes.c_int64 * rows)(*(
            7 * i % (self.vocab - 3) + 3 for i in range(rows)))
        begin = time.perf_counter()
        self.call("sinter_session_step", self.session, ids,
                  ctypes.c_int64(rows), ctypes.c_int64(0),
                  ctypes.c_int64(logits), self.row)
        return time.perf_counter() - begin


def numbers(text):
    """'1-3,8' as [1, 2, 3, 8]."""
    found = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return sorted(found)


def team_sizes(most):
    """Every size up to 8, then doubling."""
    powers = {1 << i for i in range(most.bit_length())}
    return sorted({most} | powers | set(range(1, min(most, 8) + 1)))


class Curves:
    def __init__(self):
        self.samples = {}  # curve -> x -> seconds, one a round

    def add(self, curve, x, seconds):
        self.samples.setdefault(curve, {}).setdefault(x, []).append(seconds)

    def curve(self, name, value=lambda x, seconds: seconds * 1e3):
        return [(x, value(x, statistics.median(all_)))
                for x, all_ in sorted(self.samples.get(name, {}).items())]


def measure_depths(curves, session, depths, tokens):
    session.rewind(0)
    at = 0
    for depth in depths:
        if depth > at:
            session.step(depth - at, 0)
        times = [session.step(1) for _ in range(tokens)]
        curves.add("depth", depth, statistics.median(times))
        session.rewind(depth)
        at = depth


def measure_rows(curves, session, rows):
    for count in rows:
        session.rewind(0)
        curves.add("rows", count, session.step(count))


def measure_threads(curves, sessions, prefill):
    for threads, session in sessions.items():
        session.rewind(0)
        curves.add("prefill", threads, session.step(prefill) / prefill)
        session.rewind(0)
        session.step(START, 0)
        times = [session.step(1) for _ in range(DECODE)]
        curves.add("decode", threads, sum(times) / DECODE)


class Splits:
    """M rows as one call and as several, in turns."""

    def __init__(self, session, rounds, noise):
        self.session, self.rounds, self.noise = session, rounds, noise

    def seconds(self, calls):
        self.session.rewind(0)
        return sum(self.session.step(rows) for rows in calls)

    def describe(self, calls):
        """What is wrong with one call of so many rows, or None."""
        pairs = [(self.seconds([sum(calls)]), self.seconds(calls))
                 for _ in range(self.rounds)]
        whole, parts = (statistics.median(x) * 1e3 for x in zip(*pairs))
        if whole <= (1 + self.noise) * parts:
            return None
        return (f"{sum(calls)} rows take {whole:.3g} ms, calls of "
                f"{'+'.join(map(str, calls))} {parts:.3g} ms")


def row_cliffs(curve, splits_of):
    """Violations of both rules for rows."""
    found, cost = [], dict(curve)
    for m, taken in curve:
        cheapest = min(((y, x) for x, y in curve if m < x <= 2 * m),
                       default=None)
        if cheapest and taken > 1.1 * cheapest[0]:
            found.append(f"{m} rows take {taken:.3g} ms, {cheapest[1]} rows "
                         f"{cheapest[0]:.3g} ms")
    best = {}  # rows -> (ms, the calls), from measured calls alone
    for m in range(1, max(cost) + 1):
        splits = [(best[a][0] + best[m - a][0], best[a][1] + best[m - a][1])
                  for a in range(1, m // 2 + 1)
                  if a in best and m - a in best]
        split = min(splits, default=None)
        if m in cost and split and cost[m] > split[0]:
            found += filter(None, [splits_of.describe(split[1])])
        ways = [split] if split else []
        if m in cost:
            ways.append((cost[m], [m]))
        if ways:
            best[m] = min(ways)
    return found


def depth_cliffs(curve):
    found = []
    for (x0, y0), (x, y), (x1, y1) in zip(curve, curve[1:], curve[2:]):
        line = y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        if not line / 1.3 <= y <= line * 1.3:
            found.append(f"depth {x}: {y:.3g} ms, the line between {x0} and "
                         f"{x1} gives {line:.3g} ms")
    return found


def rate(_, seconds):
    return 1 / seconds


def write_plots(folder, curves, threads):
    os.makedirs(folder, exist_ok=True)
    plots = {
        "depth": ("A token at a depth of context", "context, tokens",
                  "ms a token", {"": curves.curve("depth")}, None, None),
        "rows": ("A step of many rows", "rows of the step", "ms a step",
                 {"": curves.curve("rows")}, 2, 10),
        "prefill-threads": ("Prefill", "threads", "tokens a second",
                            {"": curves.curve("prefill", rate)}, None, None),
        "decode-threads": ("Decode", "threads", "tokens a second",
                           {"": curves.curve("decode", rate)}, None, None),
    }
    for name, (title, x, y, series, x_base, y_base) in plots.items():
        if not all(series.values()):
            continue
        if not name.endswith("threads"):
            title += f", {threads} threads"
        with open(os.path.join(folder, name + ".svg"), "w") as file:
            file.write(plot.lines(title, x, y, series, x_base, y_base))


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a compiled decoder, .so")
    parser.add_argument("--json", help="write every figure here")
    parser.add_argument("--svg", help="write the plots into this folder")
    parser.add_argument("--check", action="store_true",
                        help="exit with 1 when there is a cliff")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=8,
                        help="tokens at each depth in a round")
    parser.add_argument("--depths", default=DEPTHS, help="'' leaves them out")
    parser.add_argument("--rows", default=ROWS, help="'' leaves them out")
    parser.add_argument("--threads", type=int,
                        help="of the first two curves, the most of the third; "
                        "default: what the machine gives")
    parser.add_argument("--noise", type=float, default=0.03,
                        help="part by which a call may exceed its split")
    args = parser.parse_args()
    library = ctypes.CDLL(os.environ.get("SINTER_RUNTIME") or os.path.join(
        sinter.BIN, "..", "runtime", "libsinter_runtime.so"))
    if args.threads is None:
        args.threads = library.sinter_default_threads()
    if min(args.rounds, args.tokens, args.threads) < 1:
        parser.error("--rounds, --tokens and --threads are at least 1")
    return args, library


def main():
    args, library = parse()
    info = sinter.run_json("info", args.model)
    if "step" not in info["entries"]:
        sys.exit(f"{args.model} is no decoder")
    room = info["max_length"]
    depths = [d for d in numbers(args.depths) if d + args.tokens <= room
              ] if args.depths else []
    rows = [r for r in numbers(args.rows) if 0 < r <= room
            ] if args.rows else []
    warn_if_busy()
    sessions = {count: Session(library, args.model, count, info["vocab"])
                for count in team_sizes(args.threads)}
    session = sessions[args.threads]
    session.step(min(64, room))  # reads the weights, wakes the clocks
    curves = Curves()
    for number in range(args.rounds):
        begin = time.perf_counter()
        measure_rows(curves, session, rows)
        measure_threads(curves, sessions, min(PREFILL, room - DECODE - START))
        measure_depths(curves, session, depths, args.tokens)
        print(f"round {number + 1} of {args.rounds}: "
              f"{time.perf_counter() - begin:.1f} s", file=sys.stderr)
    found = depth_cliffs(curves.curve("depth"))
    if rows:
        found += row_cliffs(curves.curve("rows"),
                            Splits(session, args.rounds, args.noise))
    if args.json:
        with open(args.json, "w") as file:
            json.dump({"cpu": cpu(), "model": info, "threads": args.threads,
                       "rounds": args.rounds, "seconds": curves.samples,
                       "cliffs": found}, file, indent=1)
    if args.svg:
        write_plots(args.svg, curves, args.threads)
    report(curves, found)
    sys.exit(bool(args.check and found))


def report(curves, found):
    print(cpu())
    for name, title, value in (
            ("depth", "ms a token at depth", None),
            ("rows", "ms a step of rows", None),
            ("prefill", "prefill tok/s, threads", rate),
            ("decode", "decode tok/s, threads", rate)):
        curve = curves.curve(name, value) if value else curves.curve(name)
        if curve:
            print(f"{title}: " + ", ".join(f"{x}: {y:.4g}" for x, y in curve))
    print("\n".join(["cliffs:"] + found) if found else "no cliffs")


if __name__ == "__main__":
    main()
