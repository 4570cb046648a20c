"""Tiny configurations of architectures: NAME: (model type, task, configuration).
Every size is as small as the architecture allows; weights are random."""

TEXT = "text-generation-with-past"
FEATURES = "feature-extraction"

_decoder = dict(vocab_size=128, hidden_size=32, num_hidden_layers=2,
                num_attention_heads=4, num_key_value_heads=2,
                intermediate_size=64, max_position_embeddings=64,
                bos_token_id=1, eos_token_id=2, pad_token_id=0)
_gpt = dict(vocab_size=128, n_positions=64, n_ctx=64, n_embd=32, n_layer=2,
            n_head=4, bos_token_id=1, eos_token_id=2)
_encoder = dict(vocab_size=128, hidden_size=32, num_hidden_layers=2,
                num_attention_heads=4, intermediate_size=64,
                max_position_embeddings=64, type_vocab_size=2, pad_token_id=1)
_image = dict(image_size=32, patch_size=8, hidden_size=32, num_hidden_layers=2,
              num_attention_heads=4, intermediate_size=64)
_audio = dict(vocab_size=32, hidden_size=32, num_hidden_layers=2,
              num_attention_heads=4, intermediate_size=64, conv_dim=[16, 16],
              conv_stride=[5, 2], conv_kernel=[10, 3],
              num_feat_extract_layers=2, num_conv_pos_embeddings=16,
              num_conv_pos_embedding_groups=4)
_t5 = dict(vocab_size=128, d_model=32, d_kv=8, d_ff=64, num_layers=2,
           num_heads=4, decoder_start_token_id=0)
_bart = dict(vocab_size=128, d_model=32, encoder_layers=2, decoder_layers=2,
             encoder_attention_heads=4, decoder_attention_heads=4,
             encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=64)
_clip_text = dict(vocab_size=128, hidden_size=32, intermediate_size=64,
                  num_hidden_layers=2, num_attention_heads=4,
                  max_position_embeddings=32, eos_token_id=2, bos_token_id=1)
_windows = dict(image_size=32, patch_size=4, embed_dim=16, depths=[1, 1],
                num_heads=[2, 4], window_size=4)


def _each(names, task, base, **more):
    return {name: (name, task, dict(base, **more.get(name.replace("-", "_"), {})))
            for name in names.split()}


ARCHITECTURES = {
    **_each("opt phi3 gemma gemma2 gemma3_text qwen3 qwen3_moe stablelm olmo "
            "olmo2 cohere granite glm helium nemotron smollm3 arcee gpt_oss",
            TEXT, _decoder,
            opt=dict(ffn_dim=64, word_embed_proj_dim=32),
            gemma=dict(head_dim=8), qwen3=dict(head_dim=8),
            helium=dict(head_dim=8), glm=dict(head_dim=8),
            gemma2=dict(head_dim=8, sliding_window=8, query_pre_attn_scalar=8),
            gemma3_text=dict(head_dim=8, sliding_window=8,
                             query_pre_attn_scalar=8)),
    **_each("gptj codegen gpt_bigcode", TEXT, _gpt, gptj=dict(rotary_dim=4),
            codegen=dict(rotary_dim=4)),
    "gpt_neo": ("gpt_neo", TEXT, dict(
        vocab_size=128, max_position_embeddings=64, hidden_size=32,
        num_layers=2, num_heads=4, window_size=8,
        attention_types=[[["global", "local"], 1]])),
    "bloom": ("bloom", TEXT, dict(vocab_size=128, hidden_size=32, n_layer=2,
                                  n_head=4)),
    "falcon": ("falcon", TEXT, dict(
        vocab_size=128, hidden_size=32, num_hidden_layers=2,
        num_attention_heads=4, multi_query=True, alibi=False,
        new_decoder_architecture=False)),
    "mpt": ("mpt", TEXT, dict(vocab_size=128, d_model=32, n_heads=4, n_layers=2,
                              expansion_ratio=2, max_seq_len=64)),
    **_each("bert roberta albert electra mpnet xlm-roberta camembert deberta "
            "deberta-v2 mobilebert squeezebert convbert roformer ibert "
            "data2vec-text modernbert nystromformer splinter esm rembert "
            "megatron-bert flaubert xlm longformer big_bird layoutlm",
            FEATURES, _encoder, albert=dict(embedding_size=16),
            electra=dict(embedding_size=16), squeezebert=dict(embedding_size=32),
            deberta_v2=dict(relative_attention=True, position_buckets=16,
                            pos_att_type=["p2c", "c2p"]),
            modernbert=dict(global_attn_every_n_layers=2, local_attention=8,
                            cls_token_id=1, sep_token_id=2, bos_token_id=1,
                            eos_token_id=2)),
    "distilbert": ("distilbert", FEATURES, dict(
        vocab_size=128, dim=32, n_layers=2, n_heads=4, hidden_dim=64,
        max_position_embeddings=64)),
    "bert-qa": ("bert", "question-answering", _encoder),
    "bert-mlm": ("bert", "fill-mask", _encoder),
    "roberta-class": ("roberta", "text-classification", _encoder),
    **_each("deit beit vit_msn vit_mae data2vec-vision siglip_vision_model "
            "clip_vision_model audio-spectrogram-transformer poolformer cvt",
            FEATURES, _image,
            audio_spectrogram_transformer=dict(
                max_length=64, num_mel_bins=32, patch_size=16, time_stride=10,
                frequency_stride=10)),
    **_each("swin swinv2", FEATURES, _windows),
    **_each("wav2vec2 hubert wavlm unispeech-sat data2vec-audio sew "
            "wav2vec2-conformer unispeech", FEATURES, _audio),
    "clip": ("clip", "zero-shot-image-classification", dict(
        projection_dim=16, text_config=_clip_text, vision_config=_image)),
    "t5": ("t5", "text2text-generation-with-past", _t5),
    "bart": ("bart", "text2text-generation-with-past", _bart),
}
