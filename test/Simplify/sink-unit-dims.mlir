// RUN: sinter-opt %s --sinter-simplify | FileCheck %s
// RUN: sinter-opt %s --sinter-simplify > %t
// RUN: sinter-equiv %s %t --random-params

// With a batch of 1 the hidden states are matrices: norm, matmul, residual.
// CHECK-LABEL: func.func @hidden_states(
// CHECK-NEXT: %[[N:.*]] = sinter.rms_norm %[[X:.*]], %{{.*}} axis 1 epsilon
// CHECK-NEXT: %[[M:.*]] = sinter.matmul %[[N]], %{{.*}} : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<8x8xf32>
// CHECK-NEXT: %[[B:.*]] = sinter.add %[[M]], %{{.*}} : {{.*}}, tensor<8xf32>
// CHECK-NEXT: %[[S:.*]] = sinter.add %[[X]], %[[B]]
// CHECK-NEXT: %[[R:.*]] = sinter.reshape %[[S]] : {{.*}} to tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>
// CHECK-NEXT: return %[[R]]
func.func @hidden_states(%x: tensor<?x8xf32, #sinter.dims<"rows", "8">>, %w: tensor<8x8xf32>, %g: tensor<8xf32>) -> tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">> {
  %h = sinter.reshape %x : tensor<?x8xf32, #sinter.dims<"rows", "8">> to tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>
  %n = sinter.rms_norm %h, %g axis 2 epsilon 1.0e-5 : tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>, tensor<8xf32>
  %m = sinter.matmul %n, %w : tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>, tensor<8x8xf32>
  %b = sinter.add %m, %g : tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>, tensor<8xf32>
  %y = sinter.add %h, %b : tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>, tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>
  return %y : tensor<1x?x8xf32, #sinter.dims<"1", "rows", "8">>
}

// Dimensions that are 1 in both operands go, those that one of them has stay.
// CHECK-LABEL: func.func @outer(
// CHECK-DAG: %[[I:.*]] = sinter.reshape %{{.*}} : tensor<4xi64> to tensor<4x1xi64>
// CHECK: %[[C:.*]] = sinter.compare le, %{{.*}}, %[[I]] : tensor<1x6xi64>, tensor<4x1xi64>
// CHECK: sinter.reshape %[[C]] : tensor<4x6xi1> to tensor<1x1x4x6xi1>
func.func @outer(%i: tensor<4xi64>, %j: tensor<6xi64>) -> tensor<1x1x4x6xi1> {
  %a = sinter.reshape %i : tensor<4xi64> to tensor<1x1x4x1xi64>
  %b = sinter.reshape %j : tensor<6xi64> to tensor<1x1x1x6xi64>
  %c = sinter.compare le, %b, %a : tensor<1x1x1x6xi64>, tensor<1x1x4x1xi64>
  return %c : tensor<1x1x4x6xi1>
}

// CHECK-LABEL: func.func @embedding(
// CHECK: %[[G:.*]] = sinter.gather %{{.*}} axis 0 : tensor<16x8xf32>, tensor<4xi64>
// CHECK: sinter.reshape %[[G]] : tensor<4x8xf32> to tensor<1x4x8xf32>
func.func @embedding(%ids: tensor<4xi64>, %table: tensor<16x8xf32>) -> tensor<1x4x8xf32> {
  %i = sinter.reshape %ids : tensor<4xi64> to tensor<1x4xi64>
  %bound = sinter.constant dense<15> : tensor<i64> : tensor<i64>
  %zero = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %a = sinter.min %i, %bound : tensor<1x4xi64>, tensor<i64>
  %b = sinter.max %a, %zero : tensor<1x4xi64>, tensor<i64>
  %y = sinter.gather %table[%b] axis 0 : tensor<16x8xf32>, tensor<1x4xi64>
  return %y : tensor<1x4x8xf32>
}

// Along an axis: softmax, reduce, slice, concat, cumsum.
// CHECK-LABEL: func.func @along_an_axis(
// CHECK-DAG: sinter.softmax %{{.*}} axis 1 : tensor<4x8xf32>
// CHECK-DAG: sinter.reduce sum, %{{.*}} axes [1] : tensor<4x8xf32>
// CHECK-DAG: sinter.slice %{{.*}} offsets <"0", "2"> strides [1, 1] : tensor<4x8xf32> -> tensor<4x4xf32>
// CHECK-DAG: sinter.concat %{{.*}} axis 1 : tensor<4x8xf32>, tensor<4x8xf32>
// CHECK-DAG: sinter.cumsum %{{.*}} axis 0 : tensor<4x8xf32>
func.func @along_an_axis(%x: tensor<4x8xf32>) -> (tensor<1x4x8xf32>, tensor<1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x16xf32>, tensor<1x4x8xf32>) {
  %h = sinter.reshape %x : tensor<4x8xf32> to tensor<1x4x8xf32>
  %a = sinter.softmax %h axis 2 : tensor<1x4x8xf32>
  %b = sinter.reduce sum, %h axes [2] : tensor<1x4x8xf32>
  %c = sinter.slice %h offsets <"0", "0", "2"> strides [1, 1, 1] : tensor<1x4x8xf32> -> tensor<1x4x4xf32>
  %d = sinter.concat %h, %h axis 2 : tensor<1x4x8xf32>, tensor<1x4x8xf32>
  %e = sinter.cumsum %h axis 1 : tensor<1x4x8xf32>
  return %a, %b, %c, %d, %e : tensor<1x4x8xf32>, tensor<1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x16xf32>, tensor<1x4x8xf32>
}
