// RUN: sinter-opt --sinter-fuse-attention --canonicalize %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params --dims t=5,n=5 %s %t

!q = tensor<?x4x?x8xf32, #sinter.dims<"b", "4", "s", "8">>
!k = tensor<?x4x?x8xf32, #sinter.dims<"b", "4", "t", "8">>
!kt = tensor<?x4x8x?xf32, #sinter.dims<"b", "4", "8", "t">>
!kv = tensor<?x2x?x8xf32, #sinter.dims<"b", "2", "t", "8">>
!p = tensor<?x4x?x?xf32, #sinter.dims<"b", "4", "s", "t">>
!pb = tensor<?x4x?x?xi1, #sinter.dims<"b", "4", "s", "t">>
!m = tensor<?x1x?x?xf32, #sinter.dims<"b", "1", "s", "t">>
!mb = tensor<?x1x?x?xi1, #sinter.dims<"b", "1", "s", "t">>
!s = tensor<f32>

// CHECK: sinter.report =
// CHECK-SAME: {kind = "attention", reason = "as imported", state = "fused"
// CHECK-SAME: {kind = "attention", reason = "the weights of attention are used elsewhere, too", state = "missed", where = "weights_escape"}
// CHECK-SAME: {kind = "attention", reason = "masked scores become -10000{{.*}}, which another score can reach", state = "missed", where = "high_filler"}
// CHECK-SAME: {kind = "attention", reason = "'sinter.abs' stands between the product of q and k and softmax", state = "missed", where = "other_op"}
// CHECK-SAME: {kind = "attention", reason = "a sink is not one number for each head", state = "missed"

// CHECK-LABEL: func @plain
// CHECK-NEXT: %[[Y:.*]] = sinter.attention %arg0, %arg1, %arg2 scale 2.500000e-01 :
// CHECK-NEXT: return %[[Y]]
func.func @plain(%q: !q, %k: !k, %v: !k) -> !q {
  %c = sinter.constant dense<4.0> : !s : !s
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %0 = sinter.matmul %q, %kt : !q, !kt
  %1 = sinter.div %0, %c : !p, !s
  %2 = sinter.softmax %1 axis 3 : !p
  %3 = sinter.matmul %2, %v : !p, !k
  return %3 : !q
}

// The scale on both sides as roots, a mask of -inf, rows without keys, k^T by
// way of rank 3, repeated kv heads.
!k3 = tensor<?x?x8xf32, #sinter.dims<"4*b", "t", "8">>
!kt3 = tensor<?x8x?xf32, #sinter.dims<"4*b", "8", "t">>
!kv1 = tensor<?x2x1x?x8xf32, #sinter.dims<"b", "2", "1", "t", "8">>
!kv5 = tensor<?x2x2x?x8xf32, #sinter.dims<"b", "2", "2", "t", "8">>

// CHECK-LABEL: func @safe_grouped
// CHECK: sinter.attention %arg0, %arg1, %arg2 mask %arg3 scale 2.500000e-01 {zero_empty_rows}
// CHECK-SAME: tensor<?x2x?x8xf32, {{.*}}, tensor<?x2x?x8xf32, {{.*}}, tensor<?x1x?x?xi1
// CHECK-NEXT: return
func.func @safe_grouped(%q: !q, %k: !kv, %v: !kv, %keep: !mb) -> !q {
  %half = sinter.constant dense<0.5> : !s : !s
  %zero = sinter.constant dense<0.0> : !s : !s
  %inf = sinter.constant dense<0xFF800000> : !s : !s
  %k1 = sinter.reshape %k : !kv to !kv1
  %k5 = sinter.broadcast_to %k1 : !kv1 to !kv5
  %v1 = sinter.reshape %v : !kv to !kv1
  %v5 = sinter.broadcast_to %v1 : !kv1 to !kv5
  %v4 = sinter.reshape %v5 : !kv5 to !k
  %k3 = sinter.reshape %k5 : !kv5 to !k3
  %kt3 = sinter.transpose %k3 [0, 2, 1] : !k3
  %kt = sinter.reshape %kt3 : !kt3 to !kt
  %0 = sinter.mul %q, %half : !q, !s
  %1 = sinter.mul %kt, %half : !kt, !s
  %mask = sinter.select %keep, %zero, %inf : !mb, !s, !s
  %2 = sinter.matmul %0, %1 : !q, !kt
  %3 = sinter.add %2, %mask : !p, !m
  %4 = sinter.softmax %3 axis 3 : !p
  %5 = sinter.is_nan %4 : !p
  %6 = sinter.select %5, %zero, %4 : !pb, !s, !p
  %7 = sinter.matmul %6, %v4 : !p, !k
  return %7 : !q
}

