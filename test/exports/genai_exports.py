#!/usr/bin/env python3
"""What onnxruntime-genai's model builder writes, compiled and held against
onnxruntime on the same file.

  genai_exports.py FOLDER [NAME...] [--table]

Tiny checkpoints with random weights and a tokenizer of single letters are made
in FOLDER/NAME, exported by the builder with the options named in CASES, and
checked as those of optimum_exports.py. The builder needs transformers 5
(requirements-genai.txt), and sinterc and sinter-run on the PATH or in
SINTER_BIN. Not part of .ci/run.
"""
import importlib.util
import json
import os
import sys

import numpy as np
import onnxruntime

import optimum_exports
import models
import onnx_graph
import sinter_tools as sinter
from architectures import TEXT

_decoder = dict(vocab_size=128, hidden_size=64, num_hidden_layers=2,
                num_attention_heads=4, num_key_value_heads=2,
                intermediate_size=96, max_position_embeddings=64,
                bos_token_id=1, eos_token_id=2, pad_token_id=0,
                tie_word_embeddings=False)
_windows = dict(head_dim=16, sliding_window=8, query_pre_attn_scalar=16,
                layer_types=["sliding_attention", "full_attention"])
_long = dict(original_max_position_embeddings=16, rope_parameters=dict(
    rope_type="longrope", type="longrope", rope_theta=1e4, short_factor=[1.0 + i / 8 for i in range(8)],
    long_factor=[2.0 + i for i in range(8)], original_max_position_embeddings=16))
_llama3 = dict(rope_parameters=dict(
    rope_type="llama3", rope_theta=1e4, factor=4.0, low_freq_factor=1.0,
    high_freq_factor=4.0, original_max_position_embeddings=16))
_yarn = dict(rope_parameters=dict(
    rope_type="yarn", rope_theta=1e4, factor=4.0, beta_fast=4.0, beta_slow=1.0,
    original_max_position_embeddings=64))
_hybrid = dict(layer_types=["conv", "full_attention"], conv_L_cache=3)
_tied = dict(tie_word_embeddings=True)

BUFFER = 64

# NAME: (model type, its sizes, precision, the builder's options)
CASES = {
    "llama": ("llama", {}, "fp32", {}),
    "llama-tied": ("llama", _tied, "fp32", {}),
    "llama-scaled": ("llama", _llama3, "fp32", {}),
    "llama-mha": ("llama", dict(num_key_value_heads=4), "fp32", {}),
    "llama-fp16": ("llama", {}, "fp16", dict(provider="cuda")),
    "llama-bf16": ("llama", {}, "bf16", dict(provider="cuda")),
    "llama-dml": ("llama", {}, "fp16", dict(provider="dml")),
    "llama-webgpu": ("llama", {}, "int4", dict(provider="webgpu")),
    "llama-int8": ("llama", {}, "int8", {}),
    "llama-int4": ("llama", {}, "int4", {}),
    "llama-int4-block16": ("llama", {}, "int4", dict(int4_block_size=16)),
    "llama-int4-block128": ("llama", {}, "int4", dict(int4_block_size=128)),
    "llama-int4-symmetric": ("llama", {}, "int4", dict(int4_is_symmetric="1")),
    "llama-int4-asymmetric": ("llama", {}, "int4", dict(int4_is_symmetric="0")),
    "llama-int4-accuracy1": ("llama", {}, "int4", dict(int4_accuracy_level=1)),
    "llama-int4-kquant": ("llama", {}, "int4",
                          dict(int4_algo_config="k_quant_mixed")),
    "llama-int4-rtnlast": ("llama", {}, "int4",
                           dict(int4_algo_config="rtn_last")),
    "llama-int4-qdq": ("llama", {}, "int4", dict(use_qdq="1")),
    "llama-int4-shared": ("llama", _tied, "int4", dict(shared_embeddings="1")),
    "llama-shared": ("llama", _tied, "fp32", dict(shared_embeddings="1")),
    "llama-hidden": ("llama", {}, "fp32", dict(include_hidden_states="1")),
    "llama-prune": ("llama", {}, "fp32", dict(prune_lm_head="1")),
    "llama-noembeds": ("llama", {}, "fp32", dict(exclude_embeds="1")),
    "llama-nohead": ("llama", {}, "fp32", dict(exclude_lm_head="1")),
    "llama-split": ("llama", {}, "fp32", dict(fuse_qkv="0")),
    "llama-gateup": ("llama", {}, "fp32", dict(fuse_mlp_gate_up="1")),
    "mistral": ("mistral", dict(sliding_window=8), "fp32", {}),
    "mistral-full": ("mistral", dict(sliding_window=8), "fp32",
                     dict(windowed_kv_cache="0")),
    "qwen2": ("qwen2", {}, "fp32", {}),
    "qwen2-yarn": ("qwen2", _yarn, "fp32", {}),
    "qwen3": ("qwen3", dict(head_dim=16), "fp32", {}),
    "qwen3-int4": ("qwen3", dict(head_dim=16), "int4", {}),
    "gemma": ("gemma", dict(head_dim=16), "fp32", {}),
    "gemma2": ("gemma2", _windows, "fp32", {}),
    "gemma3": ("gemma3_text", _windows, "fp32", {}),
    "gemma3-int4": ("gemma3_text", _windows, "int4", {}),
    "phi": ("phi", dict(partial_rotary_factor=0.5, num_attention_heads=2), "fp32", {}),
    "phi3": ("phi3", dict(original_max_position_embeddings=64), "fp32", {}),
    "phi3-long": ("phi3", _long, "fp32", {}),
    "phi3-long-int4": ("phi3", _long, "int4", {}),
    "olmo": ("olmo", {}, "fp32", {}),
    "nemotron": ("nemotron", dict(partial_rotary_factor=0.5, num_attention_heads=2), "fp32", {}),
    "granite": ("granite", dict(attention_multiplier=0.2, logits_scaling=2.0,
                                residual_multiplier=0.5,
                                embedding_multiplier=3.0), "fp32", {}),
    "smollm3": ("smollm3", dict(no_rope_layers=[1, 1]), "fp32", {}),
    "ernie4_5": ("ernie4_5", dict(head_dim=16), "fp32", {}),
    "hunyuan": ("hunyuan_v1_dense", dict(head_dim=16), "fp32", {}),
    "gpt_oss": ("gpt_oss", dict(
        head_dim=16, sliding_window=8, num_local_experts=4,
        num_experts_per_tok=2, intermediate_size=64), "fp32", {}),
    "lfm2": ("lfm2", _hybrid, "fp32", {}),
    "lfm2_moe": ("lfm2_moe", dict(_hybrid, num_experts=4, num_dense_layers=1,
                                  num_experts_per_tok=2,
                                  moe_intermediate_size=32), "int4", {}),
    "whisper": ("whisper", None, "fp32", {}),
}


