// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @layer_norm_c1(%x: tensor<2x4xf32>, %s: tensor<4xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{C1: axis 2 is not in 0 .. 1}}
  %0 = sinter.layer_norm %x, %s, %b axis 2 epsilon 1.0e-5 : tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<2x4xf32>, %s: tensor<3xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{C2: 'tensor<3xf32>' does not fit x, 'tensor<2x4xf32>'}}
  %0 = sinter.layer_norm %x, %s, %b axis 1 epsilon 1.0e-5 : tensor<2x4xf32>, tensor<3xf32>, tensor<4xf32>
  return
}

// -----

func.func @layer_norm_c2_type(%x: tensor<2x4xf32>, %s: tensor<4xf16>, %b: tensor<4xf32>) {
  // expected-error@+1 {{C2: 'tensor<4xf16>' does not fit x, 'tensor<2x4xf32>'}}
  %0 = sinter.layer_norm %x, %s, %b axis 1 epsilon 1.0e-5 : tensor<2x4xf32>, tensor<4xf16>, tensor<4xf32>
  return
}

// -----

func.func @rms_norm_c1(%x: tensor<2x4xf32>, %s: tensor<4xf32>) {
  // expected-error@+1 {{C1: axis 2 is not in 0 .. 1}}
  %0 = sinter.rms_norm %x, %s axis 2 epsilon 1.0e-5 : tensor<2x4xf32>, tensor<4xf32>
  return
}

// -----

