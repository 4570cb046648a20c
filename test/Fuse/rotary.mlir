// RUN: sinter-opt --sinter-fuse-rotary %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!q = tensor<?x4x?x8xf32, #sinter.dims<"batch", "4", "seq", "8">>
!h = tensor<?x4x?x4xf32, #sinter.dims<"batch", "4", "seq", "4">>
!t = tensor<?x?x4xf32, #sinter.dims<"batch", "seq", "4">>
!u = tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
!f = tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
!s = tensor<f32>

// CHECK: sinter.report =
// CHECK-SAME: {kind = "rotary", state = "fused", where = "halves"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "sequence_first"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "partial"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "interleaved"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "repeated"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "stored"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "one_batch"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "one_head"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "one_of_both"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "inside_qkv"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "pairs_apart"}
// CHECK-SAME: {kind = "rotary", state = "fused", where = "pairs_apart_one_head"}
// CHECK-SAME: {kind = "rotary", reason = "cos or sin is not built from two equal halves", state = "missed", where = "no_halves"}
// CHECK-SAME: {kind = "rotary", reason = "the halves of the stored table 'cos' are not known to be equal", state = "missed", where = "unknown_table"}
// CHECK-SAME: {kind = "rotary", reason = "x cos + rotated(x) sin does not follow", state = "missed", where = "no_sum"}

// The tables are scaled, as long-context models do.
// CHECK-LABEL: func @halves
// CHECK-SAME: (%[[Q:.*]]: tensor{{.*}}, %[[T:[a-z0-9]*]]: tensor
// CHECK-DAG: %[[C:.*]] = sinter.cos %[[T]]
// CHECK-DAG: %[[S:.*]] = sinter.sin %[[T]]
// CHECK-DAG: %[[C2:.*]] = sinter.mul %[[C]]
// CHECK-DAG: %[[S2:.*]] = sinter.mul %[[S]]
// CHECK: sinter.rotary %[[Q]], %[[C2]], %[[S2]] :
// CHECK-NEXT: return
func.func @halves(%q: !q, %t: !t) -> !q {
  %scale = sinter.constant dense<1.25> : !s : !s
  %0 = sinter.concat %t, %t axis 2 : !t, !t
  %1 = sinter.cos %0 : !u
  %2 = sinter.mul %1, %scale : !u, !s
  %3 = sinter.sin %0 : !u
  %4 = sinter.mul %3, %scale : !u, !s
  %cos = sinter.reshape %2 : !u to !f
  %sin = sinter.reshape %4 : !u to !f
  %5 = sinter.mul %q, %cos : !q, !f
  %6 = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !q -> !h
  %7 = sinter.slice %q offsets <"0", "0", "0", "4"> strides [1, 1, 1, 1] : !q -> !h
  %8 = sinter.neg %7 : !h
  %9 = sinter.concat %8, %6 axis 3 : !h, !h loc("halves")
  %10 = sinter.mul %9, %sin : !q, !f
  %11 = sinter.add %5, %10 : !q, !q
  return %11 : !q
}

!qs = tensor<?x?x4x8xf32, #sinter.dims<"batch", "seq", "4", "8">>
!hs = tensor<?x?x4x4xf32, #sinter.dims<"batch", "seq", "4", "4">>
!fs = tensor<?x?x1x8xf32, #sinter.dims<"batch", "seq", "1", "8">>

// CHECK-LABEL: func @sequence_first
// CHECK: sinter.rotary %arg0, %{{.*}}, %{{.*}} sequence_first
// CHECK-NEXT: return
func.func @sequence_first(%q: !qs, %t: !t) -> !qs {
  %0 = sinter.concat %t, %t axis 2 : !t, !t
  %1 = sinter.cos %0 : !u
  %2 = sinter.sin %0 : !u
  %cos = sinter.reshape %1 : !u to !fs
  %sin = sinter.reshape %2 : !u to !fs
  %5 = sinter.mul %cos, %q : !fs, !qs
  %6 = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !qs -> !hs
  %7 = sinter.slice %q offsets <"0", "0", "0", "4"> strides [1, 1, 1, 1] : !qs -> !hs
  %8 = sinter.neg %7 : !hs
  %9 = sinter.concat %8, %6 axis 3 : !hs, !hs loc("sequence_first")
  %10 = sinter.mul %sin, %9 : !fs, !qs
  %11 = sinter.add %10, %5 : !qs, !qs
  return %11 : !qs
}

