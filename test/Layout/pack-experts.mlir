// RUN: sinter-opt --sinter-pack-experts --sinter-pack-matmuls --canonicalize %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!x = tensor<?x8xf32, #sinter.dims<"n", "8">>
!e = tensor<?xi64, #sinter.dims<"n">>
!y = tensor<?x40xf32, #sinter.dims<"n", "40">>

// CHECK: sinter.report =
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32, chosen of 3", kind = "expert_matmul", m = "n", n = "40", state = "kernel", where = "left"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32, chosen of 3", kind = "expert_matmul", m = "2*n", n = "40", state = "kernel", where = "right"}
// CHECK-SAME: {k = "8", kernel = "packed bf16, panels of 32, chosen of 3", kind = "expert_matmul", m = "n", n = "40", state = "kernel", where = "narrow"}
// CHECK-SAME: kernel = "loops", kind = "matmul", m = "4", n = "40", reason = "several rows for each matrix that is chosen"
// CHECK-SAME: kernel = "loops", kind = "matmul", {{.*}}reason = "the chosen matrices are repeated over a batch"

// The matrix on the left, as exports of torch.bmm have it.
// CHECK-LABEL: func @left
// CHECK: %[[W:.*]] = sinter.param "w"
// CHECK: %[[T:.*]] = sinter.transpose %[[W]] [0, 2, 1]
// CHECK: %[[P:.*]] = sinter.pack %[[T]] lanes 32 : tensor<3x8x40xf32>
// CHECK: sinter.packed_expert_matmul %{{.*}}, %[[P]][%{{.*}}] : {{.*}}, tensor<3x2x8x32xf32>
// CHECK-NOT: sinter.gather
func.func @left(%x: !x, %e: !e) -> !y {
  %w = sinter.param "w" in "w.bin" [0, 3840] : tensor<3x40x8xf32>
  %first = sinter.constant dense<-3> : tensor<i64> : tensor<i64>
  %last = sinter.constant dense<2> : tensor<i64> : tensor<i64>
  %low = sinter.max %e, %first : !e, tensor<i64>
  %inside = sinter.min %low, %last : !e, tensor<i64>
  %i = sinter.reshape %inside : !e to tensor<?x1xi64, #sinter.dims<"n", "1">>
  %0 = sinter.gather_nd %w[%i] : tensor<3x40x8xf32>, tensor<?x1xi64, #sinter.dims<"n", "1">>
  %1 = sinter.reshape %x : !x to tensor<?x8x1xf32, #sinter.dims<"n", "8", "1">>
  %2 = sinter.matmul %0, %1 : tensor<?x40x8xf32, #sinter.dims<"n", "40", "8">>, tensor<?x8x1xf32, #sinter.dims<"n", "8", "1">> loc("left")
  %3 = sinter.reshape %2 : tensor<?x40x1xf32, #sinter.dims<"n", "40", "1">> to !y
  return %3 : !y
}

// On the right, two for each row, which is repeated.
// CHECK-LABEL: func @right
// CHECK: %[[X:.*]] = sinter.broadcast_to %{{.*}} to tensor<?x2x8xf32
// CHECK: %[[R:.*]] = sinter.reshape %[[X]] : {{.*}} to tensor<?x8xf32, #sinter.dims<"2*n", "8">>
// CHECK: sinter.packed_expert_matmul %[[R]], %{{.*}}[%{{.*}}]
func.func @right(%x: !x, %e: tensor<?x2xi64, #sinter.dims<"n", "2">>) -> tensor<?x2x1x40xf32, #sinter.dims<"n", "2", "1", "40">> {
  %w = sinter.param "w" in "w.bin" [0, 3840] : tensor<3x8x40xf32>
  %0 = sinter.gather %w[%e] axis 0 : tensor<3x8x40xf32>, tensor<?x2xi64, #sinter.dims<"n", "2">>
  %1 = sinter.reshape %x : !x to tensor<?x1x1x8xf32, #sinter.dims<"n", "1", "1", "8">>
  %2 = sinter.matmul %1, %0 : tensor<?x1x1x8xf32, #sinter.dims<"n", "1", "1", "8">>, tensor<?x2x8x40xf32, #sinter.dims<"n", "2", "8", "40">> loc("right")
  return %2 : tensor<?x2x1x40xf32, #sinter.dims<"n", "2", "1", "40">>
}