def make_checkpoint(name, folder):
    from tokenizers import Tokenizer, models
    from transformers import (AutoModelForCausalLM, AutoModelForSpeechSeq2Seq,
                              PreTrainedTokenizerFast)
    kind, sizes, _, _ = CASES[name]
    made = AutoModelForCausalLM
    if sizes is None:
        made, sizes = AutoModelForSpeechSeq2Seq, dict(
            vocab_size=128, d_model=64, encoder_layers=2, decoder_layers=2,
            encoder_attention_heads=4, decoder_attention_heads=4,
            encoder_ffn_dim=64, decoder_ffn_dim=64, num_mel_bins=8,
            max_source_positions=1500, max_target_positions=64, pad_token_id=0,
            bos_token_id=1, eos_token_id=2, decoder_start_token_id=1)
    else:
        sizes = dict(_decoder, **sizes)
    optimum_exports.make_model(kind, TEXT, sizes, made).save_pretrained(folder)
    letters = {chr(33 + i): i for i in range(94)} | {"<unk>": 94}
    PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(letters, "<unk>")),
        bos_token='"', eos_token="#", unk_token="<unk>").save_pretrained(folder)


def load_builder():
    """It is a script that imports its neighbours by name."""
    package = importlib.util.find_spec("onnxruntime_genai")
    folder = os.path.join(os.path.dirname(package.origin), "models")
    sys.path.insert(0, folder)
    import builder
    return builder


def export(name, folder):
    builder = load_builder()
    checkpoint = os.path.join(folder, "checkpoint")
    make_checkpoint(name, checkpoint)
    _, _, precision, options = CASES[name]
    options = dict(options)
    provider = options.pop("provider", "cpu")
    cache = os.path.join(folder, "cache")
    pairs = [f"{key}={value}" for key, value in options.items()]
    parsed = builder.parse_extra_options(
        None, checkpoint, folder, precision, provider, cache, pairs)
    config = parsed["hf_details"]["hf_config"]
    if "sliding_attention" in getattr(config, "rope_parameters", None) or {}:
        # The builder reads what transformers 4 wrote.
        config.rope_local_base_freq = 1e4
        config.rope_parameters = dict(rope_type="default", rope_theta=1e6)
    builder.create_model(None, checkpoint, folder, precision, provider, cache,
                         **parsed)


def load_judge(path):
    """onnxruntime on each node as it is written, with activations of quantized
    products as they are (the accuracy level 4 is a minimum), and the pasts that
    are buffers."""
    import onnx
    model = onnx.load(path)
    buffers = set()
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "accuracy_level":
                attribute.i = 1
            if attribute.name == "sliding_window_cache" and attribute.i:
                buffers |= {node.input[3], node.input[4]}
    # bf16 as f32: onnxruntime's CPU has no product of bf16.
    onnx_graph.retype(model, onnx.TensorProto.BFLOAT16, onnx.TensorProto.FLOAT,
                      lambda array: array.astype(np.float32))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = \
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(),
                                        options), buffers


