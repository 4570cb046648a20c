"""The files beside a model: config, generation ids, tokenizer, chat template."""
import json
import os
import sys

import gguf

BOS, EOS, PAD = 1, 2, 2


def write(folder, source, layers):
    def dump(name, value):
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, indent=1)
            file.write("\n")

    dump("config.json", config(source, layers))
    dump("generation_config.json",
         {"bos_token_id": BOS, "eos_token_id": EOS, "pad_token_id": PAD})
    dump("tokenizer.json", tokenizer(source.facts))
    dump("tokenizer_config.json", tokenizer_config(source.facts))
    path = os.path.join(folder, "chat_template.jinja")
    with open(path, "w", encoding="utf-8") as file:
        file.write(source.facts["tokenizer.chat_template"])


def config(source, layers):
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "hidden_act": "silu", "hidden_size": source.hidden,
        "intermediate_size": source.inner, "num_hidden_layers": layers,
        "num_attention_heads": source.heads,
        "num_key_value_heads": source.kv_heads, "head_dim": source.head_dim,
        "vocab_size": source.vocab, "rms_norm_eps": source.rms_eps,
        "rope_theta": source.rope_theta,
        "max_position_embeddings": source.context,
        "tie_word_embeddings": True, "attention_bias": False,
        "mlp_bias": False, "torch_dtype": "float32",
        "bos_token_id": BOS, "eos_token_id": EOS, "pad_token_id": PAD}


def tokenizer(facts):
    """tokenizer.json of the `smollm` pre-tokenizer: each digit alone, then
    the byte-level split; BPE over the GGUF's tokens and merges."""
    if facts["tokenizer.ggml.pre"] != "smollm":
        sys.exit("make_model.py: the GGUF's pre-tokenizer is not smollm")
    tokens, kinds = (facts[f"tokenizer.ggml.{k}"]
                     for k in ("tokens", "token_type"))
    added = [{"id": i, "content": token, "single_word": False,
              "lstrip": False, "rstrip": False, "normalized": False,
              "special": True}
             for i, token in enumerate(tokens)
             if kinds[i] == gguf.TokenType.CONTROL]
    byte_level = lambda prefix: {"type": "ByteLevel",
                                 "add_prefix_space": prefix,
                                 "trim_offsets": True, "use_regex": True}
    digits = {"type": "Digits", "individual_digits": True}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": added, "normalizer": None,
        "pre_tokenizer": {"type": "Sequence",
                          "pretokenizers": [digits, byte_level(False)]},
        "post_processor": None, "decoder": byte_level(True),
        "model": {"type": "BPE", "dropout": None, "unk_token": None,
                  "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False,
                  "byte_fallback": False, "ignore_merges": False,
                  "vocab": {token: i for i, token in enumerate(tokens)},
                  "merges": list(facts["tokenizer.ggml.merges"])}}


def tokenizer_config(facts):
    tokens = facts["tokenizer.ggml.tokens"]
    return {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False,
            "clean_up_tokenization_spaces": False,
            "model_max_length": int(facts["llama.context_length"]),
            "bos_token": tokens[BOS], "eos_token": tokens[EOS],
            "unk_token": tokens[0], "pad_token": tokens[PAD]}