// The lowest finite number is added, it is not -inf: rows without keys differ.
// CHECK-LABEL: func @finite_mask
// CHECK: %[[M:.*]] = sinter.select %arg3
// CHECK-NEXT: sinter.attention %arg0, %arg1, %arg2 mask %[[M]] scale 1.000000e+00 :
// CHECK-SAME: tensor<?x1x?x?xf32
func.func @finite_mask(%q: !q, %k: !k, %v: !k, %keep: !mb) -> !q {
  %zero = sinter.constant dense<0.0> : !s : !s
  %low = sinter.constant dense<-3.40282347E+38> : !s : !s
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %mask = sinter.select %keep, %zero, %low : !mb, !s, !s
  %2 = sinter.matmul %q, %kt : !q, !kt
  %3 = sinter.add %mask, %2 : !m, !p
  %4 = sinter.softmax %3 axis 3 : !p
  %7 = sinter.matmul %4, %v : !p, !k
  return %7 : !q
}

// A causal select, then a float mask.
// CHECK-LABEL: func @two_masks
// CHECK: %[[M:.*]] = sinter.select %arg3, %arg4, %{{.*}} : tensor<?x?xi1
// CHECK: sinter.attention %arg0, %arg1, %arg2 mask %[[M]] scale 5.000000e-01 {zero_empty_rows} :
func.func @two_masks(%q: !q, %k: !k, %v: !k, %causal: tensor<?x?xi1, #sinter.dims<"s", "t">>, %bias: !m) -> !q {
  %half = sinter.constant dense<0.5> : !s : !s
  %zero = sinter.constant dense<0.0> : !s : !s
  %inf = sinter.constant dense<0xFF800000> : !s : !s
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %1 = sinter.matmul %q, %kt : !q, !kt
  %2 = sinter.mul %1, %half : !p, !s
  %3 = sinter.select %causal, %2, %inf : tensor<?x?xi1, #sinter.dims<"s", "t">>, !p, !s
  %4 = sinter.add %3, %bias : !p, !m
  %5 = sinter.softmax %4 axis 3 : !p
  %n = sinter.is_nan %5 : !p
  %p = sinter.select %n, %zero, %5 : !pb, !s, !p
  %6 = sinter.matmul %p, %v : !p, !k
  return %6 : !q
}

// masked_fill: where the mask is true the score goes.
// CHECK-LABEL: func @inverted
// CHECK: %[[N:.*]] = sinter.not %arg3
// CHECK: sinter.attention %arg0, %arg1, %arg2 mask %[[N]] scale 1.000000e+00 {zero_empty_rows}
func.func @inverted(%q: !q, %k: !k, %v: !k, %drop: !mb) -> !q {
  %zero = sinter.constant dense<0.0> : !s : !s
  %inf = sinter.constant dense<0xFF800000> : !s : !s
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %1 = sinter.matmul %q, %kt : !q, !kt
  %3 = sinter.select %drop, %inf, %1 : !mb, !s, !p
  %5 = sinter.softmax %3 axis 3 : !p
  %n = sinter.is_nan %5 : !p
  %p = sinter.select %n, %zero, %5 : !pb, !s, !p
  %6 = sinter.matmul %p, %v : !p, !k
  return %6 : !q
}

// 20 tanh(score / 8 / 20)
// CHECK-LABEL: func @softcap
// CHECK: sinter.attention %arg0, %arg1, %arg2 scale 1.250000e-01 {softcap = 2.000000e+01 : f64}
func.func @softcap(%q: !q, %k: !k, %v: !k) -> !q {
  %cap = sinter.constant dense<20.0> : !s : !s
  %c = sinter.constant dense<8.0> : !s : !s
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %1 = sinter.matmul %q, %kt : !q, !kt
  %2 = sinter.div %1, %c : !p, !s
  %3 = sinter.div %2, %cap : !p, !s
  %4 = sinter.tanh %3 : !p
  %5 = sinter.mul %4, %cap : !p, !s
  %6 = sinter.softmax %5 axis 3 : !p
  %7 = sinter.matmul %6, %v : !p, !k
  return %7 : !q
}

// Query heads stand in groups; k is stored transposed.
!qg = tensor<?x2x2x?x8xf32, #sinter.dims<"b", "2", "2", "s", "8">>
!ktg = tensor<?x2x1x8x?xf32, #sinter.dims<"b", "2", "1", "8", "t">>
!vg = tensor<?x2x1x?x8xf32, #sinter.dims<"b", "2", "1", "t", "8">>
!pg = tensor<?x2x2x?x?xf32, #sinter.dims<"b", "2", "2", "s", "t">>
!mg = tensor<?x1x1x?x?xf32, #sinter.dims<"b", "1", "1", "s", "t">>

