// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

func.func @on_tensors(%x: tensor<?x8xf32>, %w: tensor<2x8x4xf32>, %b: tensor<7xf32>, %y: tensor<?x7xf32>, %u: tensor<2x8x8xf32>,
    %s: tensor<8xf32>, %q: tensor<?x4x8xf32>, %k: tensor<2x8x8x32xf32>, %v: tensor<2x256x8xf32>, %i: index) {
  // CHECK: sinter.inner_matmul ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x8xf32>, tensor<2x8x4xf32>) outs(%{{[a-z0-9_]+}} : tensor<?x7xf32>) -> tensor<?x7xf32>
  %0 = sinter.inner_matmul ins(%x, %w : tensor<?x8xf32>, tensor<2x8x4xf32>) outs(%y : tensor<?x7xf32>) -> tensor<?x7xf32>
  // CHECK: sinter.inner_matmul ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x8xf32>, tensor<2x8x4xf32>, tensor<7xf32>) outs(%{{[a-z0-9_]+}} : tensor<?x7xf32>) -> tensor<?x7xf32>
  %1 = sinter.inner_matmul ins(%x, %w, %b : tensor<?x8xf32>, tensor<2x8x4xf32>, tensor<7xf32>) outs(%y : tensor<?x7xf32>) -> tensor<?x7xf32>
  // CHECK: sinter.inner_norm ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x8xf32>, tensor<8xf32>) outs(%{{[a-z0-9_]+}} : tensor<?x8xf32>) epsilon 1.000000e-05 -> tensor<?x8xf32>
  %2 = sinter.inner_norm ins(%x, %s : tensor<?x8xf32>, tensor<8xf32>) outs(%x : tensor<?x8xf32>) epsilon 1.000000e-05 -> tensor<?x8xf32>
  // CHECK: sinter.inner_norm ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>) outs(%{{[a-z0-9_]+}} : tensor<?x8xf32>) epsilon 1.000000e-05 {centered} -> tensor<?x8xf32>
  %3 = sinter.inner_norm ins(%x, %s, %s : tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>) outs(%x : tensor<?x8xf32>) epsilon 1.000000e-05 {centered} -> tensor<?x8xf32>
  // CHECK: sinter.inner_softmax ins(%{{[a-z0-9_]+}} : tensor<?x8xf32>) outs(%{{[a-z0-9_]+}} : tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = sinter.inner_softmax ins(%x : tensor<?x8xf32>) outs(%x : tensor<?x8xf32>) -> tensor<?x8xf32>
  // CHECK: sinter.inner_softmax ins(%{{[a-z0-9_]+}} : tensor<?x8xf32>) outs(%{{[a-z0-9_]+}} : tensor<?x8xf32>) {log} -> tensor<?x8xf32>
  %5 = sinter.inner_softmax ins(%x : tensor<?x8xf32>) outs(%x : tensor<?x8xf32>) {log} -> tensor<?x8xf32>
  // CHECK: sinter.inner_attention ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} at %{{[a-z0-9_]+}} : tensor<?x4x8xf32>, tensor<2x8x8x32xf32>, tensor<2x256x8xf32>) pairs(%{{[a-z0-9_]+}} to %{{[a-z0-9_]+}}) outs(%{{[a-z0-9_]+}} : tensor<?x4x8xf32>) scale 1.250000e-01 block 256 -> tensor<?x4x8xf32>
  %6 = sinter.inner_attention ins(%q, %k, %v at %i : tensor<?x4x8xf32>, tensor<2x8x8x32xf32>, tensor<2x256x8xf32>) pairs(%i to %i) outs(%q : tensor<?x4x8xf32>) scale 1.250000e-01 block 256 -> tensor<?x4x8xf32>
  // CHECK: sinter.inner_matmul ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x8xf32>, tensor<2x8x4xf32>, tensor<7xf32>) outs(%{{[a-z0-9_]+}} : tensor<?x7xf32>) activation relu -> tensor<?x7xf32>
  %9 = sinter.inner_matmul ins(%x, %w, %b : tensor<?x8xf32>, tensor<2x8x4xf32>, tensor<7xf32>) outs(%y : tensor<?x7xf32>) activation relu -> tensor<?x7xf32>
  // CHECK: sinter.inner_matmul ins({{.*}}) outs(%{{[a-z0-9_]+}} : tensor<?x7xf32>) activation relu accumulate -> tensor<?x7xf32>
  %10 = sinter.inner_matmul ins(%x, %w, %b : tensor<?x8xf32>, tensor<2x8x4xf32>, tensor<7xf32>) outs(%y : tensor<?x7xf32>) activation relu accumulate -> tensor<?x7xf32>
  // CHECK: sinter.inner_matmul ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x8xf32>, tensor<2x8x8xf32>) outs(%{{[a-z0-9_]+}} : tensor<?x8xf32>) gate gelu_tanh -> tensor<?x8xf32>
  %7 = sinter.inner_matmul ins(%x, %u : tensor<?x8xf32>, tensor<2x8x8xf32>) outs(%x : tensor<?x8xf32>) gate gelu_tanh -> tensor<?x8xf32>
  return
}

