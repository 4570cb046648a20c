// RUN: sinter-opt %s --sinter-pad-rows | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>

// Rows of 4 KiB are a line further apart, from what computes them first on.
// CHECK-LABEL: func.func @padded(
// CHECK: %[[E:.*]] = tensor.empty(%[[M:.*]]) : tensor<?x1040xf32>
// CHECK: %[[S:.*]] = tensor.extract_slice %[[E]][0, 0] [%[[M]], 1024] [1, 1] : tensor<?x1040xf32> to tensor<?x1024xf32>
// CHECK: sinter.inner_norm {{.*}} outs(%[[S]] :
func.func @padded(%x: tensor<?x1024xf32>, %g: tensor<1024xf32>, %w: tensor<1x1024x32xf32>, %y: tensor<?x32xf32>, %m: index) -> tensor<?x32xf32> {
  %0 = tensor.empty(%m) : tensor<?x1024xf32>
  %1 = sinter.inner_norm ins(%x, %g : tensor<?x1024xf32>, tensor<1024xf32>) outs(%0 : tensor<?x1024xf32>) epsilon 1.0e-5 -> tensor<?x1024xf32>
  %2 = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%1 : tensor<?x1024xf32>) {
  ^bb0(%o: f32):
    %n = arith.negf %o : f32
    linalg.yield %n : f32
  } -> tensor<?x1024xf32>
  %3 = sinter.inner_matmul ins(%2, %w : tensor<?x1024xf32>, tensor<1x1024x32xf32>) outs(%y : tensor<?x32xf32>) -> tensor<?x32xf32>
  return %3 : tensor<?x32xf32>
}

// In bf16 those of 1024 are 2 KiB, those of 512 share no more than four.
// CHECK-LABEL: func.func @narrow(
// CHECK: tensor.empty(%{{.*}}) : tensor<?x1056xbf16>
// CHECK: tensor.empty(%{{.*}}) : tensor<?x512xbf16>
func.func @narrow(%x: tensor<?x1024xf32>, %h: tensor<?x512xf32>, %w: tensor<1x512x64xbf16>, %v: tensor<1x256x64xbf16>, %y: tensor<?x32xf32>, %m: index) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %0 = tensor.empty(%m) : tensor<?x1024xbf16>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x1024xf32>) outs(%0 : tensor<?x1024xbf16>) {
  ^bb0(%i: f32, %o: bf16):
    %t = arith.truncf %i : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<?x1024xbf16>
  %2 = tensor.empty(%m) : tensor<?x512xbf16>
  %3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%h : tensor<?x512xf32>) outs(%2 : tensor<?x512xbf16>) {
  ^bb0(%i: f32, %o: bf16):
    %t = arith.truncf %i : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<?x512xbf16>
  %4 = sinter.inner_matmul ins(%1, %w : tensor<?x1024xbf16>, tensor<1x512x64xbf16>) outs(%y : tensor<?x32xf32>) interleave 2 -> tensor<?x32xf32>
  %5 = sinter.inner_matmul ins(%3, %v : tensor<?x512xbf16>, tensor<1x256x64xbf16>) outs(%y : tensor<?x32xf32>) interleave 2 -> tensor<?x32xf32>
  return %4, %5 : tensor<?x32xf32>, tensor<?x32xf32>
}

// What is seen in another shape as well stays as it is, and so do few rows.
// CHECK-LABEL: func.func @other(
// CHECK-NOT: tensor.extract_slice
func.func @other(%x: tensor<?x1024xf32>, %g: tensor<1024xf32>, %w: tensor<1x1024x32xf32>, %y: tensor<?x32xf32>, %z: tensor<2x32xf32>, %two: tensor<2x1024xf32>, %m: index) -> (tensor<?x32xf32>, tensor<?xf32>, tensor<2x32xf32>) {
  %0 = tensor.empty(%m) : tensor<?x1024xf32>
  %1 = sinter.inner_norm ins(%x, %g : tensor<?x1024xf32>, tensor<1024xf32>) outs(%0 : tensor<?x1024xf32>) epsilon 1.0e-5 -> tensor<?x1024xf32>
  %2 = tensor.collapse_shape %1 [[0, 1]] : tensor<?x1024xf32> into tensor<?xf32>
  %3 = sinter.inner_matmul ins(%1, %w : tensor<?x1024xf32>, tensor<1x1024x32xf32>) outs(%y : tensor<?x32xf32>) -> tensor<?x32xf32>
  %4 = tensor.empty() : tensor<2x1024xf32>
  %5 = sinter.inner_norm ins(%two, %g : tensor<2x1024xf32>, tensor<1024xf32>) outs(%4 : tensor<2x1024xf32>) epsilon 1.0e-5 -> tensor<2x1024xf32>
  %6 = sinter.inner_matmul ins(%5, %w : tensor<2x1024xf32>, tensor<1x1024x32xf32>) outs(%z : tensor<2x32xf32>) -> tensor<2x32xf32>
  return %3, %2, %6 : tensor<?x32xf32>, tensor<?xf32>, tensor<2x32xf32>
}
