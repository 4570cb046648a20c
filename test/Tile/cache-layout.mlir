// Where there is vdpbf16ps, a bf16 cache holds pairs: of a key two elements beside
// each other, of values two positions. Other targets and types hold elements.
// RUN: sinter-opt %s --split-input-file --sinter-lower-to-linalg | FileCheck %s

!k = tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>
!c = !sinter.cache<2 x 1 x 32 x 8 x 4 x bf16>
!v = tensor<?x1x4xf32, #sinter.dims<"rows", "1", "4">>
module attributes {sinter.target = #sinter.target<cpu = "znver4", features = "+avx512bf16", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  // CHECK-LABEL: func.func @pairs(
  // CHECK-DAG: memref.view {{.*}} to memref<1x8x4x64xbf16>
  // CHECK-DAG: memref.view {{.*}} to memref<1x128x8xbf16>
  // CHECK: arith.truncf {{.*}} : f32 to bf16
  // CHECK: %[[PAIRS:.*]] = memref.expand_shape {{.*}} : memref<1x8x4x64xbf16> into memref<1x8x4x32x2xbf16>
  // CHECK: scf.forall
  // CHECK: %[[PART:.*]] = arith.remui %arg2, %c16
  // CHECK: %[[LEFT:.*]] = arith.subi %c16{{.*}}, %[[PART]]
  // CHECK: %[[OPEN:.*]] = arith.remui %[[LEFT]], %c16
  // CHECK: %[[FIRST:.*]] = arith.minui %[[OPEN]], %[[ROWS:[a-z0-9]+]]
  // CHECK: %[[LAST:.*]] = arith.addi %[[FIRST]],
  // CHECK: scf.for %{{.*}} = %c0{{.*}} to %[[FIRST]] step %c1
  // CHECK: arith.divui %[[D:.*]], %c2
  // CHECK: arith.remui %[[D]], %c2
  // CHECK: memref.store {{.*}} : memref<1x8x4x64xbf16>
  // CHECK: scf.for %{{.*}} = %[[FIRST]] to %[[LAST]] step %c16
  // CHECK: memref.store {{.*}}, %[[PAIRS]]
  // CHECK: scf.for %{{.*}} = %[[LAST]] to %[[ROWS]] step %c1
  // CHECK: memref.store {{.*}} : memref<1x8x4x64xbf16>
  // CHECK: scf.forall
  // CHECK: memref.store {{.*}} : memref<1x128x8xbf16>
  // CHECK: scf.for {{.*}} step %c2
  // CHECK: memref.store {{.*}} : memref<1x128x4x2xbf16>
  // CHECK: memref.store {{.*}} : memref<1x128x8xbf16>
  func.func @pairs(%k: !k {sinter.name = "k"}, %v: !v {sinter.name = "v"}, %past: index {sinter.symbol = "past"}, %cache: !c)
      -> (!k {sinter.name = "y"}, !c) attributes {sinter.entry = "step"} {
    %layer = arith.constant 1 : index
    %next = sinter.cache_append %cache[%layer], %k, %v at %past : !c, !k, !v
    return %k, %next : !k, !c
  }
}

// -----

!k = tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>
!c = !sinter.cache<2 x 1 x 32 x 8 x 4 x bf16>
!v = tensor<?x1x4xf32, #sinter.dims<"rows", "1", "4">>
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  // CHECK-LABEL: func.func @elements(
  // CHECK-DAG: memref.view {{.*}} to memref<1x8x8x32xbf16>
  // CHECK-DAG: memref.view {{.*}} to memref<1x256x4xbf16>
  // CHECK-NOT: memref.expand_shape
  func.func @elements(%k: !k {sinter.name = "k"}, %v: !v {sinter.name = "v"}, %past: index {sinter.symbol = "past"}, %cache: !c)
      -> (!k {sinter.name = "y"}, !c) attributes {sinter.entry = "step"} {
    %layer = arith.constant 1 : index
    %next = sinter.cache_append %cache[%layer], %k, %v at %past : !c, !k, !v
    return %k, %next : !k, !c
  }
}
