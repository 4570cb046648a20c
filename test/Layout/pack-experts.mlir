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