!wide = tensor<?x4x?x12xf32, #sinter.dims<"batch", "4", "seq", "12">>

// CHECK-LABEL: func @partial
// CHECK: %[[Y:.*]] = sinter.rotary %arg0, %{{.*}} : tensor<?x4x?x12xf32
// CHECK-NEXT: return %[[Y]]
func.func @partial(%q: !wide, %t: !t) -> !wide {
  %0 = sinter.concat %t, %t axis 2 : !t, !t
  %1 = sinter.cos %0 : !u
  %2 = sinter.sin %0 : !u
  %cos = sinter.reshape %1 : !u to !f
  %sin = sinter.reshape %2 : !u to !f
  %x = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !wide -> !q
  %rest = sinter.slice %q offsets <"0", "0", "0", "8"> strides [1, 1, 1, 1] : !wide -> !h
  %5 = sinter.mul %x, %cos : !q, !f
  %6 = sinter.slice %x offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !q -> !h
  %7 = sinter.slice %x offsets <"0", "0", "0", "4"> strides [1, 1, 1, 1] : !q -> !h
  %8 = sinter.neg %7 : !h
  %9 = sinter.concat %8, %6 axis 3 : !h, !h loc("partial")
  %10 = sinter.mul %9, %sin : !q, !f
  %11 = sinter.add %5, %10 : !q, !q
  %12 = sinter.concat %11, %rest axis 3 : !q, !h
  return %12 : !wide
}

!t1 = tensor<?x?x4x1xf32, #sinter.dims<"batch", "seq", "4", "1">>
!t2 = tensor<?x?x4x2xf32, #sinter.dims<"batch", "seq", "4", "2">>
!p1 = tensor<?x4x?x4x1xf32, #sinter.dims<"batch", "4", "seq", "4", "1">>
!p2 = tensor<?x4x?x4x2xf32, #sinter.dims<"batch", "4", "seq", "4", "2">>

// CHECK-LABEL: func @interleaved
// CHECK: sinter.rotary %arg0, %{{.*}}, %{{.*}} interleaved
// CHECK-NEXT: return
func.func @interleaved(%q: !q, %t: !t) -> !q {
  %a = sinter.reshape %t : !t to !t1
  %b = sinter.broadcast_to %a : !t1 to !t2
  %0 = sinter.reshape %b : !t2 to !u
  %1 = sinter.cos %0 : !u
  %2 = sinter.sin %0 : !u
  %cos = sinter.reshape %1 : !u to !f
  %sin = sinter.reshape %2 : !u to !f
  %5 = sinter.mul %q, %cos : !q, !f
  %6 = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 2] : !q -> !h
  %7 = sinter.slice %q offsets <"0", "0", "0", "1"> strides [1, 1, 1, 2] : !q -> !h
  %8 = sinter.neg %7 : !h
  %c = sinter.reshape %8 : !h to !p1
  %d = sinter.reshape %6 : !h to !p1
  %9 = sinter.concat %c, %d axis 4 : !p1, !p1 loc("interleaved")
  %e = sinter.reshape %9 : !p2 to !q
  %10 = sinter.mul %e, %sin : !q, !f
  %11 = sinter.add %5, %10 : !q, !q
  return %11 : !q
}

