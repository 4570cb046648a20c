#!/usr/bin/env python3
"""Makes examples/smollm2's model in a folder, unless it is there already.
  make_smollm2.py FOLDER DOWNLOADS [--layers N]"""
import os
import subprocess
import sys

import sinter_tools as sinter


def main():
    folder, downloads, *more = sys.argv[1:]
    if os.path.exists(os.path.join(folder, "model.onnx")):
        print(f"{folder} is there")
        return
    sys.exit(subprocess.run(
        [sys.executable, os.path.join(sinter.ROOT, "examples", "smollm2",
                                      "make_model.py"),
         "--out", folder, "--cache", downloads, *more]).returncode)


if __name__ == "__main__":
    main()
