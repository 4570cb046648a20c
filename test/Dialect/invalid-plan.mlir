// RUN: sinter-opt %s --split-input-file --verify-diagnostics

func.func @packed_matmul_c1(%x: tensor<2x8xf32>, %w: tensor<2x7x4xf32>) {
  // expected-error@+1 {{C1: sizes do not fit}}
  %0 = sinter.packed_matmul %x, %w : tensor<2x8xf32>, tensor<2x7x4xf32> -> tensor<2x8xf32>
  return
}

// -----

func.func @packed_matmul_c1_columns(%x: tensor<2x8xf32>, %w: tensor<2x8x4xf32>) {
  // expected-error@+1 {{C1: sizes do not fit}}
  %0 = sinter.packed_matmul %x, %w : tensor<2x8xf32>, tensor<2x8x4xf32> -> tensor<2x9xf32>
  return
}

// -----

func.func @packed_matmul_c2(%x: tensor<2x8xf32>, %w: tensor<2x8x4xf32>, %b: tensor<8xf32>) {
  // expected-error@+1 {{C2: bias must have 7 elements}}
  %0 = sinter.packed_matmul %x, %w bias %b : tensor<8xf32> : tensor<2x8xf32>, tensor<2x8x4xf32> -> tensor<2x7xf32>
  return
}

// -----

func.func @packed_gather_c1(%w: tensor<2x8x4xf32>, %i: tensor<3xi64>) {
  // expected-error@+1 {{C1: shapes do not fit}}
  %0 = sinter.packed_gather %w[%i] rows 8 : tensor<2x8x4xf32>, tensor<3xi64> -> tensor<3x7xf32>
  return
}

// -----

func.func @packed_gather_c1_rank(%w: tensor<8x4xf32>, %i: tensor<3xi64>) {
  // expected-error@+1 {{C1: shapes do not fit}}
  %0 = sinter.packed_gather %w[%i] rows 8 : tensor<8x4xf32>, tensor<3xi64> -> tensor<3x8xf32>
  return
}

// -----

func.func @packed_matmul_c3(%x: tensor<2x8xf32>, %w: tensor<2x4x9xbf16>) {
  // expected-error@+1 {{C3: interleave 2 does not fit}}
  %0 = sinter.packed_matmul %x, %w interleave 2 : tensor<2x8xf32>, tensor<2x4x9xbf16> -> tensor<2x8xf32>
  return
}

// -----

func.func @packed_matmul_c3_depth(%x: tensor<2x?xf32, #sinter.dims<"2", "k">>, %w: tensor<2x4x8xbf16>) {
  // expected-error@+1 {{C3: interleave 2 does not fit}}
  %0 = sinter.packed_matmul %x, %w interleave 2 : tensor<2x?xf32, #sinter.dims<"2", "k">>, tensor<2x4x8xbf16> -> tensor<2x8xf32>
  return
}

// -----

func.func @packed_matmul_c4(%x: tensor<2x8xf32>, %w: tensor<2x4x8xbf16>) {
  // expected-error@+1 {{C4: depth_block 3 does not fit}}
  %0 = sinter.packed_matmul %x, %w interleave 2 depth_block 3 : tensor<2x8xf32>, tensor<2x4x8xbf16> -> tensor<2x8xf32>
  return
}

// -----

func.func @packed_matmul_c4_depth(%x: tensor<2x8xf32>, %w: tensor<2x4x8xbf16>) {
  // expected-error@+1 {{C4: depth_block 6 does not fit}}
  %0 = sinter.packed_matmul %x, %w interleave 2 depth_block 6 : tensor<2x8xf32>, tensor<2x4x8xbf16> -> tensor<2x8xf32>
  return
}

// -----

func.func @packed_matmul_c4_wide(%x: tensor<2x8xf32>, %w: tensor<2x4x8xf32>) {
  // expected-error@+1 {{C4: depth_block 4 does not fit}}
  %0 = sinter.packed_matmul %x, %w interleave 2 depth_block 4 : tensor<2x8xf32>, tensor<2x4x8xf32> -> tensor<2x8xf32>
  return
}