def rounding(path):
    """The error that half types may make, of the largest logit: that of a
    random walk over the nodes, doubled for the two that are compared."""
    import onnx
    model = onnx.load(path, load_external_data=False)
    types = {x.data_type for x in model.graph.initializer}
    unit = {onnx.TensorProto.FLOAT16: 2.0**-11,
            onnx.TensorProto.BFLOAT16: 2.0**-8}
    return max([2 * unit[t] * len(model.graph.node)**0.5
                for t in types if t in unit], default=models.RELATIVE)


class Judge:
    """A decoder's session and its cache; `buffers` are pasts that are longer
    than what they hold."""

    def __init__(self, session, buffers, sizes):
        self.session, self.buffers, self.sizes = session, buffers, sizes
        self.outputs = [node.name for node in session.get_outputs()]
        self.restart()

    def restart(self):
        self.past, self.cache = 0, {}

    def step(self, ids):
        """Logits of ids [n] behind those before, of all or of the last."""
        feeds, total = {}, self.past + len(ids)
        for node in self.session.get_inputs():
            kind = optimum_exports.TYPES[node.type]
            if node.name == "input_ids":
                feeds[node.name] = np.array([ids], kind)
            elif node.name == "attention_mask":
                feeds[node.name] = np.ones((1, total), kind)
            elif node.name == "position_ids":
                feeds[node.name] = np.arange(self.past, total)[None].astype(kind)
            elif node.name in self.cache:
                feeds[node.name] = self.cache[node.name]
            else:
                rows = BUFFER if node.name in self.buffers else 0
                feeds[node.name] = np.zeros(
                    [d if isinstance(d, int) else self.sizes.get(d, rows)
                     for d in node.shape], kind)
        results = dict(zip(self.outputs, self.session.run(None, feeds)))
        self.cache = {name.replace("present.", "past_key_values."): value
                      for name, value in results.items()
                      if name.startswith("present.")}
        self.past = total
        return results["logits"][0].astype(np.float32)

    def greedy(self, ids, count):
        self.restart()
        out = [int(self.step(ids)[-1].argmax())]
        while len(out) < count:
            out.append(int(self.step(out[-1:])[-1].argmax()))
        return out

    def logits(self, ids, chunk):
        """Of every position, stepped by `chunk`."""
        self.restart()
        rows = [self.step(ids[i:i + chunk]) for i in range(0, len(ids), chunk)]
        if len(rows[0]) == min(chunk, len(ids)):
            return np.concatenate(rows)
        last = []  # the export has those of the last position alone
        for i in range(len(ids)):
            self.restart()
            last.append(self.step(ids[:i + 1])[-1])
        return np.stack(last)


def check_decoder(model, judge, relative):
    ids = np.random.default_rng(5).integers(3, 128, optimum_exports.PROMPT)
    errors = []
    for chunk in (len(ids), 1):
        got = sinter.logits(model, ids, "--prefill-chunk", str(chunk))
        errors.append(models.close("logits", got, judge.logits(ids, chunk),
                                   relative))
    count = optimum_exports.NEW
    got, want = sinter.greedy(model, ids, count), judge.greedy(ids, count)
    if got != want:
        raise models.Mismatch(f"greedy ids {got}, not {want}")
    return max(errors)


def check_forward(model, session, folder, sizes):
    random = np.random.default_rng(7)
    sizes = dict(sizes, sequence_length=4, past_sequence_length=3,
                 total_sequence_length=7)
    feeds, flags = {}, []
    for node in session.get_inputs():
        kind = optimum_exports.TYPES[node.type]
        shape = [d if isinstance(d, int) else sizes[d] for d in node.shape]
        feeds[node.name] = (
            np.ones(shape, kind) if "mask" in node.name else
            random.standard_normal(shape).astype(kind)
            if np.issubdtype(kind, np.floating) else
            random.integers(3, 100, shape).astype(kind))
        file = os.path.join(folder, f"in.{node.name}.npy")
        np.save(file, feeds[node.name])
        flags += ["--input", f"{node.name}={file}"]
    sinter.succeed("sinter-run", "forward", model, *flags, "-o", folder)
    return max(models.close(node.name, np.load(
        os.path.join(folder, node.name + ".npy")), want)
        for node, want in zip(session.get_outputs(), session.run(None, feeds)))


def check(task, file, folder):
    path = os.path.join(folder, file)
    report = os.path.join(folder, "report.json")
    model = sinter.compile_model(path, path[:-5] + ".so", "--report=" + report)
    with open(os.path.join(folder, "genai_config.json")) as config:
        decoder = json.load(config)["model"]["decoder"]
    sizes = dict(batch_size=1, kv_cache_dim=decoder["head_size"])
    session, buffers = load_judge(path)
    entries = sinter.run_json("info", model)["entries"]
    if "step" not in entries:
        return f"{check_forward(model, session, folder, sizes):.0e} (forward)"
    error = check_decoder(model, Judge(session, buffers, sizes), rounding(path))
    missed = sorted({m["kind"] for m in
                     sinter.read_report(report).get("missed", [])})
    return f"{error:.0e}" + ("; not fused: " + ", ".join(missed)
                             if missed else "")


if __name__ == "__main__":
    optimum_exports.main({name: (name, TEXT) for name in CASES}, export, __doc__,
                         check)
