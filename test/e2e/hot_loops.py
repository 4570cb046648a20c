#!/usr/bin/env python3
"""Hot loops of compiled models, read back from the object: no spill, no call.

  hot_loops.py [MODEL.so...]   these, else small models for several CPUs

A hot loop is an innermost loop with fused multiply-adds or dot products. An
operand in memory counts as a spill when it is a vector or a float at a fixed
place of the stack frame: [rsp + 0x80], without an index. The buffers that
kernels keep on the stack on purpose (scores and sums of attention) are read
and written with an index register, which tells them apart. Bounds and
addresses (integers) at fixed places are left out: a compare with one is as
cheap as with a register.

Four classes of loops are known not to be clean; they are counted by name:
  exp    the exponential of a softmax or an activation on 16 registers: its
         constants, the maximum and the sum do not fit, and up to EXP_SPILLS
         operands are in memory. Register tiles, which take the time, are not
         concerned.
  merge  where a block of attention is added to those before, every second
         product or more is stored to the buffer of sums; the factors of the
         rows are in memory. It runs once for 256 positions.
  angle  sin and cos of rotary angles, in f64 on 16 registers: up to ANGLE_SPILLS
         operands are in memory. It runs once a step, for a head's half.
  short  in the model `short` alone: a contraction of 40 elements is unrolled
         whole, the loop around it becomes the innermost, and its broadcasts
         are kept for the next columns through memory. The others are as wide
         as real models in what matters.

llvm-objdump of LLVM 22 is the judge of what an instruction is.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

import sinter_tools as sinter
import tiny_models

CPUS = ("x86-64-v3", "x86-64-v4", "znver5")
COMPUTE = ("f32", "bf16")
change = tiny_models.change
EXP_SPILLS, ANGLE_SPILLS = 3, 2
# Sizes at which no contraction is unrolled whole.
WIDE = dict(hidden=256, head_dim=64, inner=448, vocab=500, positions=1024)
STYLES = [
    change(tiny_models.LLAMA, name="llama", **WIDE),
    change(tiny_models.GPT2, name="gpt2", **WIDE),
    change(tiny_models.LLAMA, name="grouped", heads=9, kv_heads=3,
           **WIDE | dict(hidden=576, inner=1536)),
    change(tiny_models.LLAMA, name="window", window=100, softcap=30.0, **WIDE),
    change(tiny_models.LLAMA, name="short"),
]
HOT = re.compile(r"vfn?m(add|sub)|vdp(bf16|ph|b|w)|vpdp")
FRAME = re.compile(r"\[(rsp|rbp)(?: [+-] 0x[0-9a-f]+| [+-] \d+)?\]")
LINE = re.compile(r"\s*([0-9a-f]+):\s+(\S+)\s*([^#]*)")
Instruction = collections.namedtuple("Instruction", "address name operands")


def objdump():
    for name in ("llvm-objdump-22", "/usr/lib/llvm-22/bin/llvm-objdump"):
        if shutil.which(name):
            return name
    sinter.skip("no llvm-objdump of LLVM 22")


def disassemble(path):
    """name -> instructions of each function."""
    text = subprocess.run(
        [objdump(), "-d", "--no-show-raw-insn", "--x86-asm-syntax=intel",
         path], capture_output=True, text=True, check=True).stdout
    functions, current = {}, None
    for line in text.splitlines():
        if head := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            current = functions.setdefault(head[1], [])
        elif current is not None and (found := LINE.match(line)):
            current.append(Instruction(int(found[1], 16), found[2],
                                       found[3].strip()))
    return functions


class Flow:
    """Basic blocks of a function and where each goes on."""

    def __init__(self, name, code):
        self.code = code
        place = {line.address: i for i, line in enumerate(code)}
        targets, starts = {}, {0}
        for i, line in enumerate(code):
            if line.name[0] == "j":
                to = re.match(r"0x([0-9a-f]+)", line.operands)
                if not to:
                    raise sinter.Failed(f"{name}: an indirect jump at "
                                        f"{line.address:#x}: not understood")
                targets[i] = place.get(int(to[1], 16))
            if line.name[0] == "j" or line.name.startswith(("ret", "ud2")):
                starts |= {i + 1, targets.get(i)}
        starts = sorted(starts - {None, len(code)})
        self.end = dict(zip(starts, starts[1:] + [len(code)]))
        self.next = {}
        for start, end in self.end.items():
            last = code[end - 1].name
            goes_on = last != "jmp" and not last.startswith(("ret", "ud2"))
            self.next[start] = {targets.get(end - 1)} - {None}
            if goes_on and end < len(code):
                self.next[start].add(end)

    def cycles(self, nodes, cut):
        """Strongly connected parts that hold a cycle (Tarjan, no recursion),
        without the edges `cut`."""
        follow = lambda node: [to for to in self.next[node]
                               if to in nodes and (node, to) not in cut]
        index, low, stack, on, found = {}, {}, [], set(), []
        for root in sorted(nodes):
            if root in index:
                continue
            work = [(root, None)]
            while work:
                node, todo = work.pop()
                if todo is None:
                    index[node] = low[node] = len(index)
                    stack.append(node)
                    on.add(node)
                    todo = follow(node)
                while todo:
                    to = todo.pop()
                    if to not in index:
                        work += [(node, todo + [to]), (to, None)]
                        break
                    if to in on:
                        low[node] = min(low[node], low[to])
                else:
                    if low[node] != index[node]:
                        continue
                    part = set(stack[stack.index(node):])
                    del stack[stack.index(node):]
                    on -= part
                    if len(part) > 1 or node in follow(node):
                        found.append(part)
        return found

    def innermost(self):
        """The instructions of each loop that has no loop inside."""
        todo, found = [(set(self.next), set())], []
        while todo:
            nodes, cut = todo.pop()
            heads = {to for node, outs in self.next.items()
                     if node not in nodes for to in outs} & nodes
            cut = cut | {(node, to) for node in nodes
                         for to in self.next[node] & heads}
            inner = self.cycles(nodes, cut)
            todo += [(part, cut) for part in inner]
            if not inner and cut:
                found.append(nodes)
        return [[line for start in sorted(nodes)
                 for line in self.code[start:self.end[start]]]
                for nodes in sorted(found, key=min)]


def spills(loop, has_frame_pointer):
    found = []
    for line in loop:
        place = FRAME.search(line.operands)
        if place and re.search(r"[xyz]mm\d", line.operands) and (
                place[1] == "rsp" or has_frame_pointer):
            found.append(line)
    return found


def known_class(label, loop, spilled):
    """The class of the header that a loop with spills belongs to, or None."""
    # The power of two of an exponential is made by a shift into the exponent.
    if len(spilled) <= EXP_SPILLS and any(
            line.name in ("vpslld", "shl")
            and line.operands.endswith("0x17")
            for line in loop) and not any("zmm" in line.operands
                                          for line in loop):
        return "exp"
    if len(spilled) <= ANGLE_SPILLS and any(
            line.name == "vroundpd" for line in loop):
        return "angle"
    stores = sum(line.name.startswith("vmov") and "*" in line.operands
                 and line.operands.startswith(("ymmword", "zmmword"))
                 for line in loop)
    if 2 * stores >= sum(bool(HOT.match(line.name)) for line in loop):
        return "merge"
    return "short" if label.startswith("short ") else None


def check(label, path, problems, must_use=""):
    loops, spilled, calls = 0, 0, 0
    known, used = collections.Counter(), set()
    for name, code in disassemble(path).items():
        if not any(HOT.match(line.name) for line in code):
            continue
        framed = any((line.name, line.operands) == ("mov", "rbp, rsp")
                     for line in code)
        for loop in Flow(name, code).innermost():
            work = [line.name for line in loop if HOT.match(line.name)]
            if not work:
                continue
            loops += 1
            used.update(work)
            called = sum(line.name == "call" for line in loop)
            found = spills(loop, framed)
            what = known_class(label, loop, found) if found else None
            known.update([what] if what else [])
            if called or found and not what:
                calls += called
                spilled += len(found)
                problems.append(
                    f"{label}: {name} at {loop[0].address:#x}, {len(work)} of "
                    f"{len(loop)} instructions multiply: {len(found)} spills, "
                    f"{called} calls" + "".join(
                        f"\n    {line.address:x}: {line.name} {line.operands}"
                        for line in found[:4]))
    if not loops or must_use and must_use not in used:
        problems.append(f"{label}: no hot loop with {must_use or 'products'}")
    print(f"{label}: {loops} hot loops, {spilled} spills, {calls} calls"
          + "".join(f", {count} known ({what})"
                    for what, count in sorted(known.items())), flush=True)


def main():
    problems = []
    for path in sys.argv[1:]:
        check(os.path.basename(path), path, problems)
    if not sys.argv[1:]:
        sinter.require_tools("sinterc")
        with tempfile.TemporaryDirectory() as folder:
            for style in STYLES:
                model = tiny_models.write(os.path.join(folder, style.name),
                                          style)
                for cpu in CPUS:
                    for compute in COMPUTE:
                        library = sinter.compile_model(
                            model, os.path.join(folder, "model.so"),
                            f"--march={cpu}", f"--compute={compute}")
                        check(f"{style.name} {cpu} {compute}", library,
                              problems, "vdpbf16ps"
                              if (cpu, compute) == ("znver5", "bf16") else "")
    print("\n".join(problems) or "hot loops are clean")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