!a1 = tensor<4x1x?xf32, #sinter.dims<"4", "1", "seq">>
!a2 = tensor<4x2x?xf32, #sinter.dims<"4", "2", "seq">>
!a3 = tensor<8x?x1xf32, #sinter.dims<"8", "seq", "1">>
!b2 = tensor<?x4x2xf32, #sinter.dims<"seq", "4", "2">>
!fr = tensor<1x?x8xf32, #sinter.dims<"1", "seq", "8">>

// As torch's repeat_interleave: repeated along the first dimension and
// transposed behind (cos) or before (sin) pairs are merged.
// CHECK-LABEL: func @repeated
// CHECK: sinter.rotary %arg0, %{{.*}}, %{{.*}} interleaved
// CHECK-NEXT: return
func.func @repeated(%q: !q, %t: !a1) -> !q {
  %0 = sinter.broadcast_to %t : !a1 to !a2
  %1 = sinter.reshape %0 : !a2 to !a3
  %2 = sinter.cos %1 : !a3
  %cos = sinter.transpose %2 [2, 1, 0] : !a3
  %3 = sinter.sin %t : !a1
  %4 = sinter.broadcast_to %3 : !a1 to !a2
  %b = sinter.transpose %4 [2, 0, 1] : !a2
  %sin = sinter.reshape %b : !b2 to !fr
  %5 = sinter.mul %q, %cos : !q, !fr
  %6 = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 2] : !q -> !h
  %7 = sinter.slice %q offsets <"0", "0", "0", "1"> strides [1, 1, 1, 2] : !q -> !h
  %8 = sinter.neg %7 : !h
  %c = sinter.reshape %8 : !h to !p1
  %d = sinter.reshape %6 : !h to !p1
  %9 = sinter.concat %c, %d axis 4 : !p1, !p1 loc("repeated")
  %e = sinter.reshape %9 : !p2 to !q
  %10 = sinter.mul %e, %sin : !q, !fr
  %11 = sinter.add %5, %10 : !q, !q
  return %11 : !q
}

!x4 = tensor<1x2x3x4xf32>
!x2 = tensor<1x2x3x2xf32>

// Tables that are constants: their halves are compared.
// CHECK-LABEL: func @stored
// CHECK-DAG: sinter.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], {{.*}}> : tensor<3x2xf32>
// CHECK: sinter.rotary %arg0, %{{.*}} : tensor<1x2x3x4xf32>, tensor<1x3x2xf32>
func.func @stored(%q: !x4) -> !x4 {
  %cos = sinter.constant dense<[[1.0, 2.0, 1.0, 2.0], [3.0, 4.0, 3.0, 4.0], [5.0, 6.0, 5.0, 6.0]]> : tensor<3x4xf32> : tensor<3x4xf32>
  %sin = sinter.constant dense<[[7.0, 8.0, 7.0, 8.0], [3.0, 4.0, 3.0, 4.0], [5.0, 6.0, 5.0, 6.0]]> : tensor<3x4xf32> : tensor<3x4xf32>
  %5 = sinter.mul %q, %cos : !x4, tensor<3x4xf32>
  %6 = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !x4 -> !x2
  %7 = sinter.slice %q offsets <"0", "0", "0", "2"> strides [1, 1, 1, 1] : !x4 -> !x2
  %8 = sinter.neg %7 : !x2
  %9 = sinter.concat %8, %6 axis 3 : !x2, !x2 loc("stored")
  %10 = sinter.mul %9, %sin : !x4, tensor<3x4xf32>
  %11 = sinter.add %5, %10 : !x4, !x4
  return %11 : !x4
}

!q3 = tensor<4x?x8xf32, #sinter.dims<"4", "seq", "8">>
!q1 = tensor<1x4x?x8xf32, #sinter.dims<"1", "4", "seq", "8">>
!h1 = tensor<1x4x?x4xf32, #sinter.dims<"1", "4", "seq", "4">>
!ts = tensor<?x4xf32, #sinter.dims<"seq", "4">>
!us = tensor<?x8xf32, #sinter.dims<"seq", "8">>
!f3 = tensor<1x?x8xf32, #sinter.dims<"1", "seq", "8">>

