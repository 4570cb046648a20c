"""Every stage of the pipeline on real exports, judged by the interpreter.

    python3 judge_levels.py --bin BUILD/bin --shared FOLDER [MODEL ...]

For each model below FOLDER/models: import it, run one stage after the other
with sinter-opt, and compare the module before and after each with sinter-equiv
on random inputs and the model's own weights: the same function for Simplify,
Fuse, Layout and Roll; @forward against @step over splits for Generate; the plan
against what Tile and Bufferize made of it, for teams of one and three. Prints
`N of N ran` and exits 1 when one differs; 77 when there are no models.
"""
import argparse
import os
import subprocess
import sys
import tempfile

MODELS = [f"{family}-{export}"
          for family in ("llama", "llama3", "qwen2", "gpt2")
          for export in ("optimum", "dyn", "op23")]
LENGTH, CHUNK = 64, 4
# Name, pipeline, what to compare with (None: the module before), arguments.
STAGES = [
    ("simplify", "sinter-simplify", None, []),
    ("fuse", "sinter-fuse", None, []),
    ("generate",
     f"sinter-generate{{max-length={LENGTH} prefill-chunk={CHUNK}}}", None,
     ["--steps", "--length", "11"]),
    ("layout", "sinter-layout", None, []),
    ("roll", "sinter-roll", None, []),
    ("tile", "sinter-tile-pipeline", None, ["--members", "1"]),
    ("bufferize", "sinter-bufferize-pipeline", "roll", ["--members", "1"]),
]
TEAM = 3


class Failure(Exception):
    pass


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=600)
    if done.returncode:
        raise Failure(f"{' '.join(command)}\nexit {done.returncode}\n"
                      f"{done.stdout[-3000:]}")
    return done.stdout.strip()


def judge(model, options, work):
    folder = os.path.join(options.shared, "models", model)
    tool = lambda name: os.path.join(options.bin, name)
    files = {"graph": os.path.join(work, model + ".graph.mlir")}
    run([tool("sinterc"), os.path.join(folder, "model.onnx"), "--emit=graph",
         "--march=x86-64-v3", f"--max-length={LENGTH}",
         f"--prefill-chunk={CHUNK}", "-o", files["graph"]])
    before = "graph"
    for name, pipeline, reference, arguments in STAGES:
        files[name] = os.path.join(work, f"{model}.{name}.mlir")
        run([tool("sinter-opt"), files[before], "-o", files[name],
             f"--pass-pipeline=builtin.module({pipeline})"])
        calls = [arguments]
        if "--members" in arguments:
            calls.append(["--members", str(TEAM)])
        for call in calls:
            said = run([tool("sinter-equiv"), files[reference or before],
                        files[name], "--params-folder", folder, "--runs",
                        str(options.runs)] + call)
            print(f"{model} {name}: {said}", flush=True)
        before = name


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("models", nargs="*")
    options = parser.parse_args()
    options.shared = os.environ.get("SINTER_SHARED", options.shared)
    models = options.models or MODELS
    if not os.path.isdir(os.path.join(options.shared, "models")):
        print(f"skipped: there are no models in {options.shared}")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        for model in models:
            try:
                judge(model, options, work)
            except (Failure, subprocess.TimeoutExpired) as failure:
                failed += 1
                print(f"{model}: FAILED\n{failure}", flush=True)
    print(f"{len(models) - failed} of {len(models)} ran")
    return 1 if failed else 0


sys.exit(main())