func.func @blocks(%x: tensor<?x8xbf16>, %w: tensor<2x4x8xbf16>, %y: tensor<?x7xf32>) {
  // CHECK: sinter.inner_matmul ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x8xbf16>, tensor<2x4x8xbf16>) outs(%{{[a-z0-9_]+}} : tensor<?x7xf32>) interleave 2 depth_block 4 -> tensor<?x7xf32>
  %0 = sinter.inner_matmul ins(%x, %w : tensor<?x8xbf16>, tensor<2x4x8xbf16>) outs(%y : tensor<?x7xf32>) interleave 2 depth_block 4 -> tensor<?x7xf32>
  return
}

func.func @on_memrefs(%x: memref<?x8xf32, strided<[?, 1], offset: ?>>, %w: memref<2x8x4xf32>, %b: memref<7xf32>,
    %y: memref<?x7xf32>, %z: memref<?x8xf32>, %s: memref<8xf32>, %q: memref<?x4x8xf32>,
    %k: memref<2x8x8x32xf32>, %v: memref<2x256x8xf32>, %i: index, %p: i1) {
  // CHECK: sinter.inner_matmul ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : memref<?x8xf32, strided<[?, 1], offset: ?>>, memref<2x8x4xf32>, memref<7xf32>) outs(%{{[a-z0-9_]+}} : memref<?x7xf32>)
  sinter.inner_matmul ins(%x, %w, %b : memref<?x8xf32, strided<[?, 1], offset: ?>>, memref<2x8x4xf32>, memref<7xf32>) outs(%y : memref<?x7xf32>)
  // CHECK: sinter.inner_norm ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : memref<?x8xf32, strided<[?, 1], offset: ?>>, memref<8xf32>) outs(%{{[a-z0-9_]+}} : memref<?x8xf32>) epsilon 1.000000e-05
  sinter.inner_norm ins(%x, %s : memref<?x8xf32, strided<[?, 1], offset: ?>>, memref<8xf32>) outs(%z : memref<?x8xf32>) epsilon 1.000000e-05
  // CHECK: sinter.inner_softmax ins(%{{[a-z0-9_]+}} : memref<?x8xf32>) outs(%{{[a-z0-9_]+}} : memref<?x8xf32>)
  sinter.inner_softmax ins(%z : memref<?x8xf32>) outs(%z : memref<?x8xf32>)
  // CHECK: sinter.inner_attention ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} at %{{[a-z0-9_]+}} : memref<?x4x8xf32>, memref<2x8x8x32xf32>, memref<2x256x8xf32>) pairs(%{{[a-z0-9_]+}} to %{{[a-z0-9_]+}}) outs(%{{[a-z0-9_]+}} : memref<?x4x8xf32>) scale 1.250000e-01 block 256 {softcap = 3.000000e+01 : f64, window = 8 : i64}
  sinter.inner_attention ins(%q, %k, %v at %i : memref<?x4x8xf32>, memref<2x8x8x32xf32>, memref<2x256x8xf32>) pairs(%i to %i) outs(%q : memref<?x4x8xf32>) scale 1.250000e-01 block 256 {softcap = 3.000000e+01 : f64, window = 8 : i64}
  // CHECK: sinter.barrier
  sinter.barrier
  // CHECK: sinter.claim of %{{[a-z0-9_]+}}
  %n = sinter.claim of %i
  // CHECK: sinter.trace_point{{$}}
  sinter.trace_point
  // CHECK: sinter.trace_point begin <name = "n", kind = "norm", bytes = "-1", flops = "4*rows", serial = true> layer %{{[a-z0-9_]+}}
  sinter.trace_point begin #sinter.work<name = "n", kind = "norm", bytes = "-1", flops = "4*rows", serial = true> layer %i
  // CHECK: sinter.require %{{[a-z0-9_]+}} site 3
  sinter.require %p site 3
  return
}

