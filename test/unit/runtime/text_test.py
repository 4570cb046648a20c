#!/usr/bin/env python3
"""sinter-run with text: prompts, streaming, stop strings, chat, perplexity.

  text_test.py SINTER-RUN MODELS

The hand-written model with the small tokenizer of handwritten_weights.py.
Judges: the `tokenizers` library for ids and text, jinja2 for the template,
NumPy for the perplexity of the model's definition.
"""
import json
import os
import subprocess
import sys
import unittest

try:
    import numpy as np
    from tokenizers import Tokenizer
except ImportError as error:
    print("skipped:", error, "(scripts/python-env --test)")
    sys.exit(77)

import handwritten_weights

VOCAB, LENGTH = 64, 512
TOKENIZER = Tokenizer.from_str(handwritten_weights.tokenizer().decode())


def logits(ids):
    h = sum((i + 1) * t for i, t in enumerate(ids))
    top = (5 * h + 3 * len(ids)) % VOCAB
    v = np.arange(VOCAB)
    d = np.abs(v - top)
    return (-np.minimum(d, VOCAB - d) + v % 7 / 8).astype(np.float32)


def greedy(ids, count):
    ids = list(ids)
    for _ in range(count):
        ids.append(int(logits(ids).argmax()))
    return ids[-count:]


def encode(text, special=True):
    return TOKENIZER.encode(text, add_special_tokens=special).ids