// What is widened where it is used stays narrow.
// CHECK-LABEL: func @narrow
// CHECK: sinter.pack %{{.*}} lanes 32 interleave 2 : tensor<3x8x40xbf16>
// CHECK: sinter.packed_expert_matmul {{.*}} interleave 2
func.func @narrow(%x: !x, %e: !e) -> tensor<?x1x40xf32, #sinter.dims<"n", "1", "40">> {
  %w = sinter.param "w" in "w.bin" [0, 1920] : tensor<3x8x40xbf16>
  %wide = sinter.cast %w : tensor<3x8x40xbf16> to f32
  %0 = sinter.gather %wide[%e] axis 0 : tensor<3x8x40xf32>, !e
  %1 = sinter.reshape %x : !x to tensor<?x1x8xf32, #sinter.dims<"n", "1", "8">>
  %2 = sinter.matmul %1, %0 : tensor<?x1x8xf32, #sinter.dims<"n", "1", "8">>, tensor<?x8x40xf32, #sinter.dims<"n", "8", "40">> loc("narrow")
  return %2 : tensor<?x1x40xf32, #sinter.dims<"n", "1", "40">>
}

// CHECK-LABEL: func @several_rows
// CHECK-NOT: packed_expert_matmul
func.func @several_rows(%x: tensor<?x4x8xf32, #sinter.dims<"n", "4", "8">>, %e: !e) -> tensor<?x4x40xf32, #sinter.dims<"n", "4", "40">> {
  %w = sinter.param "w" in "w.bin" [0, 3840] : tensor<3x8x40xf32>
  %0 = sinter.gather %w[%e] axis 0 : tensor<3x8x40xf32>, !e
  %1 = sinter.matmul %x, %0 : tensor<?x4x8xf32, #sinter.dims<"n", "4", "8">>, tensor<?x8x40xf32, #sinter.dims<"n", "8", "40">>
  return %1 : tensor<?x4x40xf32, #sinter.dims<"n", "4", "40">>
}

// CHECK-LABEL: func @repeated
// CHECK-NOT: packed_expert_matmul
func.func @repeated(%x: tensor<?x5x1x8xf32, #sinter.dims<"m", "5", "1", "8">>, %e: tensor<5xi64>) -> tensor<?x5x1x40xf32, #sinter.dims<"m", "5", "1", "40">> {
  %w = sinter.param "w" in "w.bin" [0, 3840] : tensor<3x8x40xf32>
  %0 = sinter.gather %w[%e] axis 0 : tensor<3x8x40xf32>, tensor<5xi64>
  %1 = sinter.matmul %x, %0 : tensor<?x5x1x8xf32, #sinter.dims<"m", "5", "1", "8">>, tensor<5x8x40xf32>
  return %1 : tensor<?x5x1x40xf32, #sinter.dims<"m", "5", "1", "40">>
}

