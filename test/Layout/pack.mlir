// RUN: sinter-opt --sinter-pack-matmuls %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!x = tensor<?x?x8xf32, #sinter.dims<"b", "s", "8">>
!y = tensor<?x?x40xf32, #sinter.dims<"b", "s", "40">>
!ids = tensor<?xi64, #sinter.dims<"n">>
!e = tensor<?x8xf32, #sinter.dims<"n", "8">>

// CHECK: sinter.report =
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32", kind = "matmul", m = "s", n = "40", state = "kernel", where = "rows"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32, bias", kind = "matmul", m = "s", n = "40", state = "kernel", where = "bias"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32", kind = "matmul", m = "n", n = "50", state = "kernel", where = "head"}
// CHECK-SAME: {k = "8", kernel = "loops", kind = "matmul", m = "s", n = "s", reason = "the right side is no stored weight", state = "kernel", where = "computed"}
// CHECK-SAME: {k = "8", kernel = "loops", kind = "matmul", m = "s", n = "4", reason = "the weight has rank 3, not 2", state = "kernel", where = "batch"}
// CHECK-SAME: {k = "8", kernel = "loops", kind = "matmul", m = "s", n = "4", reason = "the weight holds integers", state = "kernel", where = "integers"}
// CHECK-SAME: kind = "embedding"

// CHECK-LABEL: func @rows
// CHECK: %[[W:.*]] = sinter.param "w"
// CHECK: %[[P:.*]] = sinter.pack %[[W]] lanes 32 : tensor<8x40xf32>
// CHECK: %[[X:.*]] = sinter.reshape %arg0 : {{.*}} to tensor<?x8xf32, #sinter.dims<"b*s", "8">>
// CHECK: %[[Y:.*]] = sinter.packed_matmul %[[X]], %[[P]] : {{.*}}, tensor<2x8x32xf32> -> tensor<?x40xf32
// CHECK: sinter.reshape %[[Y]] : {{.*}} to tensor<?x?x40xf32
func.func @rows(%x: !x) -> !y {
  %w = sinter.param "w" in "w.bin" [0, 1280] : tensor<8x40xf32>
  %0 = sinter.matmul %x, %w : !x, tensor<8x40xf32> loc("rows")
  return %0 : !y
}

// CHECK-LABEL: func @bias
// CHECK: %[[B:.*]] = sinter.param "b"
// CHECK: sinter.packed_matmul %{{.*}}, %{{.*}} bias %[[B]] : tensor<40xf32>
// CHECK-NOT: sinter.add
func.func @bias(%x: !x) -> !y {
  %w = sinter.param "w" in "w.bin" [0, 1280] : tensor<8x40xf32>
  %b = sinter.param "b" in "w.bin" [1280, 160] : tensor<40xf32>
  %0 = sinter.matmul %x, %w : !x, tensor<8x40xf32> loc("bias")
  %1 = sinter.add %b, %0 : tensor<40xf32>, !y
  return %1 : !y
}

// A tied head: the embedding reads the packed matrix, the weight is there once.
// CHECK-LABEL: func @head
// CHECK: %[[E:.*]] = sinter.param "embedding"
// CHECK: %[[T:.*]] = sinter.transpose %[[E]]
// CHECK: %[[P:.*]] = sinter.pack %[[T]]
// CHECK: %[[X:.*]] = sinter.packed_gather %[[P]][%arg0] rows 50
// CHECK: sinter.packed_matmul %[[X]], %[[P]]
func.func @head(%ids: !ids) -> tensor<?x50xf32, #sinter.dims<"n", "50">> {
  %e = sinter.param "embedding" in "w.bin" [1600, 1600] : tensor<50x8xf32>
  %0 = sinter.gather %e[%ids] axis 0 : tensor<50x8xf32>, !ids
  %t = sinter.transpose %e [1, 0] : tensor<50x8xf32>
  %1 = sinter.matmul %0, %t : !e, tensor<8x50xf32> loc("head")
  return %1 : tensor<?x50xf32, #sinter.dims<"n", "50">>
}

// CHECK-LABEL: func @computed
// CHECK-NOT: sinter.pack
func.func @computed(%x: !x, %y: tensor<?x8x?xf32, #sinter.dims<"b", "8", "s">>) -> tensor<?x?x?xf32, #sinter.dims<"b", "s", "s">> {
  %0 = sinter.matmul %x, %y : !x, tensor<?x8x?xf32, #sinter.dims<"b", "8", "s">> loc("computed")
  return %0 : tensor<?x?x?xf32, #sinter.dims<"b", "s", "s">>
}

// CHECK-LABEL: func @batch
// CHECK-NOT: sinter.pack
func.func @batch(%x: tensor<3x?x8xf32, #sinter.dims<"3", "s", "8">>) -> tensor<3x?x4xf32, #sinter.dims<"3", "s", "4">> {
  %w = sinter.param "w3" in "w.bin" [0, 384] : tensor<3x8x4xf32>
  %0 = sinter.matmul %x, %w : tensor<3x?x8xf32, #sinter.dims<"3", "s", "8">>, tensor<3x8x4xf32> loc("batch")
  return %0 : tensor<3x?x4xf32, #sinter.dims<"3", "s", "4">>
}

// CHECK-LABEL: func @integers
// CHECK-NOT: sinter.pack
func.func @integers(%x: tensor<?x8xi32, #sinter.dims<"s", "8">>) -> tensor<?x4xi32, #sinter.dims<"s", "4">> {
  %w = sinter.param "wi" in "w.bin" [0, 128] : tensor<8x4xi32>
  %0 = sinter.matmul %x, %w : tensor<?x8xi32, #sinter.dims<"s", "8">>, tensor<8x4xi32> loc("integers")
  return %0 : tensor<?x4xi32, #sinter.dims<"s", "4">>
}
