// RUN: sinter-opt %s --sinter-simplify | FileCheck %s
// RUN: sinter-opt %s --sinter-simplify > %t
// RUN: sinter-equiv %s %t --random-params

// torch's [-1, D, T] detour around k's transpose is one transpose.
// CHECK-LABEL: func.func @batched_detour(
// CHECK-NEXT: %[[T:.*]] = sinter.transpose %{{.*}} [0, 1, 3, 2]
// CHECK-NEXT: return %[[T]]
func.func @batched_detour(%k: tensor<?x4x?x16xf32, #sinter.dims<"batch", "4", "total", "16">>) -> tensor<?x4x16x?xf32, #sinter.dims<"batch", "4", "16", "total">> {
  %a = sinter.reshape %k : tensor<?x4x?x16xf32, #sinter.dims<"batch", "4", "total", "16">> to tensor<?x?x16xf32, #sinter.dims<"4*batch", "total", "16">>
  %b = sinter.transpose %a [0, 2, 1] : tensor<?x?x16xf32, #sinter.dims<"4*batch", "total", "16">>
  %c = sinter.reshape %b : tensor<?x16x?xf32, #sinter.dims<"4*batch", "16", "total">> to tensor<?x4x16x?xf32, #sinter.dims<"batch", "4", "16", "total">>
  return %c : tensor<?x4x16x?xf32, #sinter.dims<"batch", "4", "16", "total">>
}

// Rotary knows both orders of heads and sequence: the two transposes meet.
// CHECK-LABEL: func.func @rotary(
// CHECK-NEXT: %[[R:.*]] = sinter.rotary %{{.*}} sequence_first
// CHECK-NEXT: return %[[R]]
func.func @rotary(%x: tensor<1x6x4x16xf32>, %cos: tensor<1x6x8xf32>, %sin: tensor<1x6x8xf32>) -> tensor<1x6x4x16xf32> {
  %a = sinter.transpose %x [0, 2, 1, 3] : tensor<1x6x4x16xf32>
  %b = sinter.rotary %a, %cos, %sin : tensor<1x4x6x16xf32>, tensor<1x6x8xf32>, tensor<1x6x8xf32>
  %c = sinter.transpose %b [0, 2, 1, 3] : tensor<1x4x6x16xf32>
  return %c : tensor<1x6x4x16xf32>
}

// CHECK-LABEL: func.func @elementwise(
// CHECK: %[[M:.*]] = sinter.mul %{{.*}}, %{{.*}} : tensor<2x3xf32>, tensor<f32>
// CHECK: %[[S:.*]] = sinter.add %[[M]], %{{.*}} : tensor<2x3xf32>, tensor<2x3xf32>
// CHECK: sinter.transpose %[[S]] [1, 0]
func.func @elementwise(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %half = sinter.constant dense<0.5> : tensor<f32> : tensor<f32>
  %a = sinter.transpose %x [1, 0] : tensor<2x3xf32>
  %b = sinter.transpose %y [1, 0] : tensor<2x3xf32>
  %m = sinter.mul %a, %half : tensor<3x2xf32>, tensor<f32>
  %s = sinter.add %m, %b : tensor<3x2xf32>, tensor<3x2xf32>
  return %s : tensor<3x2xf32>
}

// The norm of each head (qwen3) reduces before heads and sequence swap, and the
// factor along the last dimension does not mind.
// CHECK-LABEL: func.func @head_norm(
// CHECK-SAME: %[[X:.*]]: tensor<1x6x4x16xf32>, %[[W:.*]]: tensor<16xf32>
// CHECK: %[[S:.*]] = sinter.mul %[[X]], %[[X]]
// CHECK: %[[M:.*]] = sinter.reduce mean, %[[S]] axes [3] keepdims : tensor<1x6x4x16xf32>
// CHECK: %[[N:.*]] = sinter.mul %[[X]], %[[M]]
// CHECK: %[[Y:.*]] = sinter.mul %[[N]], %[[W]]
// CHECK: sinter.transpose %[[Y]] [0, 2, 1, 3]
func.func @head_norm(%x: tensor<1x6x4x16xf32>, %w: tensor<16xf32>) -> tensor<1x4x6x16xf32> {
  %t = sinter.transpose %x [0, 2, 1, 3] : tensor<1x6x4x16xf32>
  %s = sinter.mul %t, %t : tensor<1x4x6x16xf32>, tensor<1x4x6x16xf32>
  %m = sinter.reduce mean, %s axes [3] keepdims : tensor<1x4x6x16xf32>
  %n = sinter.mul %t, %m : tensor<1x4x6x16xf32>, tensor<1x4x6x1xf32>
  %y = sinter.mul %n, %w : tensor<1x4x6x16xf32>, tensor<16xf32>
  return %y : tensor<1x4x6x16xf32>
}

// CHECK-LABEL: func.func @dropped(
// CHECK: %[[R:.*]] = sinter.reduce max, %{{.*}} axes [0] : tensor<2x3x4xf32>
// CHECK: sinter.transpose %[[R]] [1, 0] : tensor<3x4xf32>
func.func @dropped(%x: tensor<2x3x4xf32>) -> tensor<4x3xf32> {
  %t = sinter.transpose %x [2, 0, 1] : tensor<2x3x4xf32>
  %y = sinter.reduce max, %t axes [1] : tensor<4x2x3xf32>
  return %y : tensor<4x3xf32>
}
