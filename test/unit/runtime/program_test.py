#!/usr/bin/env python3
"""The program around a model, which sinterc links: ids in, ids out.

  program_test.py PROGRAM WEIGHTS

Expected ids by the model's definition in handwritten.h, written again here.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

VOCAB = 64


def greedy(ids, count):
    ids = list(ids)
    for _ in range(count):
        h = sum((i + 1) * t for i, t in enumerate(ids))
        top = (5 * h + 3 * len(ids)) % VOCAB
        circle = [min(abs(v - top), VOCAB - abs(v - top)) for v in range(VOCAB)]
        score = [v % 7 / 8 - circle[v] for v in range(VOCAB)]
        ids.append(score.index(max(score)))
    return ids[-count:]


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.program = shutil.copy(PROGRAM, f"{self.folder}/talk")
        self.weights = shutil.copy(WEIGHTS, f"{self.folder}/talk.weights")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def call(self, *arguments):
        run = subprocess.run([self.program, *arguments], capture_output=True,
                             text=True, timeout=60)
        return run.returncode, run.stdout, run.stderr

    def test_generates(self):
        want = greedy([1, 2, 3], 7)
        status, out, err = self.call("--prompt-ids", "1,2,3",
                                     "--max-new-tokens", "7", "--threads", "2")
        self.assertEqual((status, err), (0, ""))
        self.assertEqual([int(i) for i in out.split(",")], want)
        status, out, err = self.call("--prompt-ids", "1,2,3", "--json",
                                     "--max-new-tokens", "7")
        self.assertEqual((status, err), (0, ""))
        answer = json.loads(out)
        self.assertEqual(list(answer), ["prompt_ids", "ids", "text",
                                        "stop_reason", "prefill_s",
                                        "decode_s"])
        self.assertEqual(answer["ids"], want)
        self.assertEqual(answer["stop_reason"], "length")

    def test_finds_its_weights_through_links_and_flags(self):
        link = f"{self.folder}/elsewhere"
        os.symlink(self.program, link)
        run = subprocess.run([link, "--info", "--verify"], capture_output=True)
        self.assertEqual((run.returncode, run.stderr), (0, b""))
        self.assertIn(b"vocab 64", run.stdout)
        moved = f"{self.folder}/moved"
        os.rename(self.weights, moved)
        status, out, err = self.call("--info")
        self.assertEqual((status, out), (1, ""))
        self.assertIn(f"{self.weights}: cannot open the weights", err)
        self.assertEqual(self.call("--info", "--weights", moved)[0], 0)

    def test_refuses(self):
        for status, text, arguments in (
                (1, "token 64", ["--prompt-ids", "1,64"]),
                (1, "more than the 32", ["--prompt-ids", "1" + ",1" * 32]),
                (1, "top_p", ["--prompt-ids", "1", "--top-p", "3"]),
                (1, "/embed/Gather", ["--prompt-ids", "61", "--json"]),
                (2, "--prompt-ids", ["--prompt-ids", "1,,2"]),
                (2, "--prompt-ids", []),
                (2, "--prompt-ids", ["--info", "--prompt-ids", "1"]),
                (2, "--threads", ["--prompt-ids", "1", "--threads", "0"]),
                (2, "--seed", ["--prompt-ids", "1", "--seed"]),
                (2, "--frob", ["--prompt-ids", "1", "--frob"])):
            got, out, err = self.call(*arguments)
            self.assertEqual((got, out), (status, ""), arguments)
            self.assertIn(text, err)
            self.assertEqual(err.count("\n"), 1)

    def test_needs_libc_alone(self):
        run = subprocess.run(["readelf", "-d", self.program],
                             capture_output=True, text=True, check=True)
        needed = [line.split("[")[1].rstrip("]") for line in
                  run.stdout.splitlines() if "(NEEDED)" in line]
        self.assertTrue(needed)
        self.assertEqual([n for n in needed
                          if not n.startswith(("libc.", "ld-"))], [])


if __name__ == "__main__":
    PROGRAM, WEIGHTS = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
