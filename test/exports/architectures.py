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
_seq2seq = "text2text-generation-with-past"
_backbone = dict(num_channels=3, embedding_size=8, hidden_sizes=[8, 16],
                 depths=[1, 1], layer_type="basic")
_stages = dict(num_channels=3, num_encoder_blocks=2, depths=[1, 1],
               sr_ratios=[2, 1], hidden_sizes=[16, 32], patch_sizes=[7, 3],
               strides=[4, 2], num_attention_heads=[1, 2], mlp_ratios=[2, 2],
               decoder_hidden_size=16)


def _each(names, task, base, **more):
    return {name: (name, task, dict(base, **more.get(name.replace("-", "_"), {})))
            for name in names.split()}


ARCHITECTURES = {
    **_each("opt phi3 gemma gemma2 gemma3_text qwen3 qwen3_moe stablelm olmo "
            "olmo2 cohere granite glm helium nemotron smollm3 arcee gpt_oss",
            TEXT, _decoder,
            opt=dict(ffn_dim=64, word_embed_proj_dim=32),
            qwen3_moe=dict(num_experts=4, num_experts_per_tok=2,
                           moe_intermediate_size=16),
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
    **_each("mbart m2m_100 marian pegasus blenderbot blenderbot-small "
            "bigbird_pegasus", _seq2seq, _bart, marian=dict(
                pad_token_id=0, decoder_start_token_id=0),
            bigbird_pegasus=dict(attention_type="original_full")),
    **_each("mt5 longt5", _seq2seq, _t5, longt5=dict(local_radius=4)),
    "whisper": ("whisper", "automatic-speech-recognition-with-past", dict(
        _bart, num_mel_bins=8, max_source_positions=1500,
        max_target_positions=64, pad_token_id=0, bos_token_id=1,
        eos_token_id=2, decoder_start_token_id=1)),
    "speech_to_text": (
        "speech_to_text", "automatic-speech-recognition-with-past", dict(
            _bart, input_feat_per_channel=8, conv_channels=16,
            max_source_positions=64, max_target_positions=64)),
    "moonshine": ("moonshine", "automatic-speech-recognition-with-past", dict(
        vocab_size=128, hidden_size=32, intermediate_size=64,
        encoder_num_hidden_layers=2, decoder_num_hidden_layers=2,
        encoder_num_attention_heads=4, decoder_num_attention_heads=4)),
    **_each("deepseek_v3 phi mistral qwen2 llama gpt_neox", TEXT, _decoder,
            phi=dict(num_key_value_heads=4),
            deepseek_v3=dict(
                moe_intermediate_size=16, n_routed_experts=8, n_group=2,
                topk_group=1, num_experts_per_tok=2, first_k_dense_replace=1,
                num_key_value_heads=4, q_lora_rank=16, kv_lora_rank=16,
                qk_rope_head_dim=8, qk_nope_head_dim=8, v_head_dim=8)),
    "gpt2": ("gpt2", TEXT, _gpt),
    **_each("vit yolos hiera dpt", FEATURES, _image, yolos=dict(
        image_size=[32, 32]), dpt=dict(
        backbone_out_indices=[0, 1, 1, 1], is_hybrid=False,
        neck_hidden_sizes=[8, 8, 8, 8], fusion_hidden_size=8,
        reassemble_factors=[4, 2, 1, 0.5]),
            hiera=dict(embed_dim=16, depths=[1, 1], num_heads=[1, 2],
                       mlp_ratio=2.0, query_stride=[2, 2],
                       masked_unit_size=[4, 4], num_query_pool=1,
                       patch_size=[7, 7], patch_stride=[4, 4],
                       patch_padding=[3, 3], image_size=[64, 64])),
    **_each("convnext convnextv2", FEATURES, dict(
        num_stages=2, hidden_sizes=[8, 16], depths=[1, 1])),
    **_each("resnet regnet", FEATURES, dict(
        _backbone, groups_width=8), regnet=dict(layer_type="y")),
    **_each("segformer glpn", FEATURES, _stages),
    "segformer-semantic": ("segformer", "semantic-segmentation", _stages),
    "pvt": ("pvt", FEATURES, dict(
        image_size=32, num_encoder_blocks=2, depths=[1, 1], sr_ratios=[2, 1],
        sequence_reduction_ratios=[2, 1], hidden_sizes=[16, 32],
        patch_sizes=[4, 2], strides=[4, 2], num_attention_heads=[1, 2],
        mlp_ratios=[2, 2])),
    **_each("mobilenet_v1 mobilenet_v2", FEATURES, dict(
        image_size=32, depth_multiplier=0.25)),
    "efficientnet": ("efficientnet", FEATURES, dict(
        image_size=32, width_coefficient=0.25, depth_coefficient=0.25,
        hidden_dim=320)),
    "mobilevit": ("mobilevit", FEATURES, dict(
        image_size=64, patch_size=2, hidden_sizes=[16, 24, 32],
        neck_hidden_sizes=[8, 8, 8, 16, 16, 16, 24], num_attention_heads=4)),
    "levit": ("levit", FEATURES, dict(
        image_size=64, hidden_sizes=[16, 32, 48], num_attention_heads=[2, 2, 2],
        depths=[1, 1, 1], key_dim=[8, 8, 8])),
    **_each("layoutlmv3 lilt visual_bert", FEATURES, _encoder,
            layoutlmv3=dict(coordinate_size=4, shape_size=8, input_size=32,
                            patch_size=8, max_2d_position_embeddings=64),
            lilt=dict(max_2d_position_embeddings=64,
                      hidden_size=48),
            visual_bert=dict(visual_embedding_dim=32)),
    **_each("siglip chinese_clip", "zero-shot-image-classification", dict(
        projection_dim=16, text_config=_clip_text, vision_config=_image)),
    **_each("owlvit owlv2", "zero-shot-object-detection", dict(
        projection_dim=32, text_config=dict(_clip_text, max_position_embeddings=16),
        vision_config=_image)),
    "groupvit": ("groupvit", FEATURES, dict(
        projection_dim=16, projection_intermediate_dim=32,
        text_config=_clip_text, vision_config=dict(
            _image, depths=[1, 1], num_group_tokens=[4, 2],
            num_output_groups=[4, 2]))),
    **_each("detr table-transformer", "object-detection", dict(
        d_model=32, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=64,
        decoder_ffn_dim=64, encoder_attention_heads=4,
        decoder_attention_heads=4, num_queries=8, use_timm_backbone=False,
        use_pretrained_backbone=False, backbone=None,
        backbone_config=dict(_backbone, model_type="resnet",
                             out_features=["stage2"]))),
    "patchtst": ("patchtst", FEATURES, dict(
        num_input_channels=2, context_length=32, d_model=32, ffn_dim=64,
        num_hidden_layers=2, num_attention_heads=4, patch_length=4,
        patch_stride=4)),
    "patchtsmixer": ("patchtsmixer", FEATURES, dict(
        num_input_channels=2, context_length=32, d_model=32, num_layers=2,
        patch_length=4, patch_stride=4)),
    "sew-d": ("sew-d", FEATURES, dict(_audio, squeeze_factor=2,
                                      max_position_embeddings=64,
                                      position_buckets=16)),
    "donut-swin": ("donut-swin", FEATURES, _windows),
    "swin2sr": ("swin2sr", "image-to-image", dict(
        image_size=32, embed_dim=16, depths=[1], num_heads=[2],
        window_size=4)),
}

# What torch.export takes and optimum, in this version, does not.
MORE = {
    **_each("starcoder2 persimmon cohere2 glm4 exaone4 ernie4_5 seed_oss "
            "hunyuan_v1_dense bitnet apertus vaultgemma olmo3 biogpt "
            "gpt_neox_japanese granitemoe diffllama", TEXT, _decoder,
            glm4=dict(head_dim=8), exaone4=dict(head_dim=8),
            ernie4_5=dict(head_dim=8), seed_oss=dict(head_dim=8),
            hunyuan_v1_dense=dict(head_dim=8), vaultgemma=dict(
                head_dim=8, query_pre_attn_scalar=8),
            persimmon=dict(num_key_value_heads=4),
            granitemoe=dict(num_local_experts=4, num_experts_per_tok=2)),
    **_each("ernie luke markuplm mra yoso nezha roc_bert mega", FEATURES,
            _encoder),
    **_each("dinov2 dinov2_with_registers dinov3_vit ijepa focalnet "
            "swiftformer bit textnet", FEATURES, _image),
    "rt_detr": ("rt_detr", FEATURES, dict(
        d_model=32, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=64,
        decoder_ffn_dim=64, encoder_attention_heads=4,
        decoder_attention_heads=4, num_queries=8, use_timm_backbone=False,
        use_pretrained_backbone=False, backbone=None, encoder_hidden_dim=32,
        encoder_in_channels=[8, 16], feat_strides=[4, 8],
        encode_proj_layers=[1], decoder_in_channels=[32, 32],
        num_feature_levels=2, decoder_n_points=2, backbone_config=dict(
            _backbone, model_type="resnet", out_features=["stage1", "stage2"]))),
    "mask2former": ("mask2former", FEATURES, dict(
        feature_size=32, mask_feature_size=32, hidden_dim=32, num_queries=8,
        num_attention_heads=4, encoder_layers=1, decoder_layers=1,
        encoder_feedforward_dim=64, dim_feedforward=64, backbone=None,
        use_pretrained_backbone=False, backbone_config=dict(
            model_type="swin", image_size=32, patch_size=4, embed_dim=8,
            depths=[1, 1, 1, 1], num_heads=[1, 2, 2, 2], window_size=4,
            out_features=["stage1", "stage2", "stage3", "stage4"]))),
    **_each("git blip", FEATURES, dict(
        _encoder, vision_config=_image, projection_dim=16, text_config=dict(
            _encoder, encoder_hidden_size=32))),
}
