"""What a refusal has to look like, and a tally of checks."""
import os
import re
import sys

import sinter_tools as sinter

CRASH = re.compile(rb"Sanitizer|runtime error:|Assertion|Stack dump|"
                   rb"PLEASE submit|terminate called|LLVM ERROR|"
                   rb"Segmentation|internal error", re.I)
TIMEOUT = 60  # seconds; a refusal is quick, a hang is a bug

# A sanitizer's own exit status must not pass for our 1.
os.environ.setdefault("ASAN_OPTIONS", "exitcode=99")
os.environ.setdefault("UBSAN_OPTIONS", "exitcode=99:print_stacktrace=1")


class Tally:
    def __init__(self):
        self.checks, self.problems = 0, []

    def check(self, label, done, want=1, says=(), errors=1):
        """`done` must be refused with status `want`, in `errors` messages
        that hold every string of `says`; want=None: any clean end."""
        self.checks += 1
        text = done.stderr
        count = len(re.findall(rb"(?m)(^|[^\n]*?)\berror: ", text))
        if done.returncode < 0:
            self.fail(label, f"ended by signal {-done.returncode}", text)
        elif CRASH.search(text):
            self.fail(label, "an internal failure, not a refusal", text)
        elif want is None:
            if done.returncode not in (0, 1):
                self.fail(label, f"exit {done.returncode}", text)
        elif done.returncode != want:
            self.fail(label, f"exit {done.returncode}, expected {want}", text)
        elif want == 1 and errors and count != errors:
            self.fail(label, f"{count} errors, expected {errors}", text)
        elif not text.strip():
            self.fail(label, "nothing on stderr", text)
        for word in says:
            if word.encode() not in text:
                self.fail(label, f"the message does not say {word!r}", text)

    def fail(self, label, why, text=b""):
        self.problems.append(label)
        print(f"{label}: {why}\n    " + text.decode(errors="replace").strip()
              .replace("\n", "\n    ")[-1200:], flush=True)

    def untouched(self, label, folder, before):
        """No output, whole or partial, was left in the folder."""
        left = sorted(set(os.listdir(folder)) - set(before))
        if left:
            self.fail(label, f"left {left}")

    def finish(self):
        print(f"{self.checks} checks, {len(self.problems)} problems")
        sys.exit(bool(self.problems) or not self.checks)


def refused_compile(tally, label, model, *flags, want=1, says=(), errors=1,
                    out=None):
    """sinterc must refuse `model` and leave its output folder empty."""
    folder = os.path.join(os.path.dirname(model), "out")
    os.makedirs(folder, exist_ok=True)
    before = os.listdir(folder)
    done = sinter.invoke("sinterc", model, "-o",
                         out or os.path.join(folder, "m.so"), *flags,
                         timeout=TIMEOUT)
    tally.check(label, done, want, says, errors)
    if done.returncode:
        tally.untouched(label, folder, before)
    else:
        for name in set(os.listdir(folder)) - set(before):
            os.unlink(os.path.join(folder, name))