// All experts are computed and multiplied by the router's weights, 0 where an
// expert was not chosen: a row that counts nothing chooses none. One matrix:
// CHECK-LABEL: func @one_of_all
// CHECK: %[[NE:.*]] = sinter.compare ne, %{{.*}}, %{{.*}} : tensor<?xf32
// CHECK: %[[I:.*]] = sinter.select %[[NE]]
// CHECK: %[[UP:.*]] = sinter.packed_expert_matmul %arg0, %{{.*}}[%{{.*}}] skips : {{.*}}, tensor<1x2x8x32xf32>
// CHECK: %[[ACT:.*]] = sinter.activation silu, %[[UP]]
// CHECK: sinter.packed_expert_matmul %[[ACT]], %{{.*}}[%{{.*}}] skips
// CHECK: sinter.add
// CHECK: sinter.mul
func.func @one_of_all(%x: !x, %best: tensor<?x1xi64, #sinter.dims<"n", "1">>, %share: tensor<?x1xf32, #sinter.dims<"n", "1">>) -> !y {
  %up = sinter.param "up" in "w.bin" [0, 1280] : tensor<8x40xf32>
  %down = sinter.param "down" in "w.bin" [1280, 6400] : tensor<40x40xf32>
  %b = sinter.param "b" in "w.bin" [7680, 160] : tensor<40xf32>
  %0 = sinter.matmul %x, %up : !x, tensor<8x40xf32>
  %1 = sinter.activation silu, %0 : !y
  %2 = sinter.matmul %1, %down : !y, tensor<40x40xf32>
  %3 = sinter.add %2, %b : !y, tensor<40xf32>
  %me = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %zero = sinter.constant dense<0.0> : tensor<f32> : tensor<f32>
  %is = sinter.compare eq, %best, %me : tensor<?x1xi64, #sinter.dims<"n", "1">>, tensor<i64>
  %w = sinter.select %is, %share, %zero : tensor<?x1xi1, #sinter.dims<"n", "1">>, tensor<?x1xf32, #sinter.dims<"n", "1">>, tensor<f32>
  %4 = sinter.mul %3, %w : !y, tensor<?x1xf32, #sinter.dims<"n", "1">>
  return %4 : !y
}

// A weight of all matrices, rows repeated by the product.
// CHECK-LABEL: func @batch_of_all
// CHECK: sinter.packed_expert_matmul %{{.*}}, %{{.*}}[%{{.*}}] skips : tensor<?x8xf32, #sinter.dims<"3*n", "8">>, tensor<3x2x8x32xf32>
func.func @batch_of_all(%x: !x, %best: tensor<?xi64, #sinter.dims<"n">>) -> tensor<3x?x40xf32, #sinter.dims<"3", "n", "40">> {
  %up = sinter.param "up" in "w.bin" [0, 3840] : tensor<3x8x40xf32>
  %0 = sinter.matmul %x, %up : !x, tensor<3x8x40xf32>
  %each = sinter.constant dense<[[0], [1], [2]]> : tensor<3x1xi64> : tensor<3x1xi64>
  %is = sinter.compare eq, %each, %best : tensor<3x1xi64>, tensor<?xi64, #sinter.dims<"n">>
  %w = sinter.cast %is : tensor<3x?xi1, #sinter.dims<"3", "n">> to f32
  %r = sinter.reshape %w : tensor<3x?xf32, #sinter.dims<"3", "n">> to tensor<3x?x1xf32, #sinter.dims<"3", "n", "1">>
  %1 = sinter.mul %0, %r : tensor<3x?x40xf32, #sinter.dims<"3", "n", "40">>, tensor<3x?x1xf32, #sinter.dims<"3", "n", "1">>
  return %1 : tensor<3x?x40xf32, #sinter.dims<"3", "n", "40">>
}

