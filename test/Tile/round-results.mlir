// A loop that only rounds what a norm, attention or another loop computes is part
// of that.
// RUN: sinter-opt %s --sinter-round-results | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#swap = affine_map<(d0, d1) -> (d1, d0)>

// CHECK-LABEL: func.func @norm(
// CHECK-SAME: %{{[a-z0-9]+}}: tensor<?x8xf32>, %{{[a-z0-9]+}}: tensor<8xf32>, %[[M:[a-z0-9]+]]: index
// CHECK: %[[O:.*]] = tensor.empty(%[[M]]) : tensor<?x8xbf16>
// CHECK-NEXT: %[[Y:.*]] = sinter.inner_norm ins({{.*}}) outs(%[[O]] : tensor<?x8xbf16>) {{.*}} -> tensor<?x8xbf16>
// CHECK-NOT: linalg.generic
// CHECK: return %[[Y]]
func.func @norm(%x: tensor<?x8xf32>, %s: tensor<8xf32>, %m: index) -> tensor<?x8xbf16> {
  %o = tensor.empty(%m) : tensor<?x8xf32>
  %n = sinter.inner_norm ins(%x, %s : tensor<?x8xf32>, tensor<8xf32>) outs(%o : tensor<?x8xf32>) epsilon 1.0e-5 -> tensor<?x8xf32>
  %p = tensor.empty(%m) : tensor<?x8xbf16>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%n : tensor<?x8xf32>) outs(%p : tensor<?x8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %t = arith.truncf %a : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<?x8xbf16>
  return %r : tensor<?x8xbf16>
}

// Through views of the result, and to f16.
// CHECK-LABEL: func.func @attention(
// CHECK: sinter.inner_attention {{.*}} outs(%{{.*}} : tensor<?x4x16xf16>) {{.*}} -> tensor<?x4x16xf16>
// CHECK-NEXT: %[[V:.*]] = tensor.collapse_shape %{{.*}} {{\[}}[0], [1, 2]] : tensor<?x4x16xf16> into tensor<?x64xf16>
// CHECK: return %[[V]]
func.func @attention(%q: tensor<?x4x16xf32>, %k: tensor<2x16x16x32xf32>, %v: tensor<2x512x16xf32>, %m: index, %i: index) -> tensor<?x64xf16> {
  %o = tensor.empty(%m) : tensor<?x4x16xf32>
  %n = sinter.inner_attention ins(%q, %k, %v at %i : tensor<?x4x16xf32>, tensor<2x16x16x32xf32>, tensor<2x512x16xf32>) pairs(%i to %i) outs(%o : tensor<?x4x16xf32>) scale 1.0 block 256 -> tensor<?x4x16xf32>
  %c = tensor.collapse_shape %n [[0], [1, 2]] : tensor<?x4x16xf32> into tensor<?x64xf32>
  %p = tensor.empty(%m) : tensor<?x64xf16>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<?x64xf32>) outs(%p : tensor<?x64xf16>) {
  ^bb0(%a: f32, %b: f16):
    %t = arith.truncf %a : f32 to f16
    linalg.yield %t : f16
  } -> tensor<?x64xf16>
  return %r : tensor<?x64xf16>
}

