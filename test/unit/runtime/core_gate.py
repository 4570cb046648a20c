#!/usr/bin/env python3
"""The gate of the runtime core: at most 64 KiB, and libc alone.

  core_gate.py libsinter_runtime.so     (binutils: size, nm, readelf, strip)
"""
import os
import subprocess
import sys
import tempfile

LIMIT = 64 * 1024


def tool(*command):
    return subprocess.run(command, check=True, capture_output=True,
                          text=True).stdout


def main(library):
    with tempfile.TemporaryDirectory() as folder:
        stripped = os.path.join(folder, "core.so")
        tool("strip", "-o", stripped, library)
        text, data = map(int, tool("size", stripped).splitlines()[1].split()[:2])
    print(f"text {text} + data {data} = {text + data} of {LIMIT} bytes")
    if text + data > LIMIT:
        sys.exit("the runtime core has grown past its gate")
    needed = [line.split("[")[1].rstrip("]")
              for line in tool("readelf", "-d", library).splitlines()
              if "(NEEDED)" in line]
    print("needs", needed)
    # The loader itself is part of libc; musl names it otherwise.
    if [n for n in needed if not n.startswith(("libc.", "ld-"))]:
        sys.exit("the runtime core needs more than libc")
    undefined = [line.split()[-1] for line in
                 tool("nm", "-D", "-u", library).splitlines()]
    foreign = [name for name in undefined
               if name.startswith(("_Z", "__cxa_", "__gxx", "_Unwind"))
               and not name.startswith("__cxa_finalize")]
    if foreign:
        sys.exit(f"symbols of libstdc++ have crept in: {foreign}")
    exported = [line.split()[-1] for line in
                tool("nm", "-D", "--defined-only", library).splitlines()]
    strange = [name for name in exported if not name.startswith("sinter_")]
    if strange or "sinter_generate" not in exported:
        sys.exit(f"exports must be the API and nothing else: {strange}")
    print(f"{len(undefined)} symbols of libc, {len(exported)} exported")


if __name__ == "__main__":
    main(sys.argv[1])