// With a batch of 1 Simplify drops that dimension here and there.
// CHECK-LABEL: func @one_batch
// CHECK: sinter.rotary %{{.*}} : tensor<1x4x?x8xf32
func.func @one_batch(%q: !q1, %t: !ts) -> !q3 {
  %0 = sinter.concat %t, %t axis 1 : !ts, !ts
  %1 = sinter.cos %0 : !us
  %2 = sinter.sin %0 : !us
  %cos = sinter.reshape %1 : !us to !f3
  %sin = sinter.reshape %2 : !us to !f3
  %x = sinter.reshape %q : !q1 to !q3
  %5 = sinter.mul %x, %cos : !q3, !f3
  %6 = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !q1 -> !h1
  %7 = sinter.slice %q offsets <"0", "0", "0", "4"> strides [1, 1, 1, 1] : !q1 -> !h1
  %8 = sinter.neg %7 : !h1
  %9 = sinter.concat %8, %6 axis 3 : !h1, !h1 loc("one_batch")
  %r = sinter.reshape %9 : !q1 to !q3
  %10 = sinter.mul %r, %sin : !q3, !f3
  %11 = sinter.add %5, %10 : !q3, !q3
  return %11 : !q3
}

!k3 = tensor<?x?x8xf32, #sinter.dims<"batch", "seq", "8">>
!k4 = tensor<?x?x4xf32, #sinter.dims<"batch", "seq", "4">>

// So it does with the dimension of a single kv head.
// CHECK-LABEL: func @one_head
// CHECK: %[[X:.*]] = sinter.reshape %arg0 : {{.*}} to tensor<?x1x?x8xf32
// CHECK: sinter.rotary %[[X]], %{{.*}} : tensor<?x1x?x8xf32
func.func @one_head(%k: !k3, %t: !t) -> !k3 {
  %0 = sinter.concat %t, %t axis 2 : !t, !t
  %cos = sinter.cos %0 : !u
  %sin = sinter.sin %0 : !u
  %5 = sinter.mul %k, %cos : !k3, !u
  %6 = sinter.slice %k offsets <"0", "0", "0"> strides [1, 1, 1] : !k3 -> !k4
  %7 = sinter.slice %k offsets <"0", "0", "4"> strides [1, 1, 1] : !k3 -> !k4
  %8 = sinter.neg %7 : !k4
  %9 = sinter.concat %8, %6 axis 2 : !k4, !k4 loc("one_head")
  %10 = sinter.mul %9, %sin : !k3, !u
  %11 = sinter.add %5, %10 : !k3, !k3
  return %11 : !k3
}

!o4 = tensor<1x1x?x8xf32, #sinter.dims<"1", "1", "seq", "8">>
!oh = tensor<1x1x?x4xf32, #sinter.dims<"1", "1", "seq", "4">>
!o2 = tensor<?x8xf32, #sinter.dims<"seq", "8">>
!ot = tensor<?x4xf32, #sinter.dims<"seq", "4">>

// One batch and one kv head: both are gone from the rotated half on.
// CHECK-LABEL: func @one_of_both
// CHECK: sinter.rotary %{{.*}}, %{{.*}}, %{{.*}} : tensor<1x1x?x8xf32
func.func @one_of_both(%k: !o4, %t: !ot) -> !o2 {
  %0 = sinter.concat %t, %t axis 1 : !ot, !ot
  %cos = sinter.cos %0 : !o2
  %sin = sinter.sin %0 : !o2
  %x = sinter.reshape %k : !o4 to !o2
  %5 = sinter.mul %x, %cos : !o2, !o2
  %6 = sinter.slice %k offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !o4 -> !oh
  %7 = sinter.slice %k offsets <"0", "0", "0", "4"> strides [1, 1, 1, 1] : !o4 -> !oh
  %8 = sinter.neg %7 : !oh
  %9 = sinter.concat %8, %6 axis 3 : !oh, !oh loc("one_of_both")
  %a = sinter.reshape %9 : !o4 to !o2
  %10 = sinter.mul %a, %sin : !o2, !o2
  %11 = sinter.add %5, %10 : !o2, !o2
  return %11 : !o2
}

