//===- TransformerOps.td - what passes/Fuse raises graphs to --------------===//
#ifndef SINTER_TRANSFORMER_OPS_TD
#define SINTER_TRANSFORMER_OPS_TD

include "dialects/Sinter/IR/ElementwiseOps.td"

def Sinter_LayerNormOp : Sinter_InferOp<"layer_norm"> {
  let summary = "normalise the trailing dimensions to mean 0 and variance 1. Ba et al. 2016, ONNX LayerNormalization 17";
  let description = [{
    Over dimensions axis .. rank-1: y = (x - mean) / sqrt(var + epsilon) * scale
    + bias, statistics in f32 or wider.
    - C1: 0 <= axis < rank.
    - C2: scale and bias broadcast to x's shape and have its element type.
  }];
  let arguments = (ins Sinter_FloatTensor:$x, Sinter_FloatTensor:$scale,
                       Optional<Sinter_FloatTensor>:$bias, I64Attr:$axis,
                       F64Attr:$epsilon);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $scale (`,` $bias^)? `axis` $axis `epsilon` $epsilon attr-dict `:`
    type($x) `,` type($scale) (`,` type($bias)^)?
  }];
}

def Sinter_RMSNormOp : Sinter_InferOp<"rms_norm"> {
  let summary = "divide the trailing dimensions by their root mean square. Zhang, Sennrich 2019, ONNX RMSNormalization 23";
  let description = [{
    Over dimensions axis .. rank-1: y = x / sqrt(mean(x*x) + epsilon) * scale,
    statistics in f32 or wider.
    - C1: 0 <= axis < rank.
    - C2: scale broadcasts to x's shape and has its element type.
  }];
  let arguments = (ins Sinter_FloatTensor:$x, Sinter_FloatTensor:$scale,
                       I64Attr:$axis, F64Attr:$epsilon);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = "$x `,` $scale `axis` $axis `epsilon` $epsilon attr-dict `:` type($x) `,` type($scale)";
}

def Sinter_RotaryOp : Sinter_InferOp<"rotary"> {
  let summary = "rotate pairs of a head's elements by position. Su et al. 2021 (RoFormer), ONNX RotaryEmbedding 23";
  let description = [{
    x is [batch, heads, sequence, D], or [batch, sequence, heads, D] when
    `sequence_first`; cos and sin are [batch or 1, sequence, R/2] with R <= D
    even. Of each head the first R elements rotate, the rest is copied. Pair i is
    (x[i], x[i + R/2]), or (x[2i], x[2i+1]) when `interleaved`:
    (a, b) -> (a cos_i - b sin_i, b cos_i + a sin_i).
    - C1: x has rank 4, cos and sin rank 3 and one type, all one element type.
    - C2: R/2 = last size of cos, 0 < R <= D, statically known.
    - C3: batch and sequence sizes agree (batch of cos may be 1).
  }];
  let arguments = (ins Sinter_FloatTensor:$x, Sinter_FloatTensor:$cos,
                       Sinter_FloatTensor:$sin, UnitAttr:$interleaved,
                       UnitAttr:$sequence_first);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = "$x `,` $cos `,` $sin (`interleaved` $interleaved^)? (`sequence_first` $sequence_first^)? attr-dict `:` type($x) `,` type($cos) `,` type($sin)";
}

