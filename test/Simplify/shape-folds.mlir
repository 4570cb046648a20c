// RUN: sinter-opt %s --sinter-simplify | FileCheck %s
// RUN: sinter-opt %s --sinter-simplify > %t
// RUN: sinter-equiv %s %t --random-params

// CHECK-LABEL: func.func @transposes(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>
// CHECK-NEXT: return %[[X]]
func.func @transposes(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %a = sinter.transpose %x [1, 2, 0] : tensor<2x3x4xf32>
  %b = sinter.transpose %a [2, 0, 1] : tensor<3x4x2xf32>
  return %b : tensor<2x3x4xf32>
}

// Only a unit dimension moves.
// CHECK-LABEL: func.func @transpose_of_unit(
// CHECK-NEXT: sinter.reshape
// CHECK-NEXT: return
func.func @transpose_of_unit(%x: tensor<1x3x4xf32>) -> tensor<3x1x4xf32> {
  %a = sinter.transpose %x [1, 0, 2] : tensor<1x3x4xf32>
  return %a : tensor<3x1x4xf32>
}

// CHECK-LABEL: func.func @broadcasts(
// CHECK-NEXT: %[[Y:.*]] = sinter.broadcast_to %{{.*}} : tensor<4x1xf32> to tensor<2x4x8xf32>
// CHECK-NEXT: %[[Z:.*]] = sinter.reshape %{{.*}} : tensor<4x1xf32> to tensor<1x1x4x1xf32>
// CHECK-NEXT: return %[[Y]], %[[Z]]
func.func @broadcasts(%x: tensor<4x1xf32>) -> (tensor<2x4x8xf32>, tensor<1x1x4x1xf32>) {
  %a = sinter.broadcast_to %x : tensor<4x1xf32> to tensor<4x8xf32>
  %b = sinter.broadcast_to %a : tensor<4x8xf32> to tensor<2x4x8xf32>
  %c = sinter.broadcast_to %x : tensor<4x1xf32> to tensor<1x1x4x1xf32>
  return %b, %c : tensor<2x4x8xf32>, tensor<1x1x4x1xf32>
}

// CHECK-LABEL: func.func @concats(
// CHECK-SAME: %[[A:.*]]: tensor<2xf32>, %[[B:.*]]: tensor<3xf32>, %[[E:.*]]: tensor<0xf32>
// CHECK-NEXT: sinter.concat %[[A]], %[[B]], %[[A]] axis 0
func.func @concats(%a: tensor<2xf32>, %b: tensor<3xf32>, %e: tensor<0xf32>) -> tensor<7xf32> {
  %ab = sinter.concat %a, %b axis 0 : tensor<2xf32>, tensor<3xf32>
  %y = sinter.concat %ab, %e, %a axis 0 : tensor<5xf32>, tensor<0xf32>, tensor<2xf32>
  return %y : tensor<7xf32>
}

// CHECK-LABEL: func.func @gathers(
// CHECK-DAG: sinter.slice %{{.*}} offsets <"2", "0"> strides [1, 1] : tensor<4x8xf32> -> tensor<1x8xf32>
// CHECK-DAG: sinter.slice %{{.*}} offsets <"3", "0"> strides [1, 1] : tensor<4x8xf32> -> tensor<1x8xf32>
// CHECK-NOT: sinter.gather
// CHECK: return
func.func @gathers(%x: tensor<4x8xf32>) -> (tensor<8xf32>, tensor<1x8xf32>) {
  %i = sinter.constant dense<2> : tensor<i64> : tensor<i64>
  %last = sinter.constant dense<-1> : tensor<1xi64> : tensor<1xi64>
  %a = sinter.gather %x[%i] axis 0 : tensor<4x8xf32>, tensor<i64>
  %b = sinter.gather %x[%last] axis 0 : tensor<4x8xf32>, tensor<1xi64>
  return %a, %b : tensor<8xf32>, tensor<1x8xf32>
}

