// Attention without a cache takes the kernel of cached attention: keys and values
// are laid out as a cache has them, in panels of 32 positions.
// RUN: sinter-opt %s --split-input-file --sinter-lower-to-linalg --canonicalize --cse | FileCheck %s

!q = tensor<?x?x4x16xf32, #sinter.dims<"b", "s", "4", "16">>
!k = tensor<?x?x2x16xf32, #sinter.dims<"b", "t", "2", "16">>
!qt = tensor<?x4x?x16xf32, #sinter.dims<"b", "4", "s", "16">>
!kt = tensor<?x2x?x16xf32, #sinter.dims<"b", "2", "t", "16">>
!m = tensor<?x1x1x?xi1, #sinter.dims<"b", "1", "1", "t">>
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  // Heads are read where they are: no transpose is made of q, of the result, or
  // before keys and values are packed. A mask of bools becomes what is added.
  // CHECK-LABEL: func.func @grouped(
  // CHECK: %[[KEYS:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x2x?x16x32x1xf32>)
  // CHECK: %[[K:.*]] = tensor.collapse_shape %[[KEYS]] {{.*}} into tensor<?x?x16x32xf32>
  // CHECK: %[[VALUES:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x2x?x16x1xf32>)
  // CHECK: %[[V:.*]] = tensor.collapse_shape %[[VALUES]] {{.*}} into tensor<?x?x16xf32>
  // CHECK: %[[M:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x1x1x?xf32>)
  // CHECK: arith.cmpi ne
  // CHECK: %[[Y:.*]] = sinter.inner_attention ins(%{{.*}}, %[[K]], %[[V]] at %{{.*}} end %{{.*}} : tensor<?x?x4x16xf32>, tensor<?x?x16x32xf32>, tensor<?x?x16xf32>) {{.*}} mask(%[[M]] : tensor<?x1x1x?xf32>) {{.*}} -> tensor<?x?x4x16xf32>
  // CHECK-NOT: linalg.generic
  // CHECK: return
  func.func @grouped(%x: !q, %k: !k, %v: !k, %m: !m) -> !q attributes {sinter.entry = "forward"} {
    %0 = sinter.transpose %x [0, 2, 1, 3] : !q
    %1 = sinter.transpose %k [0, 2, 1, 3] : !k
    %2 = sinter.transpose %v [0, 2, 1, 3] : !k
    %y = sinter.attention %0, %1, %2 mask %m scale 0.25 : !qt, !kt, !kt, !m
    %3 = sinter.transpose %y [0, 2, 1, 3] : !qt
    return %3 : !q
  }

  // Causal rows see up to their own position, which with more keys than rows is
  // T - S further.
  // CHECK-LABEL: func.func @causal(
  // CHECK: %[[PAST:.*]] = arith.subi %arg5, %arg4
  // CHECK: sinter.inner_attention ins({{.*}} at %[[PAST]] : {{.*}} {window = 8 : i64, zero_empty_rows}
  func.func @causal(%q: !qt, %k: !kt, %v: !kt) -> !qt attributes {sinter.entry = "forward"} {
    %y = sinter.attention %q, %k, %v scale 0.25 {causal, window = 8 : i64, zero_empty_rows} : !qt, !kt, !kt
    return %y : !qt
  }
}

// -----

!q = tensor<1x2x8x16xbf16>
!v = tensor<1x2x8x24xbf16>
!d = tensor<1x2x8x16xf64>
module attributes {sinter.target = #sinter.target<cpu = "znver4", features = "+avx512bf16", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  // bf16 in pairs where they are multiplied. Values that fill no vector have a
  // panel behind them, for the kernel reads whole ones.
  // CHECK-LABEL: func.func @pairs(
  // CHECK: sinter.inner_attention ins({{.*}} : tensor<1x8x2x16xbf16>, tensor<2x2x8x64xbf16>, tensor<2x32x48xbf16>) {{.*}} outs(%{{.*}} : tensor<1x8x2x24xbf16>) {{.*}} interleave 2
  func.func @pairs(%q: !q, %v: !v) -> !v attributes {sinter.entry = "forward"} {
    %y = sinter.attention %q, %q, %v scale 0.25 : !q, !q, !v
    return %y : !v
  }

  // There is no such kernel of f64: products, softmax, products.
  // CHECK-LABEL: func.func @f64(
  // CHECK-NOT: sinter.inner_attention
  // CHECK: sinter.inner_softmax
  func.func @f64(%q: !d) -> !d attributes {sinter.entry = "forward"} {
    %y = sinter.attention %q, %q, %q scale 0.25 : !d, !d, !d
    return %y : !d
  }
}
