#!/usr/bin/env python3
"""A small random llama with a byte-level BPE tokenizer, chat template and end
ids beside it: what commands that take text need, with nothing to download.

  tiny_chat.py DIR
"""
import dataclasses
import json
import os
import sys

import tiny_models

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
MERGED = ("Ġ t", "h e", "Ġt he", "Ġ a", "i n", "r e", "o n", "e r", "Ġ s",
          "a t", "Ġ w", "o r", "e n", "Ġ c", "o u", "i s", "Ġ o", "Ġo f",
          "a n", "Ġa n", "Ġan d", "in g", "Ġ f", "l l", "Ġ p", "e s")
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' "
    "+ message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")


def byte_characters():
    """GPT-2's printable stand-ins for the 256 bytes, in byte order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(b) if b in printable else chr(next(spare)) for b in range(256)]


def tokenizer():
    tokens = [*SPECIAL, *byte_characters(),
              *(pair.replace(" ", "") for pair in MERGED)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False,
                  "trim_offsets": True, "use_regex": True}
    added = [{"id": i, "content": token, "single_word": False,
              "lstrip": False, "rstrip": False, "normalized": False,
              "special": True} for i, token in enumerate(SPECIAL)]
    return {"version": "1.0", "truncation": None, "padding": None,
            "added_tokens": added, "normalizer": None,
            "pre_tokenizer": byte_level, "post_processor": None,
            "decoder": byte_level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None,
                      "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False,
                      "byte_fallback": False, "ignore_merges": False,
                      "vocab": {t: i for i, t in enumerate(tokens)},
                      "merges": list(MERGED)}}


VOCAB = len(SPECIAL) + 256 + len(MERGED)
STYLE = dataclasses.replace(tiny_models.LLAMA, name="chat", vocab=VOCAB,
                            positions=256, seed=21)


def write(folder):
    path = tiny_models.write(folder, STYLE)
    for name, value in (
            ("tokenizer.json", tokenizer()),
            ("tokenizer_config.json", {
                "bos_token": SPECIAL[1], "eos_token": SPECIAL[2],
                "chat_template": TEMPLATE}),
            ("generation_config.json", {"eos_token_id": [0, 2]})):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, indent=1)
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(sys.argv[1])