class TextTest(unittest.TestCase):
    model = property(lambda self: f"{MODELS}/text.so")

    def call(self, *arguments, stdin=b""):
        return subprocess.run([TOOL, *arguments], input=stdin,
                              capture_output=True, timeout=60)

    def good(self, *arguments, **more):
        run = self.call(*arguments, **more)
        self.assertEqual((run.returncode, run.stderr), (0, b""), run.stdout)
        return run.stdout.decode()

    def generate(self, *arguments, **more):
        return json.loads(self.good("generate", self.model, "--json",
                                    "--ignore-eos", *arguments, **more))

    def test_info_names_the_tokenizer(self):
        info = json.loads(self.good("info", self.model, "--json"))
        self.assertEqual(info["tokenizer"], "BPE")

    def test_prompt_and_answer_are_text(self):
        for text in ("the thin cat", "a", "what? 17 -", "\u00e9 \u20ac", "x\ny"):
            want = greedy(encode(text), 40)
            answer = self.generate("--prompt", text, "--max-new-tokens", "40")
            self.assertEqual(answer["prompt_ids"], encode(text))
            self.assertEqual(answer["ids"], want)
            self.assertEqual(answer["text"], TOKENIZER.decode(want))
            shown = self.good("generate", self.model, "--prompt", text,
                              "--max-new-tokens", "40", "--ignore-eos")
            self.assertEqual(shown, TOKENIZER.decode(want) + "\n")

    def test_files_and_stdin(self):
        text = "the thin cat\n"
        path = os.path.join(os.environ.get("TMPDIR", "/tmp"),
                            f"sinter-text-{os.getpid()}")
        with open(path, "w") as out:
            out.write(text)
        try:
            for source, stdin in ((path, b""), ("-", text.encode())):
                answer = self.generate("-f", source, "--max-new-tokens", "3",
                                       stdin=stdin)
                self.assertEqual(answer["prompt_ids"], encode(text))
        finally:
            os.remove(path)
        run = self.call("generate", self.model, "-f", "-", stdin=b"")
        # Nothing but the first special token: it is a prompt.
        self.assertEqual(run.returncode, 0)

    def test_every_stop_string(self):
        """Any part of the answer as a stop string ends before its first
        complete occurrence, streamed or not."""
        ids = greedy(encode("the cat"), 60)
        text = TOKENIZER.decode(ids)
        self.assertGreater(len(text), 20)
        for begin in range(0, 20, 3):
            for size in (1, 2, 5):
                stop = text[begin:begin + size]
                if "\ufffd" in stop:
                    continue
                answer = self.generate("--prompt", "the cat", "--stop", stop,
                                       "--stop", "not there",
                                       "--max-new-tokens", "60")
                want = text[:text.find(stop)]
                self.assertEqual(answer["text"], want, stop)
                self.assertEqual(answer["stop_reason"], "stop")
                self.assertEqual(answer["ids"], ids[:len(answer["ids"])])
                self.assertIn(stop, TOKENIZER.decode(answer["ids"]))
                shown = self.good("generate", self.model, "--prompt",
                                  "the cat", "--stop", stop, "--ignore-eos",
                                  "--max-new-tokens", "60")
                self.assertEqual(shown, want + "\n")
        run = self.call("generate", self.model, "--prompt", "a", "--stop", "")
        self.assertEqual(run.returncode, 2)
        self.assertIn(b"--stop", run.stderr)

    def test_ids_need_no_text(self):
        answer = self.generate("--prompt-ids", "5,6", "--max-new-tokens", "9")
        self.assertEqual(answer["ids"], greedy([5, 6], 9))
        self.assertEqual(answer["text"], TOKENIZER.decode(answer["ids"]))

    # --- chat

    def render(self, messages):
        import jinja2
        return jinja2.Template(handwritten_weights.TEMPLATE).render(
            messages=messages)

    def test_one_turn(self):
        messages = [{"role": "system", "content": "be thin"},
                    {"role": "user", "content": "hi"}]
        ids = encode(self.render(messages), special=False)
        answer = json.loads(self.good(
            "chat", self.model, "--system", "be thin", "--prompt", "hi",
            "--json", "--ignore-eos", "--max-new-tokens", "12"))
        self.assertEqual(answer["prompt_ids"], ids)
        self.assertEqual(answer["ids"], greedy(ids, 12))

    def test_turns_are_lines(self):
        out = self.good("chat", self.model, "--json", "--ignore-eos",
                        "--max-new-tokens", "6",
                        stdin=b"hi\n\nand then?\nlast")
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(answers), 3)
        messages = []
        for turn, answer in zip(("hi", "and then?", "last"), answers):
            messages.append({"role": "user", "content": turn})
            ids = encode(self.render(messages), special=False)
            # The cache is rewound and reused; a fresh one gives the same.
            self.assertEqual(answer["prompt_ids"], ids)
            self.assertEqual(answer["ids"], greedy(ids, 6))
            messages.append({"role": "assistant", "content": answer["text"]})

    # --- perplexity

    def perplexity(self, text, chunk, score, tokens=None):
        ids = encode(text, special=False)
        ids = ids[:tokens] if tokens else ids
        losses = []
        for at in range(0, len(ids) - chunk + 1, chunk):
            window = ids[at:at + chunk]
            for row in range(score, chunk - 1):
                x = logits(window[:row + 1]).astype(np.float64)
                top = x.max()
                losses.append(top + np.log(np.exp(x - top).sum())
                              - x[window[row + 1]])
        return float(np.exp(np.mean(losses))), len(losses)

    def test_perplexity(self):
        text = "the thin cat sat in a hat, and that is that. " * 12
        for chunk, score, tokens in ((64, 32, None), (64, 0, 130),
                                     (100, 98, None), (17, 5, 200)):
            more = ["--tokens", str(tokens)] if tokens else []
            result = json.loads(self.good(
                "perplexity", self.model, "--file", "-", "--chunk",
                str(chunk), "--score-from", str(score), "--json", *more,
                stdin=text.encode()))
            want, scored = self.perplexity(text, chunk, score, tokens)
            self.assertAlmostEqual(result["perplexity"] / want, 1, places=12)
            self.assertEqual(result["scored"], scored)
            self.assertEqual(result["tokens"] % chunk, 0)
        run = self.call("perplexity", self.model, "--file", "-", stdin=b"few")
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"fewer than one --chunk of 512", run.stderr)


if __name__ == "__main__":
    TOOL, MODELS = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