def Sinter_AttentionOp : Sinter_InferOp<"attention",
    [AttrSizedOperandSegments]> {
  let summary = "softmax(scale * q k^T, masked) v for grouped heads. Vaswani et al. 2017, Ainslie et al. 2023 (GQA), ONNX Attention 23";
  let description = [{
    q [batch, heads, S, D], k [batch, kv heads, T, D], v [batch, kv heads, T, E]
    -> [batch, heads, S, E]; query head h reads kv head h / (heads / kv heads).
    Score s(i, j) = scale * q_i . k_j; with softcap c > 0: c * tanh(s / c); then
    the mask: bool (false removes) or float (added), broadcast to [batch, heads,
    S, T]. Of bf16 the weights e^(s - the row's maximum) are rounded before they
    multiply values. `causal`: j <= i + T - S only. `window` w > 0: only j > i +
    T - S - w. A row with nothing left is 0 with `zero_empty_rows`, else NaN.
    `sinks` [heads] are scores of one more key for each head, without soft cap
    and mask, whose value is 0 (Xiao et al. 2023; gpt-oss).
    - C1: ranks are 4; q, k, v have one element type.
    - C2: heads is a multiple of kv heads (static); D, T, batch agree.
    - C3: mask has rank <= 4, broadcasts to [batch, heads, S, T] and is bool, f32
      or of q's element type.
    - C4: sinks has shape [heads] and q's element type.
  }];
  let arguments = (ins Sinter_FloatTensor:$q, Sinter_FloatTensor:$k,
      Sinter_FloatTensor:$v, Optional<Sinter_AnyTensor>:$mask,
      Optional<Sinter_FloatTensor>:$sinks, F64Attr:$scale,
      UnitAttr:$causal, DefaultValuedAttr<F64Attr, "0.0">:$softcap,
      DefaultValuedAttr<I64Attr, "0">:$window, UnitAttr:$zero_empty_rows);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = [{
    $q `,` $k `,` $v (`mask` $mask^)? (`sinks` $sinks^ `:` type($sinks))? `scale`
    $scale attr-dict `:` type($q) `,` type($k) `,` type($v) (`,` type($mask)^)?
  }];
}

def Sinter_ActivationOp : Sinter_ElementwiseOp<"activation"> {
  let summary = "silu, gelu (erf or tanh form), relu. Hendrycks, Gimpel 2016; ONNX Gelu 20";
  let description = [{
    silu x * sigmoid(x); gelu x/2 (1 + erf(x / sqrt 2)); gelu_tanh
    x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
  }];
  let arguments = (ins Sinter_ActivationAttr:$kind, Sinter_FloatTensor:$x);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = "$kind `,` $x attr-dict `:` type($x)";
}

def Sinter_GatedOp : Sinter_ElementwiseOp<"gated"> {
  let summary = "activation(gate) * up, the middle of a gated MLP. Shazeer 2020 (SwiGLU)";
  let description = [{
    - C1: gate and up have one element type and shapes that broadcast.
  }];
  let arguments = (ins Sinter_ActivationAttr:$kind, Sinter_FloatTensor:$gate,
                       Sinter_FloatTensor:$up);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = "$kind `,` $gate `,` $up attr-dict `:` type($gate) `,` type($up)";
}

//===--- The cache (made by passes/Generate) ------------------------------===//

def Sinter_CacheAppendOp : Sinter_Op<"cache_append",
    [DeclareOpInterfaceMethods<Sinter_InterpretInterface>,
     AllTypesMatch<["cache", "next"]>]> {
  let summary = "write keys and values of new positions of one layer";
  let description = [{
    k [rows, kv heads, D] and v [rows, kv heads, E] become positions
    `position` .. `position` + rows - 1 of `layer`, rounded to the cache's
    element type. Returns the next state of the same memory.
    - C1: heads, D and E are the cache's.
    - C2: both have the same number of rows.
    - C3: `ring` is the layer's in the cache.
  }];
  let arguments = (ins Sinter_CacheType:$cache, Index:$layer,
                       Sinter_FloatTensor:$k, Sinter_FloatTensor:$v,
                       Index:$position,
                       DefaultValuedAttr<I64Attr, "0">:$ring);
  let results = (outs Sinter_CacheType:$next);
  let assemblyFormat = [{
    $cache `[` $layer `]` `,` $k `,` $v `at` $position attr-dict `:`
    type($cache) `,` type($k) `,` type($v)
  }];
  let hasVerifier = 1;
}

def Sinter_CachedAttentionOp : Sinter_TensorOp<"cached_attention",
    [AttrSizedOperandSegments]> {
  let summary = "causal attention of new positions over a layer of the cache";
  let description = [{
    q [rows, heads, D] -> [rows, heads, E]; row i is position `position` + i and
    sees positions 0 .. position + i (with `window` w > 0 only the last w).
    Score, softcap, sinks and head groups as in sinter.attention; `slopes`
    [heads] add slope * (j - position - i) to the score of key j, after the soft
    cap (ALiBi, Press et al. 2022). Reads the state that `cache` is: it must come
    after the append of these rows. Where q is bf16 the softmax weights
    e^(score - max) are rounded to it before they multiply values.
    - C1: D and E are the cache's; q has y's element type or a narrower float's.
    - C2: heads is a multiple of the cache's heads (static).
    - C3: slopes and sinks have shape [heads] and y's element type.
    - C4: `ring` is the layer's in the cache; with a ring, window <= ring, and
      rows + window - 1 <= ring.
  }];
  let arguments = (ins Sinter_FloatTensor:$q, Sinter_CacheType:$cache,
      Index:$layer, Index:$position, Optional<Sinter_FloatTensor>:$slopes,
      Optional<Sinter_FloatTensor>:$sinks, F64Attr:$scale,
      DefaultValuedAttr<F64Attr, "0.0">:$softcap,
      DefaultValuedAttr<I64Attr, "0">:$window,
      DefaultValuedAttr<I64Attr, "0">:$ring);
  let results = (outs Sinter_FloatTensor:$y);
  let assemblyFormat = [{
    $q `,` $cache `[` $layer `]` `at` $position
    (`slopes` $slopes^ `:` type($slopes))? (`sinks` $sinks^ `:` type($sinks))?
    `scale` $scale attr-dict `:` type($q) `,` type($cache) `->` type($y)
  }];
  let hasVerifier = 1;
}

#endif // SINTER_TRANSFORMER_OPS_TD
