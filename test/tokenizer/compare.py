#!/usr/bin/env python3
"""Compare Sinter's tokenizer with the `tokenizers` library, the judge.

  compare.py --batch TOKENIZER-BATCH [--rounds N] [--texts N] [--seed S]
             [--only TEXT] [--docs docs/tokenizers.md]

Needs tokenizers==0.22.2. Builds tokenizers of many configurations with the
library (configurations.py), runs generated texts (corpus.py) through both and
compares ids and decoded text, whole and streamed. Where the library panics there
is nothing to compare. --docs writes the table of what was compared.
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import tokenizers

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "runtime" / "tokenizer"))
import configurations
import corpus

assert tokenizers.__version__ == "0.22.2", tokenizers.__version__
REFUSED = 2**32 - 1


class Batch:
    """test/tokenizer/Batch.cpp with one tokenizer."""

    def __init__(self, program, path):
        self.program, self.path = program, path

    def run(self, command, items):
        given = b"".join(struct.pack("<I", len(i)) + i for i in items)
        done = subprocess.run([self.program, command, self.path], input=given, capture_output=True)
        if done.returncode:
            raise SystemExit(f"{self.program} {command}: {done.stderr.decode()}")
        answers, at, out = [], 0, done.stdout
        while at < len(out):
            size, = struct.unpack_from("<I", out, at)
            refused = size == REFUSED
            if refused:
                at += 4
                size, = struct.unpack_from("<I", out, at)
            at += 4
            answers.append(None if refused else out[at:at + size])
            at += size
        assert len(answers) == len(items), (len(answers), len(items))
        return answers

    def encode(self, texts, special):
        answers = self.run("encode" if special else "encode-plain", texts)
        return [None if a is None else list(struct.unpack(f"<{len(a) // 8}q", a)) for a in answers]

    def decode(self, command, lists):
        answers = self.run(command, [struct.pack(f"<{len(ids)}q", *ids) for ids in lists])
        return [None if a is None else a.decode() for a in answers]


PANICS = object()


def judged(call, *arguments, **options):
    """The library's answer; None where it refuses."""
    try:
        return call(*arguments, **options)
    except Exception:
        return None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return PANICS


@contextlib.contextmanager
def quiet():
    """Panics say so on the standard error."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def compare(configuration, batch, texts, chance):
    """Yields (what, input, want, got) for each difference and counts answers."""
    tokenizer = configuration.tokenizer
    pairs = [(text, text.encode()) for text in texts]
    if not configuration.keeps_bytes:
        broken = [bytes(chance.randrange(256) for _ in range(40)) for _ in range(10)]
        pairs += [(b.decode("utf-8", "replace"), b) for b in broken]
    lists = []
    for special in (True, False):
        for (text, raw), got in zip(pairs, batch.encode([raw for _, raw in pairs], special)):
            encoding = judged(tokenizer.encode, text, add_special_tokens=special)
            if encoding is PANICS:
                continue
            want = None if encoding is None else encoding.ids
            yield "encode" if special else "encode-plain", text, want, got
            if special and want:
                lists.append(want)
    largest = tokenizer.get_vocab_size() + 2
    for _ in range(len(texts) // 2 if configuration.random_ids else 20):
        lists.append([chance.randrange(largest) for _ in range(chance.randrange(1, 12))])
    for command, skip in (("decode", False), ("decode-skip", True), ("stream", False)):
        for ids, got in zip(lists, batch.decode(command, lists)):
            want = judged(tokenizer.decode, ids, skip_special_tokens=skip)
            if want is not PANICS:
                yield command, ids, want, got


def kinds(json_value, kind=None):
    """The (kind, type) of each part of a tokenizer.json."""
    names = {"normalizers": "normalizer", "pretokenizers": "pre-tokenizer", "decoders": "decoder",
             "processors": "post-processor", "normalizer": "normalizer", "pre_tokenizer": "pre-tokenizer",
             "decoder": "decoder", "post_processor": "post-processor", "model": "model"}
    if isinstance(json_value, dict):
        if kind and "type" in json_value:
            yield kind, json_value["type"]
        for key, value in json_value.items():
            if key in names:
                for item in value if isinstance(value, list) else [value]:
                    yield from kinds(item, names[key])


def write_docs(path, used):
    order = ["model", "normalizer", "pre-tokenizer", "post-processor", "decoder"]
    lines = ["# Tokenizers that are read", "",
             "A `tokenizer.json` of the Hugging Face library. `test/tokenizer/compare.py` wrote this table: it",
             "builds tokenizers with the library (0.22.2), and what they make of generated texts, ids and decoded",
             "text, is the same here. The last column counts the configurations that have the part. Added tokens",
             "(`lstrip`, `rstrip`, `single_word`, `normalized`), truncation and padding are compared too.", "",
             "| kind | type | configurations |", "|---|---|---|"]
    for kind in order:
        for (k, name), count in sorted(used.items()):
            if k == kind:
                lines.append(f"| {kind} | {name} | {count} |")
    lines += ["", "Refused, by name: BPE with `dropout` (its ids are random), tokens longer than 4096 bytes in",
              "WordPiece and Unigram vocabularies, and regular expressions that have no exact translation.",
              "Bytes that are no UTF-8 are U+FFFD, except with a ByteLevel pre-tokenizer, which keeps them."]
    path.write_text("\n".join(lines) + "\n")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--batch", required=True)
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--texts", type=int, default=0, help="so many of the generated texts, drawn by chance; 0: all")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="")
    options.add_argument("--docs", type=pathlib.Path)
    given = options.parse_args()
    failed, answers, used, number = 0, 0, collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "tokenizer.json")
        for configuration in configurations.all_of():
            if given.only not in configuration.name:
                continue
            number += 1
            chance = random.Random(f"{given.seed} {configuration.name}")
            written = configuration.tokenizer.to_str()
            pathlib.Path(path).write_text(written)
            used.update(set(kinds(json.loads(written))))
            texts = corpus.texts(chance, configuration.words, given.rounds)
            if given.texts:
                texts = chance.sample(texts, min(given.texts, len(texts)))
            shown = 0
            with quiet():
                differences = list(compare(configuration, Batch(given.batch, path), texts, chance))
            for what, item, want, got in differences:
                answers += 1
                if want == got:
                    continue
                failed += 1
                shown += 1
                if shown <= 3:
                    print(f"{configuration.name}: {what} {ascii(item)[:300]}\n  want {ascii(want)[:300]}\n  got  {ascii(got)[:300]}")
            if shown:
                print(f"{configuration.name}: {shown} differ")
    print(f"{number} configurations, {answers} answers, {failed} differ")
    if given.docs and not failed:
        write_docs(given.docs, used)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