// CHECK-LABEL: func @query_groups
// CHECK-DAG: %[[Q:.*]] = sinter.reshape %arg0 : {{.*}} to tensor<?x4x?x8xf32
// CHECK-DAG: %[[K:.*]] = sinter.reshape %{{.*}} to tensor<?x2x?x8xf32
// CHECK-DAG: %[[V:.*]] = sinter.reshape %arg2 : {{.*}} to tensor<?x2x?x8xf32
// CHECK-DAG: %[[M:.*]] = sinter.reshape %arg3 : {{.*}} to tensor<?x1x?x?xf32
// CHECK: sinter.attention %[[Q]], %[[K]], %[[V]] mask %[[M]] scale
// CHECK-NEXT: sinter.reshape %{{.*}} to tensor<?x2x2x?x8xf32
func.func @query_groups(%q: !qg, %kt: !ktg, %v: !vg, %mask: !mg) -> !qg {
  %1 = sinter.matmul %q, %kt : !qg, !ktg
  %2 = sinter.add %1, %mask : !pg, !mg
  %3 = sinter.softmax %2 axis 4 : !pg
  %4 = sinter.matmul %3, %v : !pg, !vg
  return %4 : !qg
}

// Batch and heads in one dimension but for the mask, as bmm wants it.
!q3 = tensor<?x?x8xf32, #sinter.dims<"4*b", "s", "8">>
!p3 = tensor<?x?x?xf32, #sinter.dims<"4*b", "s", "t">>

// CHECK-LABEL: func @flat
// CHECK: sinter.attention %arg0, %arg1, %arg2 mask %arg3 scale
// CHECK-NEXT: return
func.func @flat(%q: !q, %k: !k, %v: !k, %mask: !m) -> !q {
  %q3 = sinter.reshape %q : !q to !q3
  %k3 = sinter.reshape %k : !k to !k3
  %v3 = sinter.reshape %v : !k to !k3
  %kt = sinter.transpose %k3 [0, 2, 1] : !k3
  %1 = sinter.matmul %q3, %kt : !q3, !kt3
  %2 = sinter.reshape %1 : !p3 to !p
  %3 = sinter.add %2, %mask : !p, !m
  %4 = sinter.softmax %3 axis 3 : !p
  %5 = sinter.reshape %4 : !p to !p3
  %6 = sinter.matmul %5, %v3 : !p3, !k3
  %7 = sinter.reshape %6 : !q3 to !q
  return %7 : !q
}

// The scale stands before the heads are split off; the mask names the number of
// keys otherwise.
!rows = tensor<?x?x4x8xf32, #sinter.dims<"b", "s", "4", "8">>
!other = tensor<?x1x?x?xf32, #sinter.dims<"b", "1", "s", "n">>
!both = tensor<?x4x?x?xf32, #sinter.dims<"b", "4", "s", "bcast(t, n)">>

// CHECK-LABEL: func @scaled_early
// CHECK: %[[Q:.*]] = sinter.transpose %arg0 [0, 2, 1, 3]
// CHECK-NEXT: sinter.attention %[[Q]], %arg1, %arg2 mask %arg3 scale 2.500000e-01
func.func @scaled_early(%q: !rows, %k: !k, %v: !k, %mask: !other) -> !q {
  %c = sinter.constant dense<0.25> : !s : !s
  %scaled = sinter.mul %q, %c : !rows, !s
  %qh = sinter.transpose %scaled [0, 2, 1, 3] : !rows
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %1 = sinter.matmul %qh, %kt : !q, !kt
  %2 = sinter.add %1, %mask : !p, !other
  %3 = sinter.softmax %2 axis 3 : !both
  %4 = sinter.matmul %3, %v : !both, !k
  return %4 : !q
}

// Imported as attention, the heads still repeated: by a gather here.
// CHECK-LABEL: func @imported
// CHECK: sinter.attention %arg0, %arg1, %arg2 scale
// CHECK-NEXT: return
func.func @imported(%q: !q, %k: !kv, %v: !kv) -> !q {
  %i = sinter.constant dense<[0, 0, 1, 1]> : tensor<4xi64> : tensor<4xi64>
  %k4 = sinter.gather %k[%i] axis 1 : !kv, tensor<4xi64>
  %v4 = sinter.gather %v[%i] axis 1 : !kv, tensor<4xi64>
  %y = sinter.attention %q, %k4, %v4 scale 0.25 : !q, !k, !k
  return %y : !q
}

