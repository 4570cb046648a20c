"""Chat templates beside transformers: its apply_chat_template's own function
against `tokenizer-batch render`, for many templates at once."""
import copy
import datetime
import json
import os
import struct
import subprocess

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
import jinja2  # noqa: E402
import transformers  # noqa: E402
from transformers.utils import chat_template_utils  # noqa: E402

NOW = 1753700000  # what tokenizer-batch gives strftime_now
REFUSED = 2 ** 32 - 1


class FixedTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)


chat_template_utils.datetime = FixedTime


def versions():
    return (f"transformers {transformers.__version__}, "
            f"jinja2 {jinja2.__version__}")


def expected(template, variables):
    """The text as apply_chat_template renders it, or the exception."""
    given = copy.deepcopy(variables)  # |indent of a list changes the list
    try:
        texts, _ = chat_template_utils.render_jinja_template(
            conversations=[given.pop("messages", [])], chat_template=template,
            tools=given.pop("tools", None),
            documents=given.pop("documents", None),
            add_generation_prompt=given.pop("add_generation_prompt", False),
            **given)
        texts[0].encode()
        return texts[0]
    except Exception as problem:  # whatever it is, it is no text
        return problem


class Refusal(Exception):
    """What Sinter says: `step` is parse or render."""

    def __init__(self, text):
        super().__init__(text)
        self.step, status, self.message = text.split(" ", 2)
        self.unsupported = status == "12:"


def rendered(pairs):
    """What Sinter makes of (template, variables): a text or a Refusal each."""
    tool = os.path.join(os.environ["SINTER_BIN"], "tokenizer-batch")
    items = b"".join(
        struct.pack("<I", len(item)) + item for template, variables in pairs
        for item in (template.encode(),
                     json.dumps(variables, ensure_ascii=False).encode()))
    done = subprocess.run([tool, "render"], input=items, capture_output=True,
                          timeout=600)
    if done.returncode:
        raise RuntimeError(f"{tool}: exit {done.returncode}: "
                           f"{done.stderr.decode(errors='replace')[-2000:]}")
    out, at, answers = done.stdout, 0, []
    while at < len(out):
        size, = struct.unpack_from("<I", out, at)
        at += 4
        refused = size == REFUSED
        if refused:
            size, = struct.unpack_from("<I", out, at)
            at += 4
        text = out[at:at + size].decode()
        at += size
        answers.append(Refusal(text) if refused else text)
    if len(answers) != len(pairs):
        raise RuntimeError(f"{tool}: {len(answers)} answers to {len(pairs)}")
    return answers


def first_difference(ours, theirs):
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b),
              min(len(ours), len(theirs)))
    return (f"at {at}: {ours[max(0, at - 40):at + 60]!r}, want "
            f"{theirs[max(0, at - 40):at + 60]!r}")
