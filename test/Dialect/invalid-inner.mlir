// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @inner_matmul_c1(%x: tensor<2x8xf32>, %w: tensor<2x7x4xf32>, %y: tensor<2x8xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  %0 = sinter.inner_matmul ins(%x, %w : tensor<2x8xf32>, tensor<2x7x4xf32>) outs(%y : tensor<2x8xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @inner_matmul_c1_columns(%x: tensor<2x8xf32>, %w: tensor<2x8x4xf32>, %y: tensor<2x4xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  %0 = sinter.inner_matmul ins(%x, %w : tensor<2x8xf32>, tensor<2x8x4xf32>) outs(%y : tensor<2x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @inner_matmul_c1_dynamic(%x: memref<2x8xf32>, %w: memref<2x8x?xf32>, %y: memref<2x8xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_matmul ins(%x, %w : memref<2x8xf32>, memref<2x8x?xf32>) outs(%y : memref<2x8xf32>)
  return
}

// -----

func.func @inner_matmul_c1_bias(%x: memref<2x8xf32>, %w: memref<2x8x4xf32>, %b: memref<7xf32>, %y: memref<2x8xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_matmul ins(%x, %w, %b : memref<2x8xf32>, memref<2x8x4xf32>, memref<7xf32>) outs(%y : memref<2x8xf32>)
  return
}

// -----

func.func @inner_matmul_c2(%x: memref<2x8xf32>, %w: memref<2x8x4xf32>, %y: memref<2x8xf32>) {
  // expected-error@+1 {{C2: interleave 3 does not fit}}
  sinter.inner_matmul ins(%x, %w : memref<2x8xf32>, memref<2x8x4xf32>) outs(%y : memref<2x8xf32>) interleave 3
  return
}

// -----

func.func @inner_matmul_c3(%x: memref<2x8xf32>, %w: memref<2x4x8xbf16>, %y: memref<2x8xf32>) {
  // expected-error@+1 {{C3: depth_block 6 does not fit}}
  sinter.inner_matmul ins(%x, %w : memref<2x8xf32>, memref<2x4x8xbf16>) outs(%y : memref<2x8xf32>) interleave 2 depth_block 6
  return
}

// -----

func.func @inner_matmul_c1_gate(%x: memref<2x8xf32>, %w: memref<2x8x4xf32>, %y: memref<2x3xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_matmul ins(%x, %w : memref<2x8xf32>, memref<2x8x4xf32>) outs(%y : memref<2x3xf32>) gate silu
  return
}

// -----

func.func @inner_matmul_c1_gate_odd(%x: memref<2x8xf32>, %w: memref<?x8x1xf32>, %y: memref<2x?xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_matmul ins(%x, %w : memref<2x8xf32>, memref<?x8x1xf32>) outs(%y : memref<2x?xf32>) gate silu
  return
}

// -----

func.func @inner_matmul_c4(%x: memref<2x8xf32>, %w: memref<2x8x4xf32>, %b: memref<4xf32>, %y: memref<2x4xf32>) {
  // expected-error@+1 {{C4: a gate and a bias}}
  sinter.inner_matmul ins(%x, %w, %b : memref<2x8xf32>, memref<2x8x4xf32>, memref<4xf32>) outs(%y : memref<2x4xf32>) gate silu
  return
}

// -----

func.func @inner_matmul_c4_activation(%x: memref<2x8xf32>, %w: memref<2x8x4xf32>, %y: memref<2x4xf32>) {
  // expected-error@+1 {{C4: a gate and an activation}}
  sinter.inner_matmul ins(%x, %w : memref<2x8xf32>, memref<2x8x4xf32>) outs(%y : memref<2x4xf32>) gate silu activation relu
  return
}

// -----

func.func @inner_matmul_c5(%x: memref<2x8xf32>, %w: memref<2x8x4xf32>, %y: memref<2x8xbf16>) {
  // expected-error@+1 {{C5: accumulate of a type that is not f32}}
  sinter.inner_matmul ins(%x, %w : memref<2x8xf32>, memref<2x8x4xf32>) outs(%y : memref<2x8xbf16>) accumulate
  return
}

// -----

func.func @inner_matmul_c5_gate(%x: memref<2x8xf32>, %w: memref<2x8x4xf32>, %y: memref<2x4xf32>) {
  // expected-error@+1 {{C5: accumulate of a gate}}
  sinter.inner_matmul ins(%x, %w : memref<2x8xf32>, memref<2x8x4xf32>) outs(%y : memref<2x4xf32>) gate silu accumulate
  return
}

// -----

func.func @inner_norm_c1(%x: memref<2x8xf32>, %s: memref<7xf32>, %y: memref<2x8xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_norm ins(%x, %s : memref<2x8xf32>, memref<7xf32>) outs(%y : memref<2x8xf32>) epsilon 1.0e-5
  return
}

// -----

func.func @inner_norm_c1_dynamic(%x: memref<2x?xf32>, %s: memref<?xf32>, %y: memref<2x?xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_norm ins(%x, %s : memref<2x?xf32>, memref<?xf32>) outs(%y : memref<2x?xf32>) epsilon 1.0e-5
  return
}

// -----

func.func @inner_softmax_c1(%x: memref<2x8xf32>, %y: memref<3x8xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_softmax ins(%x : memref<2x8xf32>) outs(%y : memref<3x8xf32>)
  return
}

// -----

func.func @inner_attention_c1(%q: memref<2x4x8xf32>, %k: memref<2x8x8x32xf32>, %v: memref<2x255x8xf32>, %y: memref<2x4x8xf32>, %i: index) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_attention ins(%q, %k, %v at %i : memref<2x4x8xf32>, memref<2x8x8x32xf32>, memref<2x255x8xf32>) pairs(%i to %i) outs(%y : memref<2x4x8xf32>) scale 1.0 block 256
  return
}

