// RUN: sinter-opt --sinter-join-matmuls %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!x = tensor<1x?x8xf32, #sinter.dims<"1", "s", "8">>
!y = tensor<1x?x4xf32, #sinter.dims<"1", "s", "4">>
!h = tensor<1x2x?x4xf32, #sinter.dims<"1", "2", "s", "4">>
!hs = tensor<1x?x2x4xf32, #sinter.dims<"1", "s", "2", "4">>

// CHECK: sinter.report =
// CHECK-SAME: {kind = "gate_up", state = "fused", where = "gate_up"}
// CHECK-SAME: {kind = "qkv", state = "fused", where = "qkv"}
// CHECK-SAME: {kind = "gate_up", reason = "the matmuls have different left sides", state = "missed", where = "two_inputs"}

// CHECK-LABEL: func @gate_up
// CHECK-DAG: %[[G:.*]] = sinter.param "gate"
// CHECK-DAG: %[[U:.*]] = sinter.param "up"
// CHECK: %[[W:.*]] = sinter.concat %[[G]], %[[U]] axis 1
// CHECK: %[[Y:.*]] = sinter.matmul %arg0, %[[W]] : {{.*}}, tensor<8x8xf32>
// CHECK-DAG: %[[A:.*]] = sinter.slice %[[Y]] offsets <"0", "0", "0"> strides [1, 1, 1]
// CHECK-DAG: %[[B:.*]] = sinter.slice %[[Y]] offsets <"0", "0", "4"> strides [1, 1, 1]
// CHECK: sinter.gated silu, %[[A]], %[[B]]
func.func @gate_up(%x: !x) -> !y {
  %wu = sinter.param "up" in "m.onnx" [0, 128] : tensor<8x4xf32>
  %u = sinter.matmul %x, %wu : !x, tensor<8x4xf32>
  %wg = sinter.param "gate" in "m.onnx" [128, 128] : tensor<8x4xf32>
  %g = sinter.matmul %x, %wg : !x, tensor<8x4xf32>
  %y = sinter.gated silu, %g, %u : !y, !y loc("gate_up")
  return %y : !y
}

// Biases are joined when all have one.
// CHECK-LABEL: func @qkv
// CHECK: %[[W:.*]] = sinter.concat %{{.*}}, %{{.*}}, %{{.*}} axis 1 : tensor<8x8xf32>, tensor<8x4xf32>, tensor<8x4xf32>
// CHECK: %[[P:.*]] = sinter.matmul %arg0, %[[W]]
// CHECK: %[[B:.*]] = sinter.concat %{{.*}}, %{{.*}}, %{{.*}} axis 0
// CHECK: %[[Y:.*]] = sinter.add %[[P]], %[[B]]
// CHECK: sinter.slice %[[Y]] offsets <"0", "0", "12">
// CHECK-NOT: sinter.matmul
// CHECK: sinter.attention
func.func @qkv(%x: !x) -> !h {
  %wq = sinter.param "wq" in "m.onnx" [0, 256] : tensor<8x8xf32>
  %bq = sinter.param "bq" in "m.onnx" [1024, 32] : tensor<8xf32>
  %q = sinter.matmul %x, %wq : !x, tensor<8x8xf32>
  %qb = sinter.add %q, %bq : !x, tensor<8xf32>
  %wk = sinter.param "wk" in "m.onnx" [256, 128] : tensor<4x8xf32>
  %wkt = sinter.transpose %wk [1, 0] : tensor<4x8xf32>
  %bk = sinter.param "bk" in "m.onnx" [1056, 16] : tensor<4xf32>
  %k = sinter.matmul %x, %wkt : !x, tensor<8x4xf32>
  %kb = sinter.add %bk, %k : tensor<4xf32>, !y
  %wv = sinter.param "wv" in "m.onnx" [512, 128] : tensor<8x4xf32>
  %bv = sinter.param "bv" in "m.onnx" [1072, 16] : tensor<4xf32>
  %v = sinter.matmul %x, %wv : !x, tensor<8x4xf32>
  %vb = sinter.add %v, %bv : !y, tensor<4xf32>
  %q4 = sinter.reshape %qb : !x to !hs
  %qh = sinter.transpose %q4 [0, 2, 1, 3] : !hs
  %kh = sinter.reshape %kb : !y to tensor<1x1x?x4xf32, #sinter.dims<"1", "1", "s", "4">>
  %vh = sinter.reshape %vb : !y to tensor<1x1x?x4xf32, #sinter.dims<"1", "1", "s", "4">>
  %y = sinter.attention %qh, %kh, %vh scale 0.5 : !h, tensor<1x1x?x4xf32, #sinter.dims<"1", "1", "s", "4">>, tensor<1x1x?x4xf32, #sinter.dims<"1", "1", "s", "4">> loc("qkv")
  return %y : !h
}

// CHECK-LABEL: func @two_inputs
// CHECK-NOT: sinter.concat
func.func @two_inputs(%x: !x, %z: !x) -> !y {
  %wu = sinter.param "up" in "m.onnx" [0, 128] : tensor<8x4xf32>
  %u = sinter.matmul %x, %wu : !x, tensor<8x4xf32>
  %wg = sinter.param "gate" in "m.onnx" [128, 128] : tensor<8x4xf32>
  %g = sinter.matmul %z, %wg : !x, tensor<8x4xf32>
  %y = sinter.gated silu, %g, %u : !y, !y loc("two_inputs")
  return %y : !y
}