!qkv = tensor<?x4x?x36xf32, #sinter.dims<"batch", "4", "seq", "36">>

// The second head of three side by side, its first 8 of 12 elements.
// CHECK-LABEL: func @inside_qkv
// CHECK: %[[X:.*]] = sinter.slice %arg0 offsets <"0", "0", "0", "12"> {{.*}} -> tensor<?x4x?x12xf32
// CHECK: %[[Y:.*]] = sinter.rotary %[[X]], %{{.*}} : tensor<?x4x?x12xf32
// CHECK-NEXT: return %[[Y]]
func.func @inside_qkv(%q: !qkv, %t: !t) -> !wide {
  %0 = sinter.concat %t, %t axis 2 : !t, !t
  %1 = sinter.cos %0 : !u
  %2 = sinter.sin %0 : !u
  %cos = sinter.reshape %1 : !u to !f
  %sin = sinter.reshape %2 : !u to !f
  %x = sinter.slice %q offsets <"0", "0", "0", "12"> strides [1, 1, 1, 1] : !qkv -> !q
  %rest = sinter.slice %q offsets <"0", "0", "0", "20"> strides [1, 1, 1, 1] : !qkv -> !h
  %5 = sinter.mul %x, %cos : !q, !f
  %6 = sinter.slice %q offsets <"0", "0", "0", "12"> strides [1, 1, 1, 1] : !qkv -> !h
  %7 = sinter.slice %q offsets <"0", "0", "0", "16"> strides [1, 1, 1, 1] : !qkv -> !h
  %8 = sinter.neg %7 : !h
  %9 = sinter.concat %8, %6 axis 3 : !h, !h loc("inside_qkv")
  %10 = sinter.mul %9, %sin : !q, !f
  %11 = sinter.add %5, %10 : !q, !q
  %12 = sinter.concat %11, %rest axis 3 : !q, !h
  return %12 : !wide
}

!pairs = tensor<?x4x?x4x2xf32, #sinter.dims<"batch", "4", "seq", "4", "2">>
!apart = tensor<?x4x?x2x4xf32, #sinter.dims<"batch", "4", "seq", "2", "4">>

// Pairs taken apart into halves before: the rows seen as [2, 4] are no head.
// CHECK-LABEL: func @pairs_apart(
// CHECK: %[[T:.*]] = sinter.transpose {{.*}} [0, 1, 2, 4, 3]
// CHECK: %[[X:.*]] = sinter.reshape %[[T]]
// CHECK: sinter.rotary %[[X]], %{{.*}} : tensor<?x4x?x8xf32
// CHECK-NEXT: return
func.func @pairs_apart(%q: !q, %t: !t) -> !q {
  %0 = sinter.concat %t, %t axis 2 : !t, !t
  %1 = sinter.cos %0 : !u
  %2 = sinter.sin %0 : !u
  %cos = sinter.reshape %1 : !u to !f
  %sin = sinter.reshape %2 : !u to !f
  %3 = sinter.reshape %q : !q to !pairs
  %4 = sinter.transpose %3 [0, 1, 2, 4, 3] : !pairs
  %x = sinter.reshape %4 : !apart to !q
  %5 = sinter.mul %x, %cos : !q, !f
  %6 = sinter.slice %x offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !q -> !h
  %7 = sinter.slice %x offsets <"0", "0", "0", "4"> strides [1, 1, 1, 1] : !q -> !h
  %8 = sinter.neg %7 : !h
  %9 = sinter.concat %8, %6 axis 3 : !h, !h loc("pairs_apart")
  %10 = sinter.mul %9, %sin : !q, !f
  %11 = sinter.add %5, %10 : !q, !q
  return %11 : !q
}