// CHECK-LABEL: func.func @loop(
// CHECK: %[[Y:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x2x4xbf16>)
// CHECK-NEXT: ^bb0(%[[A:.*]]: f32, %{{.*}}: bf16):
// CHECK-NEXT: %[[N:.*]] = arith.negf %[[A]] : f32
// CHECK-NEXT: %[[R:.*]] = arith.truncf %[[N]] : f32 to bf16
// CHECK-NEXT: linalg.yield %[[R]] : bf16
// CHECK-NEXT: } -> tensor<?x2x4xbf16>
// CHECK-NEXT: %[[V:.*]] = tensor.collapse_shape %[[Y]]
// CHECK-NOT: linalg.generic
// CHECK: return %[[V]]
#cube = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
func.func @loop(%x: tensor<?x2x4xf32>, %m: index) -> tensor<?x8xbf16> {
  %o = tensor.empty(%m) : tensor<?x2x4xf32>
  %n = linalg.generic {indexing_maps = [#cube, #cube], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<?x2x4xf32>) outs(%o : tensor<?x2x4xf32>) {
  ^bb0(%a: f32, %b: f32):
    %t = arith.negf %a : f32
    linalg.yield %t : f32
  } -> tensor<?x2x4xf32>
  %c = tensor.collapse_shape %n [[0], [1, 2]] : tensor<?x2x4xf32> into tensor<?x8xf32>
  %p = tensor.empty(%m) : tensor<?x8xbf16>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<?x8xf32>) outs(%p : tensor<?x8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %t = arith.truncf %a : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<?x8xbf16>
  return %r : tensor<?x8xbf16>
}

// A loop that adds to its destination stays f32.
// CHECK-LABEL: func.func @sum(
// CHECK: -> tensor<8xf32>
// CHECK: -> tensor<8xbf16>
#row = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0) -> (d0)>
func.func @sum(%x: tensor<8x8xf32>) -> tensor<8xbf16> {
  %o = tensor.empty() : tensor<8xf32>
  %n = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<8x8xf32>) outs(%o : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32):
    %t = arith.addf %a, %b : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  %p = tensor.empty() : tensor<8xbf16>
  %r = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel"]} ins(%n : tensor<8xf32>) outs(%p : tensor<8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %t = arith.truncf %a : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<8xbf16>
  return %r : tensor<8xbf16>
}

// Used in full as well, computed with, moved, or in memory of another op: each
// stays.
// CHECK-LABEL: func.func @others(
// CHECK-NOT: bf16>) epsilon
// CHECK-COUNT-4: linalg.generic
func.func @others(%x: tensor<8x8xf32>, %s: tensor<8xf32>, %d: tensor<8x8xf32>) -> (tensor<8x8xbf16>, tensor<8x8xf32>, tensor<8x8xbf16>, tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %o = tensor.empty() : tensor<8x8xf32>
  %p = tensor.empty() : tensor<8x8xbf16>
  %n = sinter.inner_norm ins(%x, %s : tensor<8x8xf32>, tensor<8xf32>) outs(%o : tensor<8x8xf32>) epsilon 1.0e-5 -> tensor<8x8xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%n : tensor<8x8xf32>) outs(%p : tensor<8x8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %t = arith.truncf %a : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<8x8xbf16>
  %n1 = sinter.inner_norm ins(%x, %s : tensor<8x8xf32>, tensor<8xf32>) outs(%o : tensor<8x8xf32>) epsilon 1.0e-5 -> tensor<8x8xf32>
  %r1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%n1 : tensor<8x8xf32>) outs(%p : tensor<8x8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %u = arith.negf %a : f32
    %t = arith.truncf %u : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<8x8xbf16>
  %n2 = sinter.inner_norm ins(%x, %s : tensor<8x8xf32>, tensor<8xf32>) outs(%o : tensor<8x8xf32>) epsilon 1.0e-5 -> tensor<8x8xf32>
  %r2 = linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]} ins(%n2 : tensor<8x8xf32>) outs(%p : tensor<8x8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %t = arith.truncf %a : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<8x8xbf16>
  %n3 = sinter.inner_norm ins(%x, %s : tensor<8x8xf32>, tensor<8xf32>) outs(%d : tensor<8x8xf32>) epsilon 1.0e-5 -> tensor<8x8xf32>
  %r3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%n3 : tensor<8x8xf32>) outs(%p : tensor<8x8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %t = arith.truncf %a : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<8x8xbf16>
  return %r, %n, %r1, %r2, %r3 : tensor<8x8xbf16>, tensor<8x8xf32>, tensor<8x8xbf16>, tensor<8x8xbf16>, tensor<8x8xbf16>
}