// Masked before they are scaled: the mask is scaled as well.
// CHECK-LABEL: func @masked_first
// CHECK: %[[QUARTER:.*]] = sinter.constant dense<2.500000e-01>
// CHECK: %[[MASK:.*]] = sinter.mul %arg3, %[[QUARTER]]
// CHECK: sinter.attention %arg0, %arg1, %arg2 mask %[[MASK]] scale 2.500000e-01
func.func @masked_first(%q: !q, %k: !k, %v: !k, %mask: !m) -> !q {
  %c = sinter.constant dense<4.0> : !s : !s
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %1 = sinter.matmul %q, %kt : !q, !kt
  %2 = sinter.add %1, %mask : !p, !m
  %3 = sinter.div %2, %c : !p, !s
  %4 = sinter.softmax %3 axis 3 : !p loc("masked_first")
  %5 = sinter.matmul %4, %v : !p, !k
  return %5 : !q
}

// CHECK-LABEL: func @weights_escape
// CHECK-NOT: sinter.attention
func.func @weights_escape(%q: !q, %k: !k, %v: !k) -> (!q, !p) {
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %1 = sinter.matmul %q, %kt : !q, !kt
  %4 = sinter.softmax %1 axis 3 : !p loc("weights_escape")
  %5 = sinter.matmul %4, %v : !p, !k
  return %5, %4 : !q, !p
}

// CHECK-LABEL: func @high_filler
// CHECK-NOT: sinter.attention
func.func @high_filler(%q: !q, %k: !k, %v: !k, %keep: !mb) -> !q {
  %low = sinter.constant dense<-1.0e4> : !s : !s
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %1 = sinter.matmul %q, %kt : !q, !kt
  %2 = sinter.select %keep, %1, %low : !mb, !p, !s
  %4 = sinter.softmax %2 axis 3 : !p loc("high_filler")
  %5 = sinter.matmul %4, %v : !p, !k
  return %5 : !q
}

// CHECK-LABEL: func @other_op
// CHECK-NOT: sinter.attention
func.func @other_op(%q: !q, %k: !k, %v: !k) -> !q {
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %1 = sinter.matmul %q, %kt : !q, !kt
  %2 = sinter.abs %1 : !p
  %4 = sinter.softmax %2 axis 3 : !p loc("other_op")
  %5 = sinter.matmul %4, %v : !p, !k
  return %5 : !q
}

// No candidate: nothing is attended to.
// CHECK-LABEL: func @sampling
// CHECK: sinter.softmax
func.func @sampling(%x: tensor<4x8xf32>) -> tensor<4x16xf32> {
  %w = sinter.param "w" in "m.onnx" [0, 512] : tensor<8x16xf32>
  %0 = sinter.matmul %x, %w : tensor<4x8xf32>, tensor<8x16xf32>
  %1 = sinter.softmax %0 axis 1 : tensor<4x16xf32>
  return %1 : tensor<4x16xf32>
}

// A sink: one score more for each head, whose weight is dropped. Softmax
// subtracts the maximum by itself.
!p1 = tensor<?x4x?x?xf32, #sinter.dims<"b", "4", "s", "t + 1">>
!top = tensor<?x4x?x1xf32, #sinter.dims<"b", "4", "s", "1">>

// CHECK-LABEL: func @sinks
// CHECK: %[[S:.*]] = sinter.reshape %arg3 : tensor<1x4x1x1xf32> to tensor<4xf32>
// CHECK: sinter.attention %arg0, %arg1, %arg2 sinks %[[S]] : tensor<4xf32> scale 2.500000e-01 :
// CHECK-NEXT: return
func.func @sinks(%q: !q, %k: !k, %v: !k, %sink: tensor<1x4x1x1xf32>) -> !q {
  %c = sinter.constant dense<0.25> : !s : !s
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %0 = sinter.matmul %q, %kt : !q, !kt
  %1 = sinter.mul %0, %c : !p, !s
  %column = sinter.broadcast_to %sink : tensor<1x4x1x1xf32> to !top
  %2 = sinter.concat %1, %column axis 3 : !p, !top
  %most = sinter.reduce max, %2 axes [3] keepdims : !p1
  %3 = sinter.sub %2, %most : !p1, !top
  %4 = sinter.softmax %3 axis 3 : !p1
  %5 = sinter.slice %4 offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !p1 -> !p
  %6 = sinter.matmul %5, %v : !p, !k
  return %6 : !q
}

// A column that differs from query to query is no sink.
// CHECK-LABEL: func @no_sinks
// CHECK: sinter.softmax
func.func @no_sinks(%q: !q, %k: !k, %v: !k, %column: !top) -> !q {
  %kt = sinter.transpose %k [0, 1, 3, 2] : !k
  %0 = sinter.matmul %q, %kt : !q, !kt
  %1 = sinter.concat %0, %column axis 3 : !p, !top
  %2 = sinter.softmax %1 axis 3 : !p1
  %3 = sinter.slice %2 offsets <"0", "0", "0", "0"> strides [1, 1, 1, 1] : !p1 -> !p
  %4 = sinter.matmul %3, %v : !p, !k
  return %4 : !q
}