// The weights stand behind a view that splits the rows: they are merged.
// CHECK-LABEL: func @batch_of_all_split
// CHECK: %[[W:.*]] = sinter.reshape %{{.*}} : tensor<3x?x?xf32, #sinter.dims<"3", "b", "s">> to tensor<3x?xf32, #sinter.dims<"3", "b*s">>
// CHECK: sinter.compare ne, %[[W]]
// CHECK: sinter.packed_expert_matmul %{{.*}}, %{{.*}}[%{{.*}}] skips
func.func @batch_of_all_split(%x: tensor<?x8xf32, #sinter.dims<"b*s", "8">>, %best: tensor<?x?xi64, #sinter.dims<"b", "s">>) -> tensor<3x?x?x40xf32, #sinter.dims<"3", "b", "s", "40">> {
  %up = sinter.param "up" in "w.bin" [0, 3840] : tensor<3x8x40xf32>
  %0 = sinter.matmul %x, %up : tensor<?x8xf32, #sinter.dims<"b*s", "8">>, tensor<3x8x40xf32>
  %each = sinter.constant dense<[[[0]], [[1]], [[2]]]> : tensor<3x1x1xi64> : tensor<3x1x1xi64>
  %is = sinter.compare eq, %each, %best : tensor<3x1x1xi64>, tensor<?x?xi64, #sinter.dims<"b", "s">>
  %w = sinter.cast %is : tensor<3x?x?xi1, #sinter.dims<"3", "b", "s">> to f32
  %r = sinter.reshape %w : tensor<3x?x?xf32, #sinter.dims<"3", "b", "s">> to tensor<3x?x?x1xf32, #sinter.dims<"3", "b", "s", "1">>
  %y = sinter.reshape %0 : tensor<3x?x40xf32, #sinter.dims<"3", "b*s", "40">> to tensor<3x?x?x40xf32, #sinter.dims<"3", "b", "s", "40">>
  %1 = sinter.mul %y, %r : tensor<3x?x?x40xf32, #sinter.dims<"3", "b", "s", "40">>, tensor<3x?x?x1xf32, #sinter.dims<"3", "b", "s", "1">>
  return %1 : tensor<3x?x?x40xf32, #sinter.dims<"3", "b", "s", "40">>
}

// Without weights each row has its matrix.
// CHECK-LABEL: func @batch
// CHECK: sinter.packed_expert_matmul %{{.*}}, %{{.*}}[%{{.*}}] : tensor<?x8xf32, #sinter.dims<"3*n", "8">>
func.func @batch(%x: tensor<3x?x8xf32, #sinter.dims<"3", "n", "8">>) -> tensor<3x?x40xf32, #sinter.dims<"3", "n", "40">> {
  %up = sinter.param "up" in "w.bin" [0, 3840] : tensor<3x8x40xf32>
  %0 = sinter.matmul %x, %up : tensor<3x?x8xf32, #sinter.dims<"3", "n", "8">>, tensor<3x8x40xf32>
  return %0 : tensor<3x?x40xf32, #sinter.dims<"3", "n", "40">>
}

// A gate is not 0, a number that rows are divided by or that they make
// themselves says nothing, and what is used without it counts.
// CHECK-LABEL: func @gate
// CHECK-NOT: packed_expert_matmul
// CHECK: return
func.func @gate(%x: !x, %g: tensor<?x1xf32, #sinter.dims<"n", "1">>, %keep: tensor<?x1xi1, #sinter.dims<"n", "1">>) -> (!y, !y, !y) {
  %up = sinter.param "up" in "w.bin" [0, 1280] : tensor<8x40xf32>
  %vp = sinter.param "vp" in "w.bin" [1280, 1280] : tensor<8x40xf32>
  %wp = sinter.param "wp" in "w.bin" [2560, 1280] : tensor<8x40xf32>
  %0 = sinter.matmul %x, %up : !x, tensor<8x40xf32>
  %s = sinter.sigmoid %g : tensor<?x1xf32, #sinter.dims<"n", "1">>
  %1 = sinter.mul %0, %s : !y, tensor<?x1xf32, #sinter.dims<"n", "1">>
  %k = sinter.cast %keep : tensor<?x1xi1, #sinter.dims<"n", "1">> to f32
  %2 = sinter.matmul %x, %vp : !x, tensor<8x40xf32>
  %3 = sinter.exp %2 : !y
  %4 = sinter.mul %3, %k : !y, tensor<?x1xf32, #sinter.dims<"n", "1">>
  %5 = sinter.matmul %x, %wp : !x, tensor<8x40xf32>
  %6 = sinter.mul %5, %k : !y, tensor<?x1xf32, #sinter.dims<"n", "1">>
  %7 = sinter.add %6, %5 : !y, !y
  return %1, %4, %7 : !y, !y, !y
}
