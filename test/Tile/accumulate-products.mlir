// A loop that adds a product to its destination is part of the product.
// RUN: sinter-opt %s --sinter-accumulate-products | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @residual(
// CHECK-SAME: %[[H:[a-z0-9]+]]: tensor<?x8xf32>
// CHECK: %[[Y:.*]] = sinter.inner_matmul ins({{.*}}) outs(%[[H]] : tensor<?x8xf32>) accumulate
// CHECK-NEXT: return %[[Y]]
func.func @residual(%h: tensor<?x8xf32>, %x: tensor<?x4xf32>, %w: tensor<1x4x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %p = sinter.inner_matmul ins(%x, %w : tensor<?x4xf32>, tensor<1x4x8xf32>) outs(%o : tensor<?x8xf32>) -> tensor<?x8xf32>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<?x8xf32>) outs(%h : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %t = arith.addf %b, %a : f32
    linalg.yield %t : f32
  } -> tensor<?x8xf32>
  return %s : tensor<?x8xf32>
}

// So where sums go by blocks of their depth.
// CHECK-LABEL: func.func @blocks(
// CHECK: sinter.inner_matmul {{.*}} interleave 2 depth_block 4 accumulate
func.func @blocks(%h: tensor<?x8xf32>, %x: tensor<?x8xbf16>, %w: tensor<1x4x16xbf16>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %p = sinter.inner_matmul ins(%x, %w : tensor<?x8xbf16>, tensor<1x4x16xbf16>) outs(%o : tensor<?x8xf32>) interleave 2 depth_block 4 -> tensor<?x8xf32>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<?x8xf32>) outs(%h : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %t = arith.addf %b, %a : f32
    linalg.yield %t : f32
  } -> tensor<?x8xf32>
  return %s : tensor<?x8xf32>
}

// Something else is computed, the product is used twice, a gate is no sum: each
// stays.
// CHECK-LABEL: func.func @others(
// CHECK-NOT: accumulate
func.func @others(%h: tensor<?x8xf32>, %x: tensor<?x4xf32>, %w: tensor<1x4x8xf32>, %g: tensor<1x4x16xf32>, %o: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) {
  %p = sinter.inner_matmul ins(%x, %w : tensor<?x4xf32>, tensor<1x4x8xf32>) outs(%o : tensor<?x8xf32>) -> tensor<?x8xf32>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<?x8xf32>) outs(%h : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %t = arith.mulf %b, %a : f32
    linalg.yield %t : f32
  } -> tensor<?x8xf32>
  %q = sinter.inner_matmul ins(%x, %w : tensor<?x4xf32>, tensor<1x4x8xf32>) outs(%o : tensor<?x8xf32>) activation relu -> tensor<?x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%q : tensor<?x8xf32>) outs(%h : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %t = arith.addf %b, %a : f32
    linalg.yield %t : f32
  } -> tensor<?x8xf32>
  %v = sinter.inner_matmul ins(%x, %g : tensor<?x4xf32>, tensor<1x4x16xf32>) outs(%o : tensor<?x8xf32>) gate silu -> tensor<?x8xf32>
  %u = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%v : tensor<?x8xf32>) outs(%h : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %t = arith.addf %b, %a : f32
    linalg.yield %t : f32
  } -> tensor<?x8xf32>
  return %s, %r, %q, %u : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
}

// Shares of the product would read what others have written.
// CHECK-LABEL: func.func @itself(
// CHECK-NOT: accumulate
func.func @itself(%x: tensor<?x8xf32>, %w: tensor<1x8x8xf32>, %o: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %p = sinter.inner_matmul ins(%x, %w : tensor<?x8xf32>, tensor<1x8x8xf32>) outs(%o : tensor<?x8xf32>) -> tensor<?x8xf32>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<?x8xf32>) outs(%x : tensor<?x8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %t = arith.addf %b, %a : f32
    linalg.yield %t : f32
  } -> tensor<?x8xf32>
  return %s : tensor<?x8xf32>
}