// All index tuples in their order are a reshape, as torch's exporter writes
// repeat_interleave; in another order they are not.
// CHECK-LABEL: func.func @gather_all(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x?xf32
// CHECK: %[[Y:.*]] = sinter.reshape %[[X]] : {{.*}} to tensor<6x?xf32
// CHECK: %[[Z:.*]] = sinter.gather_nd
// CHECK: return %[[Y]], %[[Z]]
func.func @gather_all(%x: tensor<2x3x?xf32, #sinter.dims<"2", "3", "n">>) -> (tensor<6x?xf32, #sinter.dims<"6", "n">>, tensor<6x?xf32, #sinter.dims<"6", "n">>) {
  %all = sinter.constant dense<[[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]> : tensor<6x2xi64> : tensor<6x2xi64>
  %other = sinter.constant dense<[[0, 0], [1, 0], [0, 1], [1, 1], [0, 2], [1, 2]]> : tensor<6x2xi64> : tensor<6x2xi64>
  %a = sinter.gather_nd %x[%all] : tensor<2x3x?xf32, #sinter.dims<"2", "3", "n">>, tensor<6x2xi64>
  %b = sinter.gather_nd %x[%other] : tensor<2x3x?xf32, #sinter.dims<"2", "3", "n">>, tensor<6x2xi64>
  return %a, %b : tensor<6x?xf32, #sinter.dims<"6", "n">>, tensor<6x?xf32, #sinter.dims<"6", "n">>
}

// A gather checks its indices at run time, a slice does not: rows that may lie
// outside keep the gather.
// CHECK-LABEL: func.func @gather_outside(
// CHECK: sinter.gather
func.func @gather_outside(%table: tensor<16x8xf32>, %x: tensor<?xf32, #sinter.dims<"n">>) -> tensor<?x8xf32, #sinter.dims<"n", "8">> {
  %s = sinter.shape_of %x 0 to 1 : tensor<?xf32, #sinter.dims<"n">>
  %n = sinter.reshape %s : tensor<1xi64> to tensor<i64>
  %zero = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %one = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %r = sinter.range %zero, %n, %one : tensor<i64> to tensor<?xi64, #sinter.dims<"n">>
  %y = sinter.gather %table[%r] axis 0 : tensor<16x8xf32>, tensor<?xi64, #sinter.dims<"n">>
  return %y : tensor<?x8xf32, #sinter.dims<"n", "8">>
}

// CHECK-LABEL: func.func @slices(
// CHECK-SAME: %[[X:.*]]: tensor<10xf32>, %[[Y:.*]]: tensor<6xf32>
// CHECK-DAG: %[[A:.*]] = sinter.slice %[[X]] offsets <"5"> strides [4]
// CHECK-DAG: %[[B:.*]] = sinter.slice %[[Y]] offsets <"1"> strides [1] : tensor<6xf32> -> tensor<3xf32>
// CHECK: return %[[A]], %[[B]], %[[X]]
func.func @slices(%x: tensor<10xf32>, %y: tensor<6xf32>) -> (tensor<2xf32>, tensor<3xf32>, tensor<10xf32>) {
  %s = sinter.slice %x offsets <"1"> strides [2] : tensor<10xf32> -> tensor<4xf32>
  %a = sinter.slice %s offsets <"2"> strides [2] : tensor<4xf32> -> tensor<1xf32>
  %s2 = sinter.slice %x offsets <"1"> strides [2] : tensor<10xf32> -> tensor<5xf32>
  %a2 = sinter.slice %s2 offsets <"2"> strides [2] : tensor<5xf32> -> tensor<2xf32>
  %xy = sinter.concat %x, %y axis 0 : tensor<10xf32>, tensor<6xf32>
  %b = sinter.slice %xy offsets <"11"> strides [1] : tensor<16xf32> -> tensor<3xf32>
  %lo = sinter.slice %x offsets <"0"> strides [1] : tensor<10xf32> -> tensor<4xf32>
  %hi = sinter.slice %x offsets <"4"> strides [1] : tensor<10xf32> -> tensor<6xf32>
  %c = sinter.concat %lo, %hi axis 0 : tensor<4xf32>, tensor<6xf32>
  return %a2, %b, %c : tensor<2xf32>, tensor<3xf32>, tensor<10xf32>
}