!one = tensor<?x1x?x8xf32, #sinter.dims<"batch", "1", "seq", "8">>
!half = tensor<?x1x?x4xf32, #sinter.dims<"batch", "1", "seq", "4">>
!onePairs = tensor<?x1x?x4x2xf32, #sinter.dims<"batch", "1", "seq", "4", "2">>
!oneApart = tensor<?x1x?x2x4xf32, #sinter.dims<"batch", "1", "seq", "2", "4">>

// The same of one head, whose dimension is gone from the sum on.
// CHECK-LABEL: func @pairs_apart_one_head(
// CHECK: sinter.rotary
func.func @pairs_apart_one_head(%k: !one, %t: !t) -> !u {
  %0 = sinter.concat %t, %t axis 2 : !t, !t
  %cos = sinter.cos %0 : !u
  %sin = sinter.sin %0 : !u
  %3 = sinter.reshape %k : !one to !onePairs
  %4 = sinter.transpose %3 [0, 1, 2, 4, 3] : !onePairs
  %x = sinter.reshape %4 : !oneApart to !u
  %y = sinter.reshape %4 : !oneApart to !one
  %5 = sinter.mul %x, %cos : !u, !u
  %6 = sinter.slice %y offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !one -> !half
  %7 = sinter.slice %y offsets <"0", "0", "0", "4"> strides [1, 1, 1, 1] : !one -> !half
  %8 = sinter.neg %7 : !half
  %9 = sinter.concat %8, %6 axis 3 : !half, !half loc("pairs_apart_one_head")
  %10 = sinter.reshape %9 : !one to !u
  %11 = sinter.mul %10, %sin : !u, !u
  %12 = sinter.add %5, %11 : !u, !u
  return %12 : !u
}

// CHECK-LABEL: func @no_halves
// CHECK-NOT: sinter.rotary
func.func @no_halves(%q: !q, %cos: !f, %sin: !f) -> !q {
  %5 = sinter.mul %q, %cos : !q, !f
  %6 = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !q -> !h
  %7 = sinter.slice %q offsets <"0", "0", "0", "4"> strides [1, 1, 1, 1] : !q -> !h
  %8 = sinter.neg %7 : !h
  %9 = sinter.concat %8, %6 axis 3 : !h, !h loc("no_halves")
  %10 = sinter.mul %9, %sin : !q, !f
  %11 = sinter.add %5, %10 : !q, !q
  return %11 : !q
}

// CHECK-LABEL: func @unknown_table
// CHECK-NOT: sinter.rotary
func.func @unknown_table(%q: !x4) -> !x4 {
  %cos = sinter.param "cos" in "m.onnx" [0, 48] : tensor<3x4xf32>
  %5 = sinter.mul %q, %cos : !x4, tensor<3x4xf32>
  %6 = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !x4 -> !x2
  %7 = sinter.slice %q offsets <"0", "0", "0", "2"> strides [1, 1, 1, 1] : !x4 -> !x2
  %8 = sinter.neg %7 : !x2
  %9 = sinter.concat %8, %6 axis 3 : !x2, !x2 loc("unknown_table")
  %10 = sinter.mul %9, %cos : !x4, tensor<3x4xf32>
  %11 = sinter.add %5, %10 : !x4, !x4
  return %11 : !x4
}

// CHECK-LABEL: func @no_sum
// CHECK-NOT: sinter.rotary
func.func @no_sum(%q: !q) -> !q {
  %6 = sinter.slice %q offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !q -> !h
  %7 = sinter.slice %q offsets <"0", "0", "0", "4"> strides [1, 1, 1, 1] : !q -> !h
  %8 = sinter.neg %7 : !h
  %9 = sinter.concat %8, %6 axis 3 : !h, !h loc("no_sum")
  return %9 : !q
}
