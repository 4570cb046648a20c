#!/usr/bin/env python3
"""What a compiled model and the runtime need where they run: libc alone.

The .so may need nothing but the C library (and calls nothing of it); the
executable neither; the runtime core needs no C++ library and its stripped
code is at most 64 KiB.
"""
import os
import re
import subprocess
import sys
import tempfile

import sinter_tools as sinter
import tiny_models

ALLOWED = re.compile(r"(libc|ld-linux-x86-64)\.so\.\d+$")
LIMIT = 64 << 10  # bytes of the runtime core, stripped


def output(*command):
    return subprocess.run(command, capture_output=True, text=True,
                          check=True).stdout


def needed(path):
    return re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-d", path))


def main():
    sinter.require_tools("sinterc")
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        model = tiny_models.write(folder, tiny_models.LLAMA)
        library = sinter.compile_model(model, os.path.join(folder, "m.so"))
        program = sinter.compile_model(model, os.path.join(folder, "m"))
        wanted = output("nm", "-D", "--undefined-only", library).split()
        if wanted:
            problems.append(f"the .so calls {wanted}")
        if needed(library):
            problems.append(f"the .so needs {needed(library)}")
        others = [n for n in needed(program) if not ALLOWED.match(n)]
        if others:
            problems.append(f"the executable needs {others}")
        print(f"executable needs {needed(program) or 'nothing'}")
        done = subprocess.run([program, "--info", "--json"],
                              capture_output=True, text=True)
        if done.returncode:
            problems.append(f"the executable does not run: {done.stderr}")
    runtime = os.environ.get("SINTER_RUNTIME")
    if runtime:
        problems += check_runtime(runtime)
    print("\n".join(problems) or "libc alone")
    sys.exit(bool(problems))


def check_runtime(library):
    """The runtime core as a shared library; linking it without libstdc++ and
    libm was the build's own check."""
    others = [n for n in needed(library) if not ALLOWED.match(n)]
    with tempfile.TemporaryDirectory() as folder:
        stripped = os.path.join(folder, "core.so")
        subprocess.run(["strip", "-o", stripped, library], check=True)
        size = os.path.getsize(stripped)
    print(f"runtime core, stripped: {size} bytes of at most {LIMIT}")
    found = [f"the runtime needs {others}"] if others else []
    return found + ([f"the runtime has {size} bytes"] if size > LIMIT else [])


if __name__ == "__main__":
    main()
