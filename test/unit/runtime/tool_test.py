#!/usr/bin/env python3
"""sinter-run on the hand-written models: arguments, output, exit status.

  tool_test.py SINTER-RUN MODELS     (NumPy reads and writes the .npy files)

Expected numbers come from the model's definition in handwritten.h, written
again here, and from NumPy. One long file: a class that runs the tool once for
each of its commands, on the same models.
"""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import xml.dom.minidom
from pathlib import Path

try:
    import numpy as np
except ImportError:
    print("skipped: this Python has no numpy (scripts/python-env --test)")
    sys.exit(77)

VOCAB, LENGTH = 64, 32


def next_id(ids):
    h = sum((i + 1) * t for i, t in enumerate(ids))
    return (5 * h + 3 * len(ids)) % VOCAB


def logits(ids):
    v = np.arange(VOCAB)
    d = np.abs(v - next_id(ids))
    return (-np.minimum(d, VOCAB - d) + v % 7 / 8).astype(np.float32)


def greedy(ids, count):
    ids = list(ids)
    for _ in range(count):
        ids.append(int(logits(ids).argmax()))
    return ids[-count:]


class ToolTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        for name in ("handwritten", "nofault", "slow"):
            shutil.copy(f"{MODELS}/{name}.so", self.folder)
            shutil.copy(f"{MODELS}/handwritten.weights",
                        f"{self.folder}/{name}.weights")
        self.model = f"{self.folder}/handwritten.so"

    def tearDown(self):
        shutil.rmtree(self.folder)

    def call(self, *arguments, stdin=b""):
        run = subprocess.run([TOOL, *arguments], input=stdin,
                             capture_output=True, timeout=60)
        return run.returncode, run.stdout.decode(), run.stderr.decode()

    def good(self, *arguments, **more):
        status, out, err = self.call(*arguments, **more)
        self.assertEqual((status, err), (0, ""), out)
        return out

    def refused(self, expected, text, *arguments, **more):
        """Exit status, nothing on stdout, one line on stderr with `text`."""
        status, out, err = self.call(*arguments, **more)
        self.assertEqual(status, expected, err)
        self.assertEqual(out, "")
        self.assertIn(text, err)
        self.assertTrue(err.startswith("sinter-run: error: "), err)
        self.assertEqual(err.count("\n"), 1, err)

    def path(self, name):
        return os.path.join(self.folder, name)

    def save(self, name, array):
        np.save(self.path(name), array)
        return self.path(name)

    # --- info

    def test_info(self):
        out = self.good("info", self.model, "--json", "--verify")
        self.assertEqual(out.count("\n"), 1)
        info = json.loads(out)
        self.assertEqual(list(info), ["abi", "target", "variant", "entries",
                                      "vocab", "max_length", "weights_bytes",
                                      "cache_bytes", "arena_bytes",
                                      "tokenizer", "digest"])
        self.assertEqual(info["entries"], ["step", "forward"])
        self.assertEqual(info["vocab"], VOCAB)
        self.assertEqual(info["weights_bytes"],
                         os.path.getsize(self.path("handwritten.weights")))
        self.assertIsNone(info["tokenizer"])
        self.assertIn("x: float32[n, 3]", self.good("info", self.model))

    def test_verify_finds_a_flipped_bit(self):
        weights = self.path("handwritten.weights")
        data = bytearray(Path(weights).read_bytes())
        data[4200] ^= 1
        Path(weights).write_bytes(data)
        self.good("info", self.model)
        self.refused(1, "SHA-256", "info", self.model, "--verify")

    # --- generate

    def test_generate(self):
        out = self.good("generate", self.model, "--prompt-ids", "1,2,3",
                        "--max-new-tokens", "6", "--ignore-eos", "--json",
                        "--threads", "2")
        self.assertEqual(out.count("\n"), 1)
        answer = json.loads(out)
        self.assertEqual(list(answer), ["prompt_ids", "ids", "text",
                                        "stop_reason", "prefill_s",
                                        "decode_s"])
        self.assertEqual(answer["prompt_ids"], [1, 2, 3])
        self.assertEqual(answer["ids"], greedy([1, 2, 3], 6))
        self.assertIsNone(answer["text"])
        self.assertEqual(answer["stop_reason"], "length")
        ids = self.good("generate", self.model, "--prompt-ids", "1,2,3",
                        "--max-new-tokens", "6", "--greedy")
        self.assertEqual([int(i) for i in ids.split(",")],
                         greedy([1, 2, 3], 6))

    def test_sampling_follows_the_seed(self):
        def sample(*flags):
            return self.good("generate", self.path("nofault.so"),
                             "--prompt-ids", "1,2,3", "--ignore-eos",
                             "--max-new-tokens", "15", "--top-k", "40",
                             "--temperature", "3", "--logit-bias", "60=-inf",
                             *flags)
        self.assertEqual(sample("--seed", "1"),
                         sample("--seed", "1", "--threads", "3"))
        self.assertNotEqual(sample("--seed", "1"), sample("--seed", "2"))

    def test_a_full_cache_is_length(self):
        prompt = ",".join(["3"] * (LENGTH - 1))
        answer = json.loads(self.good("generate", self.model, "--prompt-ids",
                                      prompt, "--json", "--ignore-eos"))
        self.assertEqual((len(answer["ids"]), answer["stop_reason"]),
                         (2, "length"))

    def test_generate_refuses(self):
        m, ids = self.model, ("--prompt-ids", "1,2")
        self.refused(1, "more than the 32", "generate", m, "--prompt-ids",
                     ",".join(["1"] * 33))
        self.refused(1, "token 64 (number 1)", "generate", m, "--prompt-ids",
                     "1,64")
        self.refused(1, "token -1", "generate", m, "--prompt-ids=-1")
        self.refused(1, "/embed/Gather", "generate", m, "--prompt-ids", "61")
        self.refused(1, "no tokenizer", "generate", m, "--prompt", "hello")
        self.refused(1, "no tokenizer", "generate", m, "-f", "-",
                     stdin=b"hello")
        self.refused(1, "tokenizer", "generate", m, *ids, "--stop", "x")
        self.refused(1, "No such file", "generate", self.path("no.so"), *ids)
        for bad in ("1,,2", "1,2,", "a", "", "1 2", "1.5",
                    "99999999999999999999"):
            self.refused(2, "--prompt-ids", "generate", m, "--prompt-ids",
                         bad)
        self.refused(2, "prompt", "generate", m)
        self.refused(2, "prompt", "generate", m, *ids, "--prompt", "x")
        self.refused(2, "--max-new-tokens", "generate", m, *ids,
                     "--max-new-tokens", "0")
        self.refused(2, "--greedy", "generate", m, *ids, "--greedy",
                     "--temperature", "1")
        self.refused(2, "--threads", "generate", m, *ids, "--threads", "0")
        self.refused(2, "--top-p", "generate", m, *ids, "--top-p", "2")
        self.refused(2, "--logit-bias", "generate", m, *ids, "--logit-bias",
                     "7")
        self.refused(2, "--frobnicate", "generate", m, *ids, "--frobnicate")

    def test_weights_memory_and_variant(self):
        self.good("generate", self.model, "--prompt-ids", "1",
                  "--weights-memory", "huge", "--variant", "generic")
        self.refused(2, "one variant, 'generic'", "generate", self.model,
                     "--prompt-ids", "1", "--variant", "znver5")
        self.refused(2, "--weights-memory", "generate", self.model,
                     "--prompt-ids", "1", "--weights-memory", "floppy")

    def test_damaged_weights(self):
        weights = self.path("handwritten.weights")
        data = Path(weights).read_bytes()
        Path(weights).write_bytes(data[:-1])
        self.refused(1, "truncated", "generate", self.model, "--prompt-ids",
                     "1")
        os.remove(weights)
        self.refused(1, "cannot open the weights", "generate", self.model,
                     "--prompt-ids", "1")

    def interrupted(self, *arguments):
        run = subprocess.Popen([TOOL, "generate", self.path("slow.so"),
                                "--prompt-ids", "1,2,3", "--ignore-eos",
                                *arguments],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if "--json" in arguments:
            try:
                run.wait(0.5)  # some ten steps of about thirty
            except subprocess.TimeoutExpired:
                pass
            first = b""
        else:
            first = run.stdout.read(2)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=30)
        self.assertEqual((run.returncode, err), (130, b""))
        return (first + out).decode()

    def test_interrupt_prints_what_there_is(self):
        out = self.interrupted()
        self.assertTrue(out.endswith("\n"))
        ids = [int(i) for i in out.split(",")]
        self.assertLess(len(ids), 29)
        self.assertEqual(ids, greedy([1, 2, 3], 29)[:len(ids)])

    def test_interrupt_json(self):
        answer = json.loads(self.interrupted("--json"))
        self.assertEqual(answer["stop_reason"], "cancel")
        self.assertLess(len(answer["ids"]), 29)

    def test_full_disk(self):
        with open("/dev/full", "w") as full:
            for arguments in (["generate", self.model, "--prompt-ids", "1"],
                              ["info", self.model, "--json"]):
                run = subprocess.run([TOOL, *arguments], stdout=full,
                                     stderr=subprocess.PIPE)
                self.assertEqual(run.returncode, 1)
                self.assertIn(b"cannot write to standard output", run.stderr)

    # --- logits

    def test_logits(self):
        ids = [5 * i % 59 for i in range(20)]
        want = np.stack([logits(ids[:n + 1]) for n in range(len(ids))])
        text = ",".join(map(str, ids))
        for chunk in ([], ["--prefill-chunk", "1"], ["--prefill-chunk", "7"]):
            self.good("logits", self.model, "--prompt-ids", text, "-o",
                      self.path("l.npy"), *chunk)
            got = np.load(self.path("l.npy"), allow_pickle=False)
            self.assertEqual((got.dtype, got.shape), (np.float32, (20, VOCAB)))
            np.testing.assert_array_equal(got, want)
            self.assertTrue(got.flags.c_contiguous)

    def test_logits_leave_no_partial_file(self):
        out = self.path("l.npy")
        before = sorted(os.listdir(self.folder))
        for ids in ("1,64", "1," * 32 + "1"):
            self.refused(1, "", "logits", self.model, "--prompt-ids", ids,
                         "-o", out)
        self.refused(1, "9", "logits", self.model, "--prompt-ids", "1", "-o",
                     out, "--prefill-chunk", "9")
        # The fault comes in the second chunk, after rows were written.
        self.refused(1, "/embed/Gather", "logits", self.model, "--prompt-ids",
                     "1,1,1,61", "-o", out, "--prefill-chunk", "2")
        self.assertEqual(sorted(os.listdir(self.folder)), before)
        self.refused(1, "cannot write", "logits", self.model, "--prompt-ids",
                     "1", "-o", self.path("none/l.npy"))
        self.refused(1, "cannot write /dev/full", "logits", self.model,
                     "--prompt-ids", "1", "-o", "/dev/full")
        Path(out).write_text("old")
        self.refused(1, "", "logits", self.model, "--prompt-ids", "64", "-o",
                     out)
        self.assertEqual(Path(out).read_text(), "old")

    # --- forward

    def forward(self, *more, x=None, k=None):
        x = x or self.save("x.npy", np.arange(6, dtype="<f4").reshape(2, 3))
        k = k or self.save("k.npy", np.array([3, 4], "<i8"))
        return ["forward", self.model, "--input", f"x={x}", "--input",
                f"k={k}", "-o", self.path("out"), *more]

    def test_forward(self):
        self.good(*self.forward())
        names = sorted(os.listdir(self.path("out")))
        # A name with a path in it stays inside the folder.
        self.assertEqual(names, ["_._prefixes_of_k.npy", "sum.npy",
                                 "twice.npy"])
        load = {n: np.load(self.path(f"out/{n}")) for n in names}
        np.testing.assert_array_equal(
            load["twice.npy"], np.arange(0, 12, 2, "<f4").reshape(2, 3))
        self.assertEqual((load["sum.npy"].shape, load["sum.npy"]), ((), 15))
        np.testing.assert_array_equal(load["_._prefixes_of_k.npy"], [0, 3, 7])
        self.assertEqual(load["_._prefixes_of_k.npy"].dtype, np.int64)
        paths = json.loads(self.good(*self.forward("--json")))["outputs"]
        self.assertEqual(sorted(map(os.path.basename, paths)), names)

    def test_forward_reads_versions_and_empty(self):
        for version in ((1, 0), (2, 0), (3, 0)):
            with open(self.path("v.npy"), "wb") as out:
                np.lib.format.write_array(
                    out, np.ones((2, 3), "<f4"), version=version)
            self.good(*self.forward(x=self.path("v.npy")))
        self.good(*self.forward(x=self.save("e", np.zeros((0, 3), "<f4"))
                                + ".npy", k=self.save("f", np.zeros(0, "<i8"))
                                + ".npy"))
        self.assertEqual(np.load(self.path("out/twice.npy")).shape, (0, 3))

    def test_forward_refuses_arrays_that_do_not_fit(self):
        cases = {
            "element type 11": np.zeros((2, 3)),
            "Fortran order": np.asfortranarray(np.zeros((2, 3), "<f4")),
            "'>f4' is not supported": np.zeros((2, 3), ">f4"),
            "'<c8' is not supported": np.zeros((2, 3), "<c8"),
            "'<U1' is not supported": np.zeros((2, 3), "<U1"),
            "structured type": np.zeros((2, 3), [("a", "<f4")]),
            "has 1 dimensions": np.zeros(3, "<f4"),
            "compiled for 3": np.zeros((2, 4), "<f4"),
            "'n' is 5": np.zeros((5, 3), "<f4"),
        }
        for text, array in cases.items():
            self.refused(1, text, *self.forward(x=self.save("b.npy", array)))
        self.assertFalse(os.path.exists(self.path("out")))
        self.refused(1, "want NAME=FILE", "forward", self.model, "--input",
                     "q=1", "-o", self.path("out"))
        self.refused(1, "'k' of 'handwritten' is missing",
                     *self.forward()[:4], "-o", self.path("out"))
        open(self.path("plain"), "w").close()
        self.refused(1, "cannot write", *self.forward()[:-1],
                     self.path("plain"))

    def test_forward_refuses_hostile_files(self):
        def npy(header, data=b"\0" * 24, magic=b"\x93NUMPY\x01\0",
                length=None):
            size = len(header) if length is None else length
            return magic + struct.pack("<H", size) + header + data

        def dictionary(shape, more=b""):
            return (b"{'descr': '<f4', 'fortran_order': False, 'shape': "
                    + shape + b", " + more + b"}\n")

        cases = {
            "not a .npy file": b"PK\x03\x04 a zip, in truth",
            "not a .npy file ": b"",
            "format 9": npy(dictionary(b"(2, 3)"), magic=b"\x93NUMPY\x09\0"),
            "past the end": npy(dictionary(b"(2, 3)"), length=65535),
            "past the end of the file": b"\x93NUMPY\x02\0\xff\xff\xff\xff",
            "63 bits": npy(dictionary(b"(99999999999999999999, 3)")),
            "2^64": npy(dictionary(b"(9223372036854775807, 3)")),
            "the file has 24": npy(dictionary(b"(4611686018427387904, 4)")),
            "the file has 20": npy(dictionary(b"(2, 3)"), b"\0" * 20),
            "not a number": npy(dictionary(b"(-2, -3)")),
            "'(' is missing": npy(dictionary(b"[2, 3]")),
            "lacks": npy(b"{'descr': '<f4', 'shape': (2, 3)}"),
            "repeated key": npy(dictionary(b"(2, 3)", b"'descr': '<f4'")),
            "unknown or repeated key 'x'": npy(dictionary(b"(2,)",
                                                          b"'x': 1")),
            "behind its dict": npy(dictionary(b"(2, 3)") + b"import os"),
            "quote is not closed": npy(b"{'descr"),
            "is missing": npy(b"{" * 1000),
            "not a bool": npy(b"{'fortran_order': Maybe}"),
        }
        for text, content in cases.items():
            with open(self.path("b.npy"), "wb") as out:
                out.write(content)
            if text == "the file has 24":
                text = "2^64"  # 2^62 * 4 * 4 overflows
            self.refused(1, text.strip(),
                         *self.forward(x=self.path("b.npy")))

    # --- bench, perplexity, chat, and the rest

    def test_bench(self):
        out = self.good("bench", self.path("nofault.so"), "-p", "16", "-n",
                        "8", "-d", "4", "-r", "2", "--json")
        result = json.loads(out)
        self.assertEqual(list(result), ["prefill_tok_s", "decode_tok_s",
                                        "load_s", "ttft_s", "rss_mib",
                                        "disk_mb", "weight_mb"])
        for key, value in result.items():
            self.assertGreater(value, 0, key)
        self.assertLess(result["load_s"], result["ttft_s"])
        self.assertAlmostEqual(result["weight_mb"], 256 / 1e6)
        size = (os.path.getsize(self.path("nofault.so"))
                + os.path.getsize(self.path("nofault.weights")))
        self.assertAlmostEqual(result["disk_mb"], size / 1e6)
        result = json.loads(self.good("bench", self.model, "--dims", "n=4",
                                      "--json", "-r", "2"))
        self.assertGreater(result["latency_ms"], 0)
        self.refused(1, "512 tokens", "bench",
                     self.model)
        self.refused(1, "no such dimension", "bench", self.model, "--dims",
                     "q=1")
        self.refused(2, "NAME=SIZE", "bench", self.model, "--dims", "n")

    def test_text_commands_want_a_tokenizer(self):
        text = self.path("text")
        Path(text).write_text("words")
        self.refused(1, "no tokenizer", "perplexity", self.model, "--file",
                     text, "--chunk", "16", "--score-from", "8")
        self.refused(1, "--max-length", "perplexity", self.model, "--file",
                     text)
        self.refused(2, "--score-from", "perplexity", self.model, "--file",
                     text, "--chunk", "16", "--score-from", "15")
        self.refused(1, "no tokenizer", "chat", self.model, "--prompt", "x")

    # --- profile

    def profile(self, *flags, threads=2, model="nofault.so"):
        with unittest.mock.patch.dict(os.environ, XDG_CACHE_HOME=self.folder):
            return self.good("profile", self.path(model), "-p", "17", "-n",
                             "5", "--threads", str(threads), *flags)

    def test_profile_accounts_for_the_time(self):
        out = self.profile("--json")
        self.assertEqual(out.count("\n"), 1)
        report = json.loads(out)
        self.assertEqual(list(report), ["model", "threads", "machine",
                                        "weights_in_huge_pages", "prefill",
                                        "decode", "ops"])
        for phase, tokens, steps in (("prefill", 17, 3), ("decode", 5, 5)):
            self.assertEqual((report[phase]["tokens"],
                              report[phase]["steps"]), (tokens, steps))
            ops = [op for op in report["ops"] if op["phase"] == phase]
            self.assertEqual([(op["name"], op["kind"], op["serial"],
                               op["layer"]) for op in ops],
                             [("/embed/Gather", "gather", True, None),
                              ("/head/<MatMul>", "matmul", False, None)])
            # The head runs for the one row of a phase's steps that is wanted.
            self.assertEqual([op["runs"] for op in ops],
                             [steps, 1 if phase == "prefill" else steps])
            self.assertEqual(ops[0]["bytes"], 8 * tokens)
            self.assertEqual((ops[0]["flops"], ops[0]["bound"]), (0, "memory"))
            self.assertEqual((ops[1]["flops"], ops[1]["of_bound"]),
                             (None, None))
            wall = report[phase]["wall_s"]
            for op in ops:
                self.assertGreater(op["time_s"], 0)
                self.assertGreater(op["busy_s"], 0)
            self.assertLessEqual(sum(op["time_s"] for op in ops), wall)
            self.assertLessEqual(sum(op["busy_s"] for op in ops), 2 * wall)
            self.assertAlmostEqual(
                sum(op["busy_s"] + op["idle_s"] for op in ops)
                + report[phase]["waiting_s"], 2 * wall, delta=wall / 100)
        self.assertEqual(json.loads(self.profile("--json", threads=1))
                         ["decode"]["barriers"], 0)

    def test_profile_tables(self):
        kinds = self.profile()
        self.assertRegex(kinds, r"(?m)^bounds, measured: [\d.]+ GB/s read")
        self.assertRegex(kinds, r"(?m)^decode: 5 tokens in 5 steps")
        self.assertRegex(kinds, r"(?m)^  gather +\d")
        self.assertIn("/head/<MatMul> matmul", self.profile("--by", "op"))
        self.assertIn("outside layers", self.profile("--by", "layer"))

    def test_the_machine_is_measured_once(self):
        path = os.path.join(self.folder, "sinter", "machine.json")
        whole = json.loads(self.profile("--json"))
        first, share = whole["machine"], whole["weights_in_huge_pages"]
        self.assertTrue(share is None or 0 <= share <= 1, share)
        self.assertGreater(first["flops_per_s"], 1e8)
        with open(path) as file:
            (machine,) = json.load(file)
        machine["huge_page_read_bytes_per_s"] = 12345.0
        with open(path, "w") as file:
            json.dump([machine], file)
        again = json.loads(self.profile("--json"))["machine"]
        self.assertEqual(again["read_bytes_per_s"], 12345)
        anew = json.loads(self.profile("--json", "--measure-machine"))
        self.assertGreater(anew["machine"]["read_bytes_per_s"], 1e8)
        self.profile(threads=1)
        with open(path) as file:
            self.assertEqual([m["threads"] for m in json.load(file)], [2, 1])
        for damage in ("", '[1, {}, {"cpu": 1, "threads": "x"}]'):
            Path(path).write_text(damage)
            self.profile("--json")

    def test_profile_files(self):
        trace, page = self.path("trace.json"), self.path("page.html")
        self.profile("--trace", trace, "--html", page)
        with open(trace) as file:
            events = json.load(file)["traceEvents"]
        open_slices = {0: [], 1: []}
        for event in events:
            stack = open_slices[event["tid"]]
            if event["ph"] == "B":
                stack.append(event)
            elif event["ph"] == "E":
                self.assertLessEqual(stack.pop()["ts"], event["ts"])
        self.assertEqual(open_slices, {0: [], 1: []})
        names = {event["name"] for event in events if event["ph"] == "B"}
        self.assertEqual(names, {"prefill", "decode", "wait", "/embed/Gather",
                                 "/head/<MatMul>"})
        text = Path(page).read_text()
        self.assertNotIn("http", text)
        self.assertNotIn("<script", text)
        self.assertIn("/head/&lt;MatMul&gt;", text)
        document = xml.dom.minidom.parseString(
            re.sub(r"<!DOCTYPE html>|<meta[^>]*>", "", text))
        drawings = document.getElementsByTagName("svg")
        self.assertEqual([drawing.getAttribute("aria-label")
                          for drawing in drawings],
                         ["one token", "roofline", "arena"])
        buffers = [box.firstChild.firstChild.data for box
                   in drawings[2].getElementsByTagName("rect")]
        self.assertEqual(buffers, ["/embed/Gather: 0.008 MB at 0.000 MB, until "
                                   "/head/<MatMul>"])

    def test_profile_refuses(self):
        shutil.copy(f"{MODELS}/untraced.so", self.folder)
        shutil.copy(f"{MODELS}/handwritten.weights",
                    self.path("untraced.weights"))
        short = ("-p", "2", "-n", "2")
        self.refused(1, "recompile", "profile", self.path("untraced.so"),
                     *short)
        self.refused(1, "--max-length", "profile", self.model, "-p", "30",
                     "-n", "3")
        self.refused(2, "-n", "profile", self.model, "-n", "0")
        self.refused(2, "--by", "profile", self.model, "--by", "size")
        self.refused(1, "/no/such", "profile", self.path("nofault.so"),
                     *short, "--html", "/no/such/page.html")

    def test_command_line(self):
        self.refused(2, "'frob'", "frob", self.model)
        self.refused(2, "", )
        self.assertIn("generate", self.good("--help"))
        self.assertIn("--seed", self.good("generate", "--help"))
        self.assertRegex(self.good("--version"), r"^sinter-run \d+\.\d+")


if __name__ == "__main__":
    TOOL, MODELS = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
