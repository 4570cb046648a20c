// RUN: sinter-opt --sinter-pack-matmuls %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!x = tensor<?x?x8xf32, #sinter.dims<"b", "s", "8">>
!y = tensor<?x?x40xf32, #sinter.dims<"b", "s", "40">>
!ids = tensor<?xi64, #sinter.dims<"n">>
!g = tensor<?x?x48xf32, #sinter.dims<"b", "s", "48">>
!r = tensor<?x?x20xf32, #sinter.dims<"b", "s", "20">>
!e = tensor<?x8xf32, #sinter.dims<"n", "8">>

// CHECK: sinter.report =
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32", kind = "matmul", m = "s", n = "40", state = "kernel", where = "rows"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32, bias", kind = "matmul", m = "s", n = "40", state = "kernel", where = "bias"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32", kind = "matmul", m = "n", n = "50", state = "kernel", where = "head"}
// CHECK-SAME: {k = "8", kernel = "loops", kind = "matmul", m = "s", n = "s", reason = "the right side is no stored weight", state = "kernel", where = "computed"}
// CHECK-SAME: {k = "8", kernel = "loops", kind = "matmul", m = "s", n = "4", reason = "the weight has rank 3, not 2", state = "kernel", where = "batch"}
// CHECK-SAME: {k = "8", kernel = "loops", kind = "matmul", m = "s", n = "4", reason = "the weight holds integers", state = "kernel", where = "integers"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32, gate silu", kind = "matmul", m = "s", n = "96", state = "kernel", where = "gate"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32, gate gelu", kind = "matmul", m = "s", n = "96", state = "kernel", where = "gate_behind"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32", kind = "matmul", m = "s", n = "40", reason = "the gate is a loop of its own: its columns fill no panels of 32", state = "kernel", where = "gate_ragged"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32, bias", kind = "matmul", m = "s", n = "96", reason = "the gate is a loop of its own: behind a bias", state = "kernel", where = "gate_bias"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32, bias, gelu", kind = "matmul", m = "s", n = "40", state = "kernel", where = "activation"}
// CHECK-SAME: {k = "8", kernel = "packed f32, panels of 32", kind = "matmul", m = "s", n = "40", state = "kernel", where = "activation_shared"}
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

// A gate that alone uses the two halves of a product is computed beside it: the
// columns of both are in each panel.
// CHECK-LABEL: func @gate
// CHECK: %[[W:.*]] = sinter.param "w"
// CHECK: %[[H:.*]] = sinter.reshape %[[W]] : tensor<8x96xf32> to tensor<8x2x3x16xf32>
// CHECK: %[[T:.*]] = sinter.transpose %[[H]] [0, 2, 1, 3]
// CHECK: %[[I:.*]] = sinter.reshape %[[T]] : tensor<8x3x2x16xf32> to tensor<8x96xf32>
// CHECK: %[[P:.*]] = sinter.pack %[[I]] lanes 32
// CHECK: sinter.packed_matmul %{{.*}}, %[[P]] gate silu : {{.*}}, tensor<3x8x32xf32> -> tensor<?x48xf32
// CHECK-NOT: sinter.gated
func.func @gate(%x: !x) -> !g {
  %w = sinter.param "w" in "w.bin" [0, 3072] : tensor<8x96xf32>
  %0 = sinter.matmul %x, %w : !x, tensor<8x96xf32> loc("gate")
  %1 = sinter.slice %0 offsets <"0", "0", "0"> strides [1, 1, 1] : tensor<?x?x96xf32, #sinter.dims<"b", "s", "96">> -> !g
  %2 = sinter.slice %0 offsets <"0", "0", "48"> strides [1, 1, 1] : tensor<?x?x96xf32, #sinter.dims<"b", "s", "96">> -> !g
  %3 = sinter.gated silu, %1, %2 : !g, !g
  return %3 : !g
}

