// RUN: sinter-opt --sinter-roll %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!cache = !sinter.cache<3 x 1 x 32 x 8 x 8 x f32>
!x = tensor<?x8xf32, #sinter.dims<"rows", "8">>
!h = tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>
!h4 = tensor<1x?x1x8xf32, #sinter.dims<"1", "rows", "1", "8">>
!t = tensor<1x?x4xf32, #sinter.dims<"1", "rows", "4">>
!qkv = tensor<?x24xf32, #sinter.dims<"rows", "24">>

// The layers' tables are one table with an entry a layer, in their order.
// CHECK: sinter.report = [{carried = 2 : i64, kind = "roll", layers = 3 : i64
// CHECK: sinter.table @[[NORM:[a-z0-9_]+]] : tensor<8xf32> {
// CHECK-NEXT: sinter.param "norm0"
// CHECK: sinter.param "norm1"
// CHECK: sinter.param "norm2"
// CHECK: sinter.table @[[QKV:[a-z0-9_]+]] : tensor<1x8x32xf32> {
// CHECK-NEXT: sinter.param "qkv0"
// CHECK: sinter.table @[[OUT:[a-z0-9_]+]] : tensor<1x8x32xf32> {
// CHECK-NEXT: sinter.param "out0"
// The tables of what is outside are as they were; those of the layers are gone.
// CHECK-NOT: sinter.table @norm{{[012]}} :
// CHECK: sinter.table @final

// CHECK-LABEL: func.func @step
// CHECK-SAME: (%[[IDS:.*]]: tensor<?xi64{{.*}}, %[[PAST:[a-z0-9]*]]: index {{.*}}, %[[CACHE:[a-z0-9]*]]: !sinter.cache
// CHECK-DAG: %[[X:.*]] = sinter.gather
// What all layers read is computed once.
// CHECK-DAG: %[[COS:.*]] = sinter.reshape {{.*}} to tensor<1x?x4xf32
// CHECK: %[[R:.*]]:2 = scf.for %[[L:.*]] = %c0{{.*}} to %c3{{.*}} step %c1{{.*}} iter_args(%[[H:.*]] = %[[X]], %[[STATE:.*]] = %[[CACHE]])
// CHECK: sinter.load @[[NORM]][%[[L]]]
// CHECK: sinter.rms_norm %[[H]]
// CHECK: sinter.load @[[QKV]][%[[L]]]
// CHECK: sinter.rotary %{{.*}}, %[[COS]], %[[COS]]
// CHECK: %[[NEXT:.*]] = sinter.cache_append %[[STATE]][%[[L]]]
// CHECK: sinter.cached_attention %{{.*}}, %[[NEXT]][%[[L]]] at %[[PAST]]
// CHECK: sinter.load @[[OUT]][%[[L]]]
// CHECK: %[[Y:.*]] = sinter.add %[[H]]
// CHECK: scf.yield %[[Y]], %[[NEXT]]
// CHECK-NOT: sinter.cache_append
// CHECK: sinter.rms_norm %[[R]]#0
// CHECK: return %{{.*}}, %[[R]]#1

