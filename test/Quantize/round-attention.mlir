// On a target with vdpbf16ps attention over a bf16 cache takes bf16 queries, and
// attention without a cache bf16 queries, keys and values. An odd head, a cache
// of another type and other targets keep theirs.
// RUN: sinter-opt %s --split-input-file --sinter-round-attention | FileCheck %s

!k = tensor<?x2x8xf32, #sinter.dims<"rows", "2", "8">>
!q = tensor<?x4x8xf32, #sinter.dims<"rows", "4", "8">>
!c = !sinter.cache<1 x 2 x 64 x 8 x 8 x bf16>
!d = !sinter.cache<1 x 2 x 64 x 8 x 8 x f32>
!q9 = tensor<?x4x9xf32, #sinter.dims<"rows", "4", "9">>
!y9 = tensor<?x4x8xf32, #sinter.dims<"rows", "4", "8">>
!c9 = !sinter.cache<1 x 2 x 64 x 9 x 8 x bf16>
!b = tensor<1x4x?x8xf32, #sinter.dims<"1", "4", "s", "8">>
!kv = tensor<1x2x?x8xf32, #sinter.dims<"1", "2", "t", "8">>
!m = tensor<?xf32, #sinter.dims<"t">>
!r = tensor<1x?x4x8xf32, #sinter.dims<"1", "s", "4", "8">>
!b9 = tensor<1x4x?x9xf32, #sinter.dims<"1", "4", "s", "9">>
module attributes {sinter.target = #sinter.target<cpu = "znver4", features = "+avx512bf16", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  // CHECK-LABEL: func.func @narrow(
  // CHECK-SAME: %[[Q:[a-z0-9]+]]: tensor<?x4x8xf32
  // CHECK: %[[N:.*]] = sinter.cast %[[Q]] : tensor<?x4x8xf32, {{.*}}> to bf16
  // CHECK: sinter.cached_attention %[[N]], {{.*}} : tensor<?x4x8xbf16, {{.*}}>, <1 x 2 x 64 x 8 x 8 x bf16> -> tensor<?x4x8xf32
  func.func @narrow(%q: !q, %layer: index, %past: index, %cache: !c) -> !q {
    %y = sinter.cached_attention %q, %cache[%layer] at %past scale 0.5 : !q, !c -> !q
    return %y : !q
  }
  // CHECK-LABEL: func.func @wide(
  // CHECK-NOT: sinter.cast
  func.func @wide(%q: !q, %layer: index, %past: index, %cache: !d) -> !q {
    %y = sinter.cached_attention %q, %cache[%layer] at %past scale 0.5 : !q, !d -> !q
    return %y : !q
  }
  // CHECK-LABEL: func.func @odd(
  // CHECK-NOT: sinter.cast
  func.func @odd(%q: !q9, %layer: index, %past: index, %cache: !c9) -> !y9 {
    %y = sinter.cached_attention %q, %cache[%layer] at %past scale 0.5 : !q9, !c9 -> !y9
    return %y : !y9
  }
  // The result is widened behind what only moves it; an f32 mask stays.
  // CHECK-LABEL: func.func @no_cache(
  // CHECK-COUNT-3: sinter.cast %{{.*}} to bf16
  // CHECK: sinter.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} : tensor<1x4x?x8xbf16, {{.*}}>, tensor<1x2x?x8xbf16, {{.*}}>, tensor<1x2x?x8xbf16, {{.*}}>, tensor<?xf32
  // CHECK: sinter.transpose %{{.*}} : tensor<1x4x?x8xbf16
  // CHECK: sinter.cast %{{.*}} to f32
  func.func @no_cache(%q: !b, %k: !kv, %m: !m) -> !r {
    %y = sinter.attention %q, %k, %k mask %m scale 0.5 : !b, !kv, !kv, !m
    %t = sinter.transpose %y [0, 2, 1, 3] : !b
    return %t : !r
  }
  // CHECK-LABEL: func.func @no_cache_odd(
  // CHECK-NOT: sinter.cast
  func.func @no_cache_odd(%q: !b9, %k: !b9) -> !b9 {
    %y = sinter.attention %q, %k, %k scale 0.5 : !b9, !b9, !b9
    return %y : !b9
  }
}

// -----

!q = tensor<?x4x8xf32, #sinter.dims<"rows", "4", "8">>
!c = !sinter.cache<1 x 2 x 64 x 8 x 8 x bf16>
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  // CHECK-LABEL: func.func @no_dot(
  // CHECK-NOT: sinter.cast
  func.func @no_dot(%q: !q, %layer: index, %past: index, %cache: !c) -> !q {
    %y = sinter.cached_attention %q, %cache[%layer] at %past scale 0.5 : !q, !c -> !q
    return %y : !q
  }
}