// The gate's columns may be the second half.
// CHECK-LABEL: func @gate_behind
// CHECK: %[[W:.*]] = sinter.param "w"
// CHECK: %[[G:.*]] = sinter.slice %[[W]] offsets <"0", "48">
// CHECK: %[[U:.*]] = sinter.slice %[[W]] offsets <"0", "0">
// CHECK: %[[B:.*]] = sinter.concat %[[G]], %[[U]] axis 1
// CHECK: sinter.reshape %[[B]] : tensor<8x96xf32> to tensor<8x2x3x16xf32>
// CHECK: sinter.packed_matmul %{{.*}}, %{{.*}} gate gelu :
func.func @gate_behind(%x: !x) -> !g {
  %w = sinter.param "w" in "w.bin" [0, 3072] : tensor<8x96xf32>
  %0 = sinter.matmul %x, %w : !x, tensor<8x96xf32> loc("gate_behind")
  %1 = sinter.slice %0 offsets <"0", "0", "48"> strides [1, 1, 1] : tensor<?x?x96xf32, #sinter.dims<"b", "s", "96">> -> !g
  %2 = sinter.slice %0 offsets <"0", "0", "0"> strides [1, 1, 1] : tensor<?x?x96xf32, #sinter.dims<"b", "s", "96">> -> !g
  %3 = sinter.gated gelu, %1, %2 : !g, !g
  return %3 : !g
}

// CHECK-LABEL: func @gate_ragged
// CHECK: sinter.packed_matmul {{.*}} -> tensor<?x40xf32
// CHECK: sinter.gated silu
func.func @gate_ragged(%x: !x) -> !r {
  %w = sinter.param "w" in "w.bin" [0, 1280] : tensor<8x40xf32>
  %0 = sinter.matmul %x, %w : !x, tensor<8x40xf32> loc("gate_ragged")
  %1 = sinter.slice %0 offsets <"0", "0", "0"> strides [1, 1, 1] : !y -> !r
  %2 = sinter.slice %0 offsets <"0", "0", "20"> strides [1, 1, 1] : !y -> !r
  %3 = sinter.gated silu, %1, %2 : !r, !r
  return %3 : !r
}

// CHECK-LABEL: func @gate_bias
// CHECK: sinter.packed_matmul {{.*}} bias
// CHECK: sinter.gated silu
func.func @gate_bias(%x: !x) -> !g {
  %w = sinter.param "w" in "w.bin" [0, 3072] : tensor<8x96xf32>
  %b = sinter.param "b" in "w.bin" [3072, 384] : tensor<96xf32>
  %m = sinter.matmul %x, %w : !x, tensor<8x96xf32> loc("gate_bias")
  %0 = sinter.add %m, %b : tensor<?x?x96xf32, #sinter.dims<"b", "s", "96">>, tensor<96xf32>
  %1 = sinter.slice %0 offsets <"0", "0", "0"> strides [1, 1, 1] : tensor<?x?x96xf32, #sinter.dims<"b", "s", "96">> -> !g
  %2 = sinter.slice %0 offsets <"0", "0", "48"> strides [1, 1, 1] : tensor<?x?x96xf32, #sinter.dims<"b", "s", "96">> -> !g
  %3 = sinter.gated silu, %1, %2 : !g, !g
  return %3 : !g
}

// An activation that alone uses a product, behind a bias or not.
// CHECK-LABEL: func @activation
// CHECK: sinter.packed_matmul {{.*}} bias {{.*}} activation gelu : {{.*}} -> tensor<?x40xf32
// CHECK-NOT: sinter.activation
func.func @activation(%x: !x) -> !y {
  %w = sinter.param "w" in "w.bin" [0, 1280] : tensor<8x40xf32>
  %b = sinter.param "b" in "w.bin" [1280, 160] : tensor<40xf32>
  %m = sinter.matmul %x, %w : !x, tensor<8x40xf32> loc("activation")
  %0 = sinter.add %m, %b : !y, tensor<40xf32>
  %1 = sinter.activation gelu, %0 : !y
  return %1 : !y
}

// CHECK-LABEL: func @activation_shared
// CHECK: sinter.packed_matmul
// CHECK: sinter.activation relu
func.func @activation_shared(%x: !x) -> (!y, !y) {
  %w = sinter.param "w" in "w.bin" [0, 1280] : tensor<8x40xf32>
  %0 = sinter.matmul %x, %w : !x, tensor<8x40xf32> loc("activation_shared")
  %1 = sinter.activation relu, %0 : !y
  return %0, %1 : !y, !y
}
