// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

func.func @plan(%x: tensor<?x8xf32>, %w: tensor<2x8x4xf32>, %b: tensor<7xf32>, %i: tensor<?x3xi64>) {
  // CHECK: sinter.packed_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x8xf32>, tensor<2x8x4xf32> -> tensor<?x7xf32>
  %0 = sinter.packed_matmul %x, %w : tensor<?x8xf32>, tensor<2x8x4xf32> -> tensor<?x7xf32>
  // CHECK: sinter.packed_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} bias %{{[a-z0-9_]+}} : tensor<7xf32> : tensor<?x8xf32>, tensor<2x8x4xf32> -> tensor<?x7xf32>
  %1 = sinter.packed_matmul %x, %w bias %b : tensor<7xf32> : tensor<?x8xf32>, tensor<2x8x4xf32> -> tensor<?x7xf32>
  // CHECK: sinter.packed_gather %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] rows 7 : tensor<2x8x4xf32>, tensor<?x3xi64> -> tensor<?x3x8xf32>
  %2 = sinter.packed_gather %w[%i] rows 7 : tensor<2x8x4xf32>, tensor<?x3xi64> -> tensor<?x3x8xf32>
  // CHECK: sinter.packed_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} gate silu : tensor<?x8xf32>, tensor<2x8x4xf32> -> tensor<?x4xf32>
  %3 = sinter.packed_matmul %x, %w gate silu : tensor<?x8xf32>, tensor<2x8x4xf32> -> tensor<?x4xf32>
  return
}

func.func @epilogue(%x: tensor<?x8xbf16>, %w: tensor<2x4x8xbf16>, %b: tensor<8xf32>) {
  // CHECK: sinter.packed_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} bias %{{[a-z0-9_]+}} : tensor<8xf32> interleave 2 activation gelu : tensor<?x8xbf16>, tensor<2x4x8xbf16> -> tensor<?x8xbf16>
  %0 = sinter.packed_matmul %x, %w bias %b : tensor<8xf32> interleave 2 activation gelu : tensor<?x8xbf16>, tensor<2x4x8xbf16> -> tensor<?x8xbf16>
  // CHECK: sinter.packed_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} interleave 2 depth_block 4 gate silu : tensor<?x8xbf16>, tensor<2x4x8xbf16> -> tensor<?x4xbf16>
  %1 = sinter.packed_matmul %x, %w interleave 2 depth_block 4 gate silu : tensor<?x8xbf16>, tensor<2x4x8xbf16> -> tensor<?x4xbf16>
  return
}

func.func @pairs(%x: tensor<?x9xf32>, %h: tensor<?x8xbf16>, %w: tensor<2x5x8xbf16>, %v: tensor<2x4x8xbf16>, %i: tensor<?xi64>) {
  // CHECK: sinter.packed_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} interleave 2 : tensor<?x9xf32>, tensor<2x5x8xbf16> -> tensor<?x7xf32>
  %0 = sinter.packed_matmul %x, %w interleave 2 : tensor<?x9xf32>, tensor<2x5x8xbf16> -> tensor<?x7xf32>
  // CHECK: sinter.packed_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} interleave 2 : tensor<?x8xbf16>, tensor<2x4x8xbf16> -> tensor<?x7xf32>
  %1 = sinter.packed_matmul %h, %v interleave 2 : tensor<?x8xbf16>, tensor<2x4x8xbf16> -> tensor<?x7xf32>
  // CHECK: sinter.packed_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} interleave 2 depth_block 4 : tensor<?x8xbf16>, tensor<2x4x8xbf16> -> tensor<?x7xf32>
  %2 = sinter.packed_matmul %h, %v interleave 2 depth_block 4 : tensor<?x8xbf16>, tensor<2x4x8xbf16> -> tensor<?x7xf32>
  // CHECK: sinter.packed_gather %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] rows 7 interleave 2 : tensor<2x5x8xbf16>, tensor<?xi64> -> tensor<?x9xf32>
  %3 = sinter.packed_gather %w[%i] rows 7 interleave 2 : tensor<2x5x8xbf16>, tensor<?xi64> -> tensor<?x9xf32>
  return
}

func.func @experts(%x: tensor<?x8xf32>, %w: tensor<3x2x8x4xf32>, %e: tensor<?xi64>, %y: tensor<?x9xf32>, %v: tensor<3x2x5x8xbf16>) {
  // CHECK: sinter.packed_expert_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] : tensor<?x8xf32>, tensor<3x2x8x4xf32>, tensor<?xi64> -> tensor<?x7xf32>
  %0 = sinter.packed_expert_matmul %x, %w[%e] : tensor<?x8xf32>, tensor<3x2x8x4xf32>, tensor<?xi64> -> tensor<?x7xf32>
  // CHECK: sinter.packed_expert_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] skips : tensor<?x8xf32>, tensor<3x2x8x4xf32>, tensor<?xi64> -> tensor<?x7xf32>
  %2 = sinter.packed_expert_matmul %x, %w[%e] skips : tensor<?x8xf32>, tensor<3x2x8x4xf32>, tensor<?xi64> -> tensor<?x7xf32>
  // CHECK: sinter.packed_expert_matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] interleave 2 : tensor<?x9xf32>, tensor<3x2x5x8xbf16>, tensor<?xi64> -> tensor<?x7xf32>
  %1 = sinter.packed_expert_matmul %y, %v[%e] interleave 2 : tensor<?x9xf32>, tensor<3x2x5x8xbf16>, tensor<?xi64> -> tensor<?x7xf32>
  return
}