func.func @experts(%x: tensor<?x8xf32>, %w: tensor<3x2x8x4xf32>, %e: tensor<?xi64>, %y: tensor<?x7xf32>,
    %m: memref<?x8xf32>, %p: memref<3x2x8x4xf32>, %f: memref<?xi64>, %z: memref<?x7xf32>) {
  // CHECK: sinter.inner_expert_matmul ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x8xf32>, tensor<3x2x8x4xf32>, tensor<?xi64>) outs(%{{[a-z0-9_]+}} : tensor<?x7xf32>) -> tensor<?x7xf32>
  %0 = sinter.inner_expert_matmul ins(%x, %w, %e : tensor<?x8xf32>, tensor<3x2x8x4xf32>, tensor<?xi64>) outs(%y : tensor<?x7xf32>) -> tensor<?x7xf32>
  // CHECK: sinter.inner_expert_matmul ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : memref<?x8xf32>, memref<3x2x8x4xf32>, memref<?xi64>) outs(%{{[a-z0-9_]+}} : memref<?x7xf32>)
  sinter.inner_expert_matmul ins(%m, %p, %f : memref<?x8xf32>, memref<3x2x8x4xf32>, memref<?xi64>) outs(%z : memref<?x7xf32>)
  // CHECK: sinter.inner_expert_matmul ins(%{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : memref<?x8xf32>, memref<3x2x8x4xf32>, memref<?xi64>) outs(%{{[a-z0-9_]+}} : memref<?x7xf32>) skips
  sinter.inner_expert_matmul ins(%m, %p, %f : memref<?x8xf32>, memref<3x2x8x4xf32>, memref<?xi64>) outs(%z : memref<?x7xf32>) skips
  return
}

func.func @numbers_for_each_head(%q: memref<?x4x8xf32>, %k: memref<2x8x8x32xf32>, %v: memref<2x256x8xf32>, %h: memref<4xf32>, %i: index) {
  // CHECK: sinter.inner_attention ins({{.*}}) pairs(%{{[a-z0-9_]+}} to %{{[a-z0-9_]+}}) slopes(%{{[a-z0-9_]+}} : memref<4xf32>) sinks(%{{[a-z0-9_]+}} : memref<4xf32>) outs(%{{[a-z0-9_]+}} : memref<?x4x8xf32>) scale 1.000000e+00 block 256
  sinter.inner_attention ins(%q, %k, %v at %i : memref<?x4x8xf32>, memref<2x8x8x32xf32>, memref<2x256x8xf32>) pairs(%i to %i) slopes(%h : memref<4xf32>) sinks(%h : memref<4xf32>) outs(%q : memref<?x4x8xf32>) scale 1.0 block 256
  return
}

func.func @batch(%q: memref<?x?x4x8xf32>, %k: memref<?x?x8x32xf32>, %v: memref<?x?x8xf32>, %m: memref<?x1x1x?xf32>, %i: index) {
  // CHECK: sinter.inner_attention ins({{.*}} at %{{[a-z0-9_]+}} end %{{[a-z0-9_]+}} : memref<?x?x4x8xf32>, memref<?x?x8x32xf32>, memref<?x?x8xf32>) pairs(%{{[a-z0-9_]+}} to %{{[a-z0-9_]+}}) mask(%{{[a-z0-9_]+}} : memref<?x1x1x?xf32>) outs(%{{[a-z0-9_]+}} : memref<?x?x4x8xf32>) scale 1.000000e+00 block 256 {zero_empty_rows}
  sinter.inner_attention ins(%q, %k, %v at %i end %i : memref<?x?x4x8xf32>, memref<?x?x8x32xf32>, memref<?x?x8xf32>) pairs(%i to %i) mask(%m : memref<?x1x1x?xf32>) outs(%q : memref<?x?x4x8xf32>) scale 1.0 block 256 {zero_empty_rows}
  return
}

func.func @interleaved(%q: memref<?x4x8xbf16>, %k: memref<2x8x4x64xbf16>, %v: memref<2x128x16xbf16>, %y: memref<?x4x8xf32>, %i: index) {
  // CHECK: sinter.inner_attention ins({{.*}} : memref<?x4x8xbf16>, memref<2x8x4x64xbf16>, memref<2x128x16xbf16>) pairs(%{{[a-z0-9_]+}} to %{{[a-z0-9_]+}}) outs(%{{[a-z0-9_]+}} : memref<?x4x8xf32>) scale 1.000000e+00 block 256 interleave 2
  sinter.inner_attention ins(%q, %k, %v at %i : memref<?x4x8xbf16>, memref<2x8x4x64xbf16>, memref<2x128x16xbf16>) pairs(%i to %i) outs(%y : memref<?x4x8xf32>) scale 1.0 block 256 interleave 2
  return
}
