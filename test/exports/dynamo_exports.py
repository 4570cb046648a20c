#!/usr/bin/env python3
"""What torch's own exporter writes (torch.onnx.export of torch.export's graphs,
its default), compiled and held against onnxruntime on the same file.

  dynamo_exports.py FOLDER [NAME...] [--table]

The models are all of architectures.py, the checks those of optimum_exports.py:
decoders with a cache, all others, encoder-decoders among them, as one graph. Needs
requirements.txt of this folder, and sinterc and sinter-run on the PATH or in
SINTER_BIN. Not part of .ci/run: torch is 5 GB.
"""
import inspect
import logging
import os
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import torch  # noqa: E402

import architectures  # noqa: E402
import optimum_exports  # noqa: E402
from architectures import TEXT  # noqa: E402

logging.disable(logging.WARNING)
ARCHITECTURES = {**architectures.ARCHITECTURES, **architectures.MORE}
OPSET = 20
BATCH, LENGTH, PAST = 2, 9, 5


class WithCache(torch.nn.Module):
    """A decoder whose cache is a list of tensors, each named as optimum does."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, past):
        from transformers import DynamicCache
        cache = DynamicCache.from_legacy_cache(
            tuple((past[2 * i], past[2 * i + 1])
                  for i in range(len(past) // 2)))
        out = self.model(input_ids=input_ids, attention_mask=attention_mask,
                         position_ids=position_ids, past_key_values=cache,
                         use_cache=True)
        present = [x for layer in out.past_key_values.to_legacy_cache()
                   for x in layer]
        return out.logits, present


def export_decoder(model, path):
    config = model.config
    heads = config.num_attention_heads
    if hasattr(type(config)(), "num_key_value_heads"):  # not a stray field
        heads = config.num_key_value_heads or heads
    if getattr(config, "multi_query", False):
        heads = 1
    size = getattr(config, "head_dim", None) or \
        config.hidden_size // config.num_attention_heads
    layers = config.num_hidden_layers
    ids = torch.randint(3, 100, (BATCH, LENGTH))
    mask = torch.ones(BATCH, LENGTH + PAST, dtype=torch.int64)
    positions = torch.arange(PAST, PAST + LENGTH).expand(BATCH, LENGTH)
    past = [torch.randn(BATCH, heads, PAST, size) for _ in range(2 * layers)]
    row = {0: "batch_size", 1: "sequence_length"}
    names = [f"{i}.{kind}" for i in range(layers) for kind in ("key", "value")]
    torch.onnx.export(
        WithCache(model), (ids, mask, positions, past), path, dynamo=True,
        opset_version=OPSET, verbose=False,
        input_names=["input_ids", "attention_mask", "position_ids"] +
        ["past_key_values." + name for name in names],
        output_names=["logits"] + ["present." + name for name in names],
        dynamic_shapes=(row, {0: "batch_size", 1: "total_sequence_length"}, row,
                        [{0: "batch_size", 2: "past_sequence_length"}] *
                        len(past)))


def inputs_of(model, side):
    """Something to trace with, and the names of its sizes."""
    config, main = model.config, model.main_input_name
    text = {0: "batch_size", 1: "sequence_length"}
    wanted = [main]
    if hasattr(config, "text_config") and hasattr(config, "vision_config"):
        wanted = ["input_ids", "pixel_values"]
    values, sizes = {}, {}
    if "pixel_values" in wanted:
        values["pixel_values"] = torch.randn(
            BATCH, getattr(config, "num_channels", 3), side, side)
        sizes["pixel_values"] = {0: "batch_size"}
    if "input_ids" in wanted:
        values["input_ids"] = torch.randint(3, 100, (BATCH, LENGTH))
        values["attention_mask"] = torch.ones(BATCH, LENGTH, dtype=torch.int64)
        sizes["input_ids"] = sizes["attention_mask"] = text
    if "input_values" in wanted:
        patches = getattr(config, "num_mel_bins", 0)
        values[main] = torch.randn(BATCH, *([64, patches] if patches else [800]))
        sizes[main] = {0: "batch_size"} if patches else \
            {0: "batch_size", 1: "audio_length"}
    if "input_features" in wanted:
        bins = getattr(config, "num_mel_bins", 8)
        values[main] = torch.randn(BATCH, bins, 3000)
        sizes[main] = {0: "batch_size"}
    if "past_values" in wanted:
        values[main] = torch.randn(BATCH, config.context_length,
                                   config.num_input_channels)
        sizes[main] = {0: "batch_size"}
    if not values:
        raise ValueError(f"no input is made for {main}")
    arguments = inspect.signature(model.forward).parameters
    if config.is_encoder_decoder and "decoder_input_ids" in arguments and \
            main != "pixel_values":
        values["decoder_input_ids"] = torch.randint(3, 100, (BATCH, LENGTH - 2))
        sizes["decoder_input_ids"] = {0: "batch_size", 1: "decoder_length"}
    return values, sizes


class Tensors(torch.nn.Module):
    """A model whose outputs are the tensors of its result, without caches."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, **inputs):
        if "use_cache" in inspect.signature(self.model.forward).parameters:
            inputs["use_cache"] = False
        out = self.model(**inputs)
        return {key: value for key, value in out.items()
                if isinstance(value, torch.Tensor)}


def export(name, folder):
    from transformers import AutoModel, AutoModelForCausalLM
    task = ARCHITECTURES[name][1]
    made = None
    if name in architectures.MORE:
        made = AutoModelForCausalLM if task == TEXT else AutoModel
    model = optimum_exports.make_model(*ARCHITECTURES[name], made)
    model.config.save_pretrained(folder)
    path = os.path.join(folder, "model.onnx")
    if task == TEXT:
        return export_decoder(model, path)
    values, sizes = inputs_of(model, optimum_exports.image_side(folder))
    torch.onnx.export(Tensors(model), (), path, kwargs=values,
                      dynamic_shapes={"inputs": sizes}, dynamo=True,
                      opset_version=OPSET, verbose=False)


if __name__ == "__main__":
    optimum_exports.main(ARCHITECTURES, export, __doc__)