func.func @rms_norm_c2(%x: tensor<2x4xf32>, %s: tensor<3xf32>) {
  // expected-error@+1 {{C2: 'tensor<3xf32>' does not fit x, 'tensor<2x4xf32>'}}
  %0 = sinter.rms_norm %x, %s axis 1 epsilon 1.0e-5 : tensor<2x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @rms_norm_c2_type(%x: tensor<2x4xf32>, %s: tensor<4xf16>) {
  // expected-error@+1 {{C2: 'tensor<4xf16>' does not fit x, 'tensor<2x4xf32>'}}
  %0 = sinter.rms_norm %x, %s axis 1 epsilon 1.0e-5 : tensor<2x4xf32>, tensor<4xf16>
  return
}

// -----

func.func @layer_norm_c2_bias(%x: tensor<2x4xf32>, %s: tensor<4xf32>, %b: tensor<2x2x4xf32>) {
  // expected-error@+1 {{C2: 'tensor<2x2x4xf32>' does not fit x}}
  %0 = sinter.layer_norm %x, %s, %b axis 1 epsilon 1.0e-5 : tensor<2x4xf32>, tensor<4xf32>, tensor<2x2x4xf32>
  return
}

// -----

func.func @rotary_c1(%x: tensor<2x3x4xf32>, %c: tensor<1x3x2xf32>) {
  // expected-error@+1 {{C1: needs x of rank 4, cos and sin of rank 3 and one type}}
  %0 = sinter.rotary %x, %c, %c : tensor<2x3x4xf32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>
  return
}

// -----

func.func @rotary_c2(%x: tensor<1x2x3x4xf32>, %c: tensor<1x3x3xf32>) {
  // expected-error@+1 {{C2: cannot rotate 2 * 3 of 4 elements}}
  %0 = sinter.rotary %x, %c, %c : tensor<1x2x3x4xf32>, tensor<1x3x3xf32>, tensor<1x3x3xf32>
  return
}

// -----

func.func @rotary_c3(%x: tensor<1x2x3x4xf32>, %c: tensor<1x2x2xf32>) {
  // expected-error@+1 {{C3: batch or sequence differ}}
  %0 = sinter.rotary %x, %c, %c : tensor<1x2x3x4xf32>, tensor<1x2x2xf32>, tensor<1x2x2xf32>
  return
}

// -----

func.func @rotary_c3_sequence_first(%x: tensor<1x2x3x4xf32>, %c: tensor<1x3x2xf32>) {
  // expected-error@+1 {{C3: batch or sequence differ}}
  %0 = sinter.rotary %x, %c, %c sequence_first : tensor<1x2x3x4xf32>, tensor<1x3x2xf32>, tensor<1x3x2xf32>
  return
}

// -----

func.func @attention_c1(%q: tensor<4x3x8xf32>, %k: tensor<1x2x5x8xf32>) {
  // expected-error@+1 {{C1: q, k, v need rank 4 and one element type}}
  %0 = sinter.attention %q, %k, %k scale 1.0 : tensor<4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>
  return
}

// -----

func.func @attention_c1_type(%q: tensor<1x4x3x8xf16>, %k: tensor<1x2x5x8xf32>) {
  // expected-error@+1 {{C1: q, k, v need rank 4 and one element type}}
  %0 = sinter.attention %q, %k, %k scale 1.0 : tensor<1x4x3x8xf16>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>
  return
}

// -----

func.func @attention_c2(%q: tensor<1x3x3x8xf32>, %k: tensor<1x2x5x8xf32>) {
  // expected-error@+1 {{C2: heads, lengths or batch do not fit}}
  %0 = sinter.attention %q, %k, %k scale 1.0 : tensor<1x3x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>
  return
}

// -----

func.func @attention_c2_lengths(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x8xf32>, %v: tensor<1x2x6x8xf32>) {
  // expected-error@+1 {{C2: heads, lengths or batch do not fit}}
  %0 = sinter.attention %q, %k, %v scale 1.0 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x6x8xf32>
  return
}

// -----

func.func @attention_c2_width(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x4xf32>, %v: tensor<1x2x5x8xf32>) {
  // expected-error@+1 {{C2: heads, lengths or batch do not fit}}
  %0 = sinter.attention %q, %k, %v scale 1.0 : tensor<1x4x3x8xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x8xf32>
  return
}

// -----

func.func @attention_c3(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x8xf32>, %m: tensor<3x4xi1>) {
  // expected-error@+1 {{C3: mask 'tensor<3x4xi1>' does not broadcast to the scores}}
  %0 = sinter.attention %q, %k, %k mask %m scale 1.0 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<3x4xi1>
  return
}

// -----

func.func @attention_c3_type(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x8xf32>, %m: tensor<3x5xi64>) {
  // expected-error@+1 {{C3: mask 'tensor<3x5xi64>' does not broadcast to the scores}}
  %0 = sinter.attention %q, %k, %k mask %m scale 1.0 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<3x5xi64>
  return
}

// -----

func.func @attention_c3_rank(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x8xf32>, %m: tensor<1x1x1x3x5xi1>) {
  // expected-error@+1 {{C3: mask 'tensor<1x1x1x3x5xi1>' does not broadcast to the scores}}
  %0 = sinter.attention %q, %k, %k mask %m scale 1.0 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x1x1x3x5xi1>
  return
}

// -----

func.func @attention_c3_wider(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x8xf32>, %m: tensor<2x1x3x5xi1>) {
  // expected-error@+1 {{C3: mask 'tensor<2x1x3x5xi1>' does not broadcast to the scores}}
  %0 = sinter.attention %q, %k, %k mask %m scale 1.0 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<2x1x3x5xi1>
  return
}

// -----

func.func @cache_append_c1(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, %l: index, %k: tensor<3x2x4xf32>, %v: tensor<3x2x4xf32>) {
  // expected-error@+1 {{C1: 'tensor<3x2x4xf32>' and 'tensor<3x2x4xf32>' do not fit}}
  %0 = sinter.cache_append %c[%l], %k, %v at %l : !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, tensor<3x2x4xf32>, tensor<3x2x4xf32>
  return
}

// -----

func.func @cache_append_c1_heads(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, %l: index, %k: tensor<3x1x8xf32>, %v: tensor<3x1x4xf32>) {
  // expected-error@+1 {{C1: }}
  %0 = sinter.cache_append %c[%l], %k, %v at %l : !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, tensor<3x1x8xf32>, tensor<3x1x4xf32>
  return
}

// -----

func.func @cache_append_c2(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, %l: index, %k: tensor<3x2x8xf32>, %v: tensor<2x2x4xf32>) {
  // expected-error@+1 {{C2: k and v have different rows}}
  %0 = sinter.cache_append %c[%l], %k, %v at %l : !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, tensor<3x2x8xf32>, tensor<2x2x4xf32>
  return
}

// -----

func.func @cached_attention_c1(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, %l: index, %q: tensor<3x4x8xf32>) {
  // expected-error@+1 {{C1: 'tensor<3x4x8xf32>' to 'tensor<3x4x8xf32>' does not fit}}
  %0 = sinter.cached_attention %q, %c[%l] at %l scale 1.0 : tensor<3x4x8xf32>, !sinter.cache<2 x 2 x 16 x 8 x 4 x f32> -> tensor<3x4x8xf32>
  return
}

// -----

func.func @cached_attention_c1_wider(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x bf16>, %l: index, %q: tensor<3x4x8xf32>) {
  // expected-error@+1 {{C1: 'tensor<3x4x8xf32>' to 'tensor<3x4x4xbf16>' does not fit}}
  %0 = sinter.cached_attention %q, %c[%l] at %l scale 1.0 : tensor<3x4x8xf32>, !sinter.cache<2 x 2 x 16 x 8 x 4 x bf16> -> tensor<3x4x4xbf16>
  return
}

// -----

func.func @cached_attention_c2(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, %l: index, %q: tensor<3x3x8xf32>) {
  // expected-error@+1 {{C2: heads are no multiple of the cache's}}
  %0 = sinter.cached_attention %q, %c[%l] at %l scale 1.0 : tensor<3x3x8xf32>, !sinter.cache<2 x 2 x 16 x 8 x 4 x f32> -> tensor<3x3x4xf32>
  return
}

// -----

func.func @attention_c4(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x8xf32>, %s: tensor<2xf32>) {
  // expected-error@+1 {{C4: sinks 'tensor<2xf32>' are not 4 'f32'}}
  %0 = sinter.attention %q, %k, %k sinks %s : tensor<2xf32> scale 1.0 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>
  return
}

// -----

func.func @cache_append_c3(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32, rings[8, 0]>, %l: index, %k: tensor<3x2x8xf32>, %v: tensor<3x2x4xf32>) {
  // expected-error@+1 {{C3: '!sinter.cache<2 x 2 x 16 x 8 x 4 x f32, rings[8, 0]>' has no ring of 4}}
  %0 = sinter.cache_append %c[%l], %k, %v at %l {ring = 4 : i64} : <2 x 2 x 16 x 8 x 4 x f32, rings[8, 0]>, tensor<3x2x8xf32>, tensor<3x2x4xf32>
  return
}

// -----

func.func @cached_attention_c3(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, %l: index, %q: tensor<3x4x8xf32>, %s: tensor<4xf16>) {
  // expected-error@+1 {{C3: 'tensor<4xf16>' is not 4 'f32'}}
  %0 = sinter.cached_attention %q, %c[%l] at %l slopes %s : tensor<4xf16> scale 1.0 : tensor<3x4x8xf32>, !sinter.cache<2 x 2 x 16 x 8 x 4 x f32> -> tensor<3x4x4xf32>
  return
}

// -----

func.func @cached_attention_c3_sinks(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, %l: index, %q: tensor<3x4x8xf32>, %s: tensor<4x1xf32>) {
  // expected-error@+1 {{C3: 'tensor<4x1xf32>' is not 4 'f32'}}
  %0 = sinter.cached_attention %q, %c[%l] at %l sinks %s : tensor<4x1xf32> scale 1.0 : tensor<3x4x8xf32>, !sinter.cache<2 x 2 x 16 x 8 x 4 x f32> -> tensor<3x4x4xf32>
  return
}

// -----

func.func @cached_attention_c4(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32>, %l: index, %q: tensor<3x4x8xf32>) {
  // expected-error@+1 {{C4: '!sinter.cache<2 x 2 x 16 x 8 x 4 x f32>' has no ring of 8}}
  %0 = sinter.cached_attention %q, %c[%l] at %l scale 1.0 {ring = 8 : i64, window = 4 : i64} : tensor<3x4x8xf32>, !sinter.cache<2 x 2 x 16 x 8 x 4 x f32> -> tensor<3x4x4xf32>
  return
}

// -----

func.func @cached_attention_c4_window(%c: !sinter.cache<2 x 2 x 16 x 8 x 4 x f32, rings[8]>, %l: index, %q: tensor<3x4x8xf32>) {
  // expected-error@+1 {{C4: a window of 0 does not fit a ring of 8}}
  %0 = sinter.cached_attention %q, %c[%l] at %l scale 1.0 {ring = 8 : i64} : tensor<3x4x8xf32>, !sinter.cache<2 x 2 x 16 x 8 x 4 x f32, rings[8]> -> tensor<3x4x4xf32>
  return
}