// -----

func.func @inner_attention_c1_heads(%q: memref<2x3x8xf32>, %k: memref<2x8x8x32xf32>, %v: memref<2x256x8xf32>, %y: memref<2x3x8xf32>, %i: index) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_attention ins(%q, %k, %v at %i : memref<2x3x8xf32>, memref<2x8x8x32xf32>, memref<2x256x8xf32>) pairs(%i to %i) outs(%y : memref<2x3x8xf32>) scale 1.0 block 256
  return
}

// -----

func.func @inner_attention_c1_width(%q: memref<2x4x7xf32>, %k: memref<2x8x8x32xf32>, %v: memref<2x256x8xf32>, %y: memref<2x4x8xf32>, %i: index) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_attention ins(%q, %k, %v at %i : memref<2x4x7xf32>, memref<2x8x8x32xf32>, memref<2x256x8xf32>) pairs(%i to %i) outs(%y : memref<2x4x8xf32>) scale 1.0 block 256
  return
}

// -----

func.func @inner_attention_c1_block(%q: memref<2x4x8xf32>, %k: memref<2x8x8x32xf32>, %v: memref<2x256x8xf32>, %y: memref<2x4x8xf32>, %i: index) {
  // expected-error@+1 {{C1: block 100 is no multiple of the 32 positions of a panel}}
  sinter.inner_attention ins(%q, %k, %v at %i : memref<2x4x8xf32>, memref<2x8x8x32xf32>, memref<2x256x8xf32>) pairs(%i to %i) outs(%y : memref<2x4x8xf32>) scale 1.0 block 100
  return
}

// -----

func.func @inner_attention_c1_sinks(%q: memref<2x4x8xf32>, %k: memref<2x8x8x32xf32>, %v: memref<2x256x8xf32>, %h: memref<3xf32>, %i: index) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_attention ins(%q, %k, %v at %i : memref<2x4x8xf32>, memref<2x8x8x32xf32>, memref<2x256x8xf32>) pairs(%i to %i) sinks(%h : memref<3xf32>) outs(%q : memref<2x4x8xf32>) scale 1.0 block 256
  return
}

// -----

func.func @inner_attention_c1_room(%q: memref<2x4x8xf32>, %k: memref<2x8x8x32xf32>, %v: memref<2x256x8xf32>, %i: index) {
  // expected-error@+1 {{C1: block 96 does not divide a room of 256}}
  sinter.inner_attention ins(%q, %k, %v at %i : memref<2x4x8xf32>, memref<2x8x8x32xf32>, memref<2x256x8xf32>) pairs(%i to %i) outs(%q : memref<2x4x8xf32>) scale 1.0 block 96
  return
}

// -----

func.func @inner_expert_matmul_c1(%x: memref<2x8xf32>, %w: memref<3x2x8x4xf32>, %e: memref<2xi32>, %y: memref<2x8xf32>) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_expert_matmul ins(%x, %w, %e : memref<2x8xf32>, memref<3x2x8x4xf32>, memref<2xi32>) outs(%y : memref<2x8xf32>)
  return
}

// -----

func.func @inner_expert_matmul_c2(%x: memref<2x8xf32>, %w: memref<3x2x4x9xbf16>, %e: memref<2xi64>, %y: memref<2x8xf32>) {
  // expected-error@+1 {{C2: interleave 2 does not fit}}
  sinter.inner_expert_matmul ins(%x, %w, %e : memref<2x8xf32>, memref<3x2x4x9xbf16>, memref<2xi64>) outs(%y : memref<2x8xf32>) interleave 2
  return
}

// -----

func.func @inner_attention_c1_batch(%q: memref<2x3x4x8xf32>, %k: memref<4x1x8x32xf32>, %v: memref<4x32x8xf32>, %y: memref<1x3x4x8xf32>, %i: index) {
  // expected-error@+1 {{C1: sizes do not agree}}
  sinter.inner_attention ins(%q, %k, %v at %i end %i : memref<2x3x4x8xf32>, memref<4x1x8x32xf32>, memref<4x32x8xf32>) pairs(%i to %i) outs(%y : memref<1x3x4x8xf32>) scale 1.0 block 256
  return
}

// -----

func.func @inner_attention_c2(%q: memref<2x3x4x8xf32>, %k: memref<4x1x8x32xf32>, %v: memref<4x32x8xf32>, %m: memref<2x1x1x30xf32>, %i: index) {
  // expected-error@+1 {{C2: a mask of 'memref<2x1x1x30xf32>' is no [B, H, M, C] in whole vectors of 32}}
  sinter.inner_attention ins(%q, %k, %v at %i end %i : memref<2x3x4x8xf32>, memref<4x1x8x32xf32>, memref<4x32x8xf32>) pairs(%i to %i) mask(%m : memref<2x1x1x30xf32>) outs(%q : memref<2x3x4x8xf32>) scale 1.0 block 256
  return
}

// -----

func.func @inner_attention_c1_interleave(%q: memref<2x4x8xbf16>, %k: memref<2x8x4x66xbf16>, %v: memref<2x128x16xbf16>, %y: memref<2x4x8xf32>, %i: index) {
  // expected-error@+1 {{C1: interleave 2 does not fit 'memref<2x8x4x66xbf16>'}}
  sinter.inner_attention ins(%q, %k, %v at %i : memref<2x4x8xbf16>, memref<2x8x4x66xbf16>, memref<2x128x16xbf16>) pairs(%i to %i) outs(%y : memref<2x4x8xf32>) scale 1.0 block 256 interleave 2
  return
}