sinter.table @embedding : tensor<16x8xf32> {
  %0 = sinter.param "embedding" in "w.bin" [0, 512] : tensor<16x8xf32>
  sinter.yield %0 : tensor<16x8xf32>
}
sinter.table @angles : tensor<32x4xf32> {
  %0 = sinter.param "angles" in "w.bin" [512, 512] : tensor<32x4xf32>
  sinter.yield %0 : tensor<32x4xf32>
}
sinter.table @norm0 : tensor<8xf32> {
  %0 = sinter.param "norm0" in "w.bin" [1024, 32] : tensor<8xf32>
  sinter.yield %0 : tensor<8xf32>
}
sinter.table @qkv0 : tensor<1x8x32xf32> {
  %0 = sinter.param "qkv0" in "w.bin" [1056, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @out0 : tensor<1x8x32xf32> {
  %0 = sinter.param "out0" in "w.bin" [2080, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @norm1 : tensor<8xf32> {
  %0 = sinter.param "norm1" in "w.bin" [3104, 32] : tensor<8xf32>
  sinter.yield %0 : tensor<8xf32>
}
sinter.table @qkv1 : tensor<1x8x32xf32> {
  %0 = sinter.param "qkv1" in "w.bin" [3136, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @out1 : tensor<1x8x32xf32> {
  %0 = sinter.param "out1" in "w.bin" [4160, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @norm2 : tensor<8xf32> {
  %0 = sinter.param "norm2" in "w.bin" [5184, 32] : tensor<8xf32>
  sinter.yield %0 : tensor<8xf32>
}
sinter.table @qkv2 : tensor<1x8x32xf32> {
  %0 = sinter.param "qkv2" in "w.bin" [5216, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @out2 : tensor<1x8x32xf32> {
  %0 = sinter.param "out2" in "w.bin" [6240, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
sinter.table @final : tensor<8xf32> {
  %0 = sinter.param "final" in "w.bin" [7264, 32] : tensor<8xf32>
  sinter.yield %0 : tensor<8xf32>
}

func.func @step(%ids: tensor<?xi64, #sinter.dims<"rows">>, %past: index {sinter.symbol = "past"}, %cache: !cache) -> (!x, !cache) {
  %e = sinter.load @embedding : tensor<16x8xf32>
  %x0 = sinter.gather %e[%ids] axis 0 : tensor<16x8xf32>, tensor<?xi64, #sinter.dims<"rows">>
  %c0 = arith.constant 0 : index
  %n0 = sinter.load @norm0 : tensor<8xf32>
  %y0 = sinter.rms_norm %x0, %n0 axis 1 epsilon 1.0e-5 : !x, tensor<8xf32>
  %w0 = sinter.load @qkv0 : tensor<1x8x32xf32>
  %p0 = sinter.packed_matmul %y0, %w0 : !x, tensor<1x8x32xf32> -> !qkv
  %q0 = sinter.slice %p0 offsets <"0", "0"> strides [1, 1] : !qkv -> !x
  %k0 = sinter.slice %p0 offsets <"0", "8"> strides [1, 1] : !qkv -> !x
  %v0 = sinter.slice %p0 offsets <"0", "16"> strides [1, 1] : !qkv -> !x
  %q40 = sinter.reshape %q0 : !x to !h4
  %k40 = sinter.reshape %k0 : !x to !h4
  %a = sinter.load @angles : tensor<32x4xf32>
  %as = sinter.slice %a offsets <"past", "0"> strides [1, 1] : tensor<32x4xf32> -> tensor<?x4xf32, #sinter.dims<"rows", "4">>
  %t = sinter.reshape %as : tensor<?x4xf32, #sinter.dims<"rows", "4">> to !t
  %qr0 = sinter.rotary %q40, %t, %t sequence_first : !h4, !t, !t
  %kr0 = sinter.rotary %k40, %t, %t sequence_first : !h4, !t, !t
  %qh0 = sinter.reshape %qr0 : !h4 to !h
  %kh0 = sinter.reshape %kr0 : !h4 to !h
  %vh0 = sinter.reshape %v0 : !x to !h
  %s0 = sinter.cache_append %cache[%c0], %kh0, %vh0 at %past : !cache, !h, !h
  %o0 = sinter.cached_attention %qh0, %s0[%c0] at %past scale 0.5 : !h, !cache -> !h
  %f0 = sinter.reshape %o0 : !h to !x
  %wo0 = sinter.load @out0 : tensor<1x8x32xf32>
  %m0 = sinter.packed_matmul %f0, %wo0 : !x, tensor<1x8x32xf32> -> !x
  %x1 = sinter.add %x0, %m0 : !x, !x
  %c1 = arith.constant 1 : index
  %n1 = sinter.load @norm1 : tensor<8xf32>
  %y1 = sinter.rms_norm %x1, %n1 axis 1 epsilon 1.0e-5 : !x, tensor<8xf32>
  %w1 = sinter.load @qkv1 : tensor<1x8x32xf32>
  %p1 = sinter.packed_matmul %y1, %w1 : !x, tensor<1x8x32xf32> -> !qkv
  %q1 = sinter.slice %p1 offsets <"0", "0"> strides [1, 1] : !qkv -> !x
  %k1 = sinter.slice %p1 offsets <"0", "8"> strides [1, 1] : !qkv -> !x
  %v1 = sinter.slice %p1 offsets <"0", "16"> strides [1, 1] : !qkv -> !x
  %q41 = sinter.reshape %q1 : !x to !h4
  %k41 = sinter.reshape %k1 : !x to !h4
  %kr1 = sinter.rotary %k41, %t, %t sequence_first : !h4, !t, !t
  %qr1 = sinter.rotary %q41, %t, %t sequence_first : !h4, !t, !t
  %qh1 = sinter.reshape %qr1 : !h4 to !h
  %kh1 = sinter.reshape %kr1 : !h4 to !h
  %vh1 = sinter.reshape %v1 : !x to !h
  %s1 = sinter.cache_append %s0[%c1], %kh1, %vh1 at %past : !cache, !h, !h
  %o1 = sinter.cached_attention %qh1, %s1[%c1] at %past scale 0.5 : !h, !cache -> !h
  %f1 = sinter.reshape %o1 : !h to !x
  %wo1 = sinter.load @out1 : tensor<1x8x32xf32>
  %m1 = sinter.packed_matmul %f1, %wo1 : !x, tensor<1x8x32xf32> -> !x
  %x2 = sinter.add %x1, %m1 : !x, !x
  %c2 = arith.constant 2 : index
  %n2 = sinter.load @norm2 : tensor<8xf32>
  %y2 = sinter.rms_norm %x2, %n2 axis 1 epsilon 1.0e-5 : !x, tensor<8xf32>
  %w2 = sinter.load @qkv2 : tensor<1x8x32xf32>
  %p2 = sinter.packed_matmul %y2, %w2 : !x, tensor<1x8x32xf32> -> !qkv
  %q2 = sinter.slice %p2 offsets <"0", "0"> strides [1, 1] : !qkv -> !x
  %k2 = sinter.slice %p2 offsets <"0", "8"> strides [1, 1] : !qkv -> !x
  %v2 = sinter.slice %p2 offsets <"0", "16"> strides [1, 1] : !qkv -> !x
  %q42 = sinter.reshape %q2 : !x to !h4
  %k42 = sinter.reshape %k2 : !x to !h4
  %qr2 = sinter.rotary %q42, %t, %t sequence_first : !h4, !t, !t
  %kr2 = sinter.rotary %k42, %t, %t sequence_first : !h4, !t, !t
  %qh2 = sinter.reshape %qr2 : !h4 to !h
  %kh2 = sinter.reshape %kr2 : !h4 to !h
  %vh2 = sinter.reshape %v2 : !x to !h
  %s2 = sinter.cache_append %s1[%c2], %kh2, %vh2 at %past : !cache, !h, !h
  %o2 = sinter.cached_attention %qh2, %s2[%c2] at %past scale 0.5 : !h, !cache -> !h
  %f2 = sinter.reshape %o2 : !h to !x
  %wo2 = sinter.load @out2 : tensor<1x8x32xf32>
  %m2 = sinter.packed_matmul %f2, %wo2 : !x, tensor<1x8x32xf32> -> !x
  %x3 = sinter.add %x2, %m2 : !x, !x
  %nf = sinter.load @final : tensor<8xf32>
  %z = sinter.rms_norm %x3, %nf axis 1 epsilon 1.0e-5 : !x, tensor<8xf32>
  return %z, %s2 : !x, !cache
}
