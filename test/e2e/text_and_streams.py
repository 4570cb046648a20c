#!/usr/bin/env python3
"""Text in and out of a compiled model: prompts from flag, file and stdin,
streaming, stop strings, end ids, chat; judged by tokenizers, jinja2 and
onnxruntime on a tiny random model with a tokenizer."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import jinja2
from tokenizers import Tokenizer

import sinter_tools as sinter
import tiny_chat
from onnxruntime_judge import Decoder

PROMPTS = ("The ring of the sea", "Größe: ☃ and 12 words\n\n", " ", "a\tb\0c")
NEW = 20


class Text:
    def __init__(self, folder):
        self.folder = folder
        path = tiny_chat.write(folder)
        self.model = sinter.compile_model(path,
                                          os.path.join(folder, "model.so"))
        self.tokenizer = Tokenizer.from_file(
            os.path.join(folder, "tokenizer.json"))
        self.judge = Decoder(path)
        self.problems = []

    def want(self, label, got, expected):
        if got != expected:
            self.problems.append(f"{label}: {got!r}, expected {expected!r}")

    def decode(self, ids):
        return self.tokenizer.decode(ids, skip_special_tokens=False)

    def side_files(self):
        """JSON travels without the spaces between its tokens."""
        with open(self.model[:-len("so")] + "weights", "rb") as file:
            weights = file.read()
        for name in ("tokenizer.json", "tokenizer_config.json"):
            with open(os.path.join(self.folder, name), "rb") as file:
                text = file.read()
            dense = json.dumps(json.loads(text), ensure_ascii=False,
                               separators=(",", ":")).encode()
            if dense not in weights or text in weights:
                self.problems.append(f"{name} is not stored without spaces")

    def prompts(self):
        for prompt in PROMPTS:
            ids = self.tokenizer.encode(prompt).ids
            expected = self.judge.greedy(ids, NEW)[0]
            path = os.path.join(self.folder, "prompt.txt")
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(prompt)
            ways = [(["-f", path], None), (["-f", "-"], prompt.encode())]
            if "\0" not in prompt:
                ways.append((["--prompt", prompt], None))
            for flags, stdin in ways:
                answer = sinter.run_json(
                    "generate", self.model, *flags, "--greedy",
                    "--ignore-eos", "--max-new-tokens", NEW, stdin=stdin)
                label = f"{prompt!r} by {flags[0]}"
                self.want(f"{label}: prompt ids", answer["prompt_ids"], ids)
                self.want(f"{label}: ids", answer["ids"], expected)
                self.want(f"{label}: reason", answer["stop_reason"], "length")

    def streaming(self):
        """What is streamed is the text of --json, and valid UTF-8."""
        flags = ["generate", self.model, "--prompt", "The ring", "--seed", "3",
                 "--temperature", "2.5", "--ignore-eos",
                 "--max-new-tokens", "60"]
        streamed = sinter.invoke("sinter-run", *flags).stdout.decode("utf-8")
        answer = json.loads(sinter.succeed("sinter-run", *flags, "--json"))
        if answer["text"] not in streamed:
            self.problems.append("the streamed text is not that of --json: "
                                 f"{streamed!r}, {answer['text']!r}")
        again = json.loads(sinter.succeed("sinter-run", *flags, "--json",
                                          "--threads", "2"))
        self.want("the same seed", again["ids"], answer["ids"])

    def stops(self):
        flags = ["generate", self.model, "--prompt", "The ring", "--seed", "3",
                 "--temperature", "2.5", "--ignore-eos",
                 "--max-new-tokens", "60", "--json"]
        text = json.loads(sinter.succeed("sinter-run", *flags))["text"]
        plain = [c for c in text[5:] if c.isascii() and c.isprintable()]
        stop = plain[3]
        answer = json.loads(sinter.succeed("sinter-run", *flags, "--stop",
                                           stop))
        self.want("stop string: reason", answer["stop_reason"], "stop")
        self.want("stop string: text", answer["text"],
                  text[:text.index(stop)])
        answer = sinter.run_json("generate", self.model, "--prompt-ids", "5,6",
                                 "--max-new-tokens", 9, "--logit-bias",
                                 "2=1000")
        self.want("end id: ids", answer["ids"], [2])
        self.want("end id: reason", answer["stop_reason"], "eos")

    def chat(self):
        question = "What is a ring?"
        text = jinja2.Template(tiny_chat.TEMPLATE).render(
            messages=[{"role": "user", "content": question}],
            add_generation_prompt=True)
        ids = self.tokenizer.encode(text).ids
        answer = sinter.run_json("chat", self.model, "--prompt", question,
                                 "--greedy", "--max-new-tokens", 8)
        self.want("chat: prompt ids", answer["prompt_ids"], ids)
        expected = self.judge.greedy(ids, 8)[0]
        self.want("chat: ids", answer["ids"], expected[:len(answer["ids"])])

    def interrupt(self):
        """Ctrl-C ends a long generation with status 130 and no message."""
        child = subprocess.Popen(
            [os.path.join(sinter.BIN, "sinter-run"), "generate", self.model,
             "--prompt", "The", "--ignore-eos", "--max-new-tokens", "200",
             "--threads", "1"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        child.stdout.read(1)  # it has begun
        child.send_signal(signal.SIGINT)
        begin = time.monotonic()
        _, errors = child.communicate(timeout=30)
        # A fast machine may have been done before the signal came.
        if child.returncode not in (130, 0):
            self.problems.append(f"Ctrl-C: exit {child.returncode}, "
                                 f"{time.monotonic() - begin:.1f} s later, "
                                 f"{errors.decode()!r}")


def main():
    sinter.require_tools("sinterc", "sinter-run")
    with tempfile.TemporaryDirectory() as folder:
        text = Text(folder)
        parts = (text.side_files, text.prompts, text.streaming, text.stops,
                 text.chat, text.interrupt)
        for part in parts:
            try:
                part()
            except (sinter.Failed, KeyError, ValueError, IndexError) as wrong:
                text.problems.append(f"{part.__name__}: {wrong!r}")
    print("\n".join(text.problems) or f"{len(parts)} ways of text agree")
    sys.exit(bool(text.problems))


if __name__ == "__main__":
    main()