// -----

func.func @packed_matmul_c1_gate(%x: tensor<2x8xf32>, %w: tensor<2x8x4xf32>) {
  // expected-error@+1 {{C1: sizes do not fit}}
  %0 = sinter.packed_matmul %x, %w gate silu : tensor<2x8xf32>, tensor<2x8x4xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @packed_matmul_c1_gate_odd(%x: tensor<2x8xf32>, %w: tensor<2x8x3xf32>) {
  // expected-error@+1 {{C1: sizes do not fit}}
  %0 = sinter.packed_matmul %x, %w gate silu : tensor<2x8xf32>, tensor<2x8x3xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @packed_matmul_c1_gate_one(%x: tensor<2x8xf32>, %w: tensor<1x8x1xf32>) {
  // expected-error@+1 {{C1: sizes do not fit}}
  %0 = sinter.packed_matmul %x, %w gate silu : tensor<2x8xf32>, tensor<1x8x1xf32> -> tensor<2x1xf32>
  return
}

// -----

func.func @packed_matmul_c5(%x: tensor<2x8xf32>, %w: tensor<2x8x4xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{C5: a gate and a bias}}
  %0 = sinter.packed_matmul %x, %w bias %b : tensor<4xf32> gate silu : tensor<2x8xf32>, tensor<2x8x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @packed_matmul_c5_activation(%x: tensor<2x8xf32>, %w: tensor<2x8x4xf32>) {
  // expected-error@+1 {{C5: a gate and an activation}}
  %0 = sinter.packed_matmul %x, %w gate silu activation relu : tensor<2x8xf32>, tensor<2x8x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @packed_matmul_c1_groups(%x: tensor<2x9xf32>, %w: tensor<2x4x8xbf16>) {
  // expected-error@+1 {{C1: sizes do not fit}}
  %0 = sinter.packed_matmul %x, %w interleave 2 : tensor<2x9xf32>, tensor<2x4x8xbf16> -> tensor<2x8xf32>
  return
}

// -----

func.func @packed_gather_c2(%w: tensor<2x4x9xbf16>, %i: tensor<3xi64>) {
  // expected-error@+1 {{C2: interleave 2 does not divide}}
  %0 = sinter.packed_gather %w[%i] rows 8 interleave 2 : tensor<2x4x9xbf16>, tensor<3xi64> -> tensor<3x8xf32>
  return
}

// -----

func.func @packed_expert_matmul_c1(%x: tensor<2x8xf32>, %w: tensor<3x2x8x4xf32>, %e: tensor<3xi64>) {
  // expected-error@+1 {{C1: sizes do not fit}}
  %0 = sinter.packed_expert_matmul %x, %w[%e] : tensor<2x8xf32>, tensor<3x2x8x4xf32>, tensor<3xi64> -> tensor<2x8xf32>
  return
}

// -----

func.func @packed_expert_matmul_c1_depth(%x: tensor<2x7xf32>, %w: tensor<3x2x8x4xf32>, %e: tensor<2xi64>) {
  // expected-error@+1 {{C1: sizes do not fit}}
  %0 = sinter.packed_expert_matmul %x, %w[%e] : tensor<2x7xf32>, tensor<3x2x8x4xf32>, tensor<2xi64> -> tensor<2x8xf32>
  return
}

// -----

func.func @packed_expert_matmul_c2(%x: tensor<2x8xf32>, %w: tensor<3x2x4x9xbf16>, %e: tensor<2xi64>) {
  // expected-error@+1 {{C2: interleave 2 does not fit}}
  %0 = sinter.packed_expert_matmul %x, %w[%e] interleave 2 : tensor<2x8xf32>, tensor<3x2x4x9xbf16>, tensor<2xi64> -> tensor<2x8xf32>
  return
}
