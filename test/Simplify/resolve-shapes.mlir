// RUN: sinter-opt %s --sinter-resolve-shapes --canonicalize | FileCheck %s
// RUN: sinter-opt %s --sinter-resolve-shapes > %t
// RUN: sinter-equiv %s %t --func=split_heads
// RUN: sinter-equiv %s %t --func=expand
// RUN: sinter-equiv %s %t --func=slices
// RUN: sinter-equiv %s %t --func=from_the_end --dims n=5
// RUN: sinter-equiv %s %t --func=windows --dims n=9

// Sizes flow from the arguments through shape arithmetic into types.
// CHECK-LABEL: func.func @split_heads(
// CHECK-SAME:    -> tensor<?x?x4x16xf32, #sinter.dims<"batch", "seq", "4", "16">>
func.func @split_heads(%x: tensor<?x?x64xf32, #sinter.dims<"batch", "seq", "64">>) -> tensor<?x?x?x?xf32> {
  %s = sinter.shape_of %x 0 to 2 : tensor<?x?x64xf32, #sinter.dims<"batch", "seq", "64">>
  %rest = sinter.constant dense<[-1, 16]> : tensor<2xi64> : tensor<2xi64>
  %shape = sinter.concat %s, %rest axis 0 : tensor<2xi64>, tensor<2xi64>
  // CHECK: %[[Y:.*]] = sinter.reshape %{{.*}} to tensor<?x?x4x16xf32, #sinter.dims<"batch", "seq", "4", "16">>
  // CHECK: return %[[Y]]
  %y = sinter.reshape %x shape %shape : tensor<4xi64> : tensor<?x?x64xf32, #sinter.dims<"batch", "seq", "64">> to tensor<?x?x?x?xf32>
  return %y : tensor<?x?x?x?xf32>
}

// torch.expand: where(shape == -1, 1, shape) is the shape when sizes are never
// negative.
// CHECK-LABEL: func.func @expand(
// CHECK: sinter.broadcast_to %{{.*}} to tensor<?x8x1xf32, #sinter.dims<"batch", "8", "1">>
func.func @expand(%x: tensor<1x8x1xf32>, %ids: tensor<?x?xi64, #sinter.dims<"batch", "seq">>) -> tensor<?x?x?xf32> {
  %b = sinter.shape_of %ids 0 to 1 : tensor<?x?xi64, #sinter.dims<"batch", "seq">>
  %rest = sinter.constant dense<[-1, 1]> : tensor<2xi64> : tensor<2xi64>
  %shape = sinter.concat %b, %rest axis 0 : tensor<1xi64>, tensor<2xi64>
  %ones = sinter.constant dense<1> : tensor<3xi64> : tensor<3xi64>
  %minus = sinter.constant dense<-1> : tensor<i64> : tensor<i64>
  %negative = sinter.mul %ones, %minus : tensor<3xi64>, tensor<i64>
  %eq = sinter.compare eq, %shape, %negative : tensor<3xi64>, tensor<3xi64>
  %real = sinter.select %eq, %ones, %shape : tensor<3xi1>, tensor<3xi64>, tensor<3xi64>
  %y = sinter.broadcast_to %x shape %real : tensor<3xi64> : tensor<1x8x1xf32> to tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}

// Past and new positions: one size, whichever way it is added up.
// CHECK-LABEL: func.func @join(
// CHECK-SAME: -> (tensor<?x16xf32, #sinter.dims<"past + seq", "16">>, tensor<?xi64, #sinter.dims<"past + seq">>)
func.func @join(%past: tensor<?x16xf32, #sinter.dims<"past", "16">>, %new: tensor<?x16xf32, #sinter.dims<"seq", "16">>) -> (tensor<?x?xf32>, tensor<?xi64>) {
  %y = sinter.concat %past, %new axis 0 : tensor<?x16xf32, #sinter.dims<"past", "16">>, tensor<?x16xf32, #sinter.dims<"seq", "16">>
  %n = sinter.shape_of %new 0 to 1 : tensor<?x16xf32, #sinter.dims<"seq", "16">>
  %p = sinter.shape_of %past 0 to 1 : tensor<?x16xf32, #sinter.dims<"past", "16">>
  %total = sinter.add %n, %p : tensor<1xi64>, tensor<1xi64>
  %limit = sinter.reshape %total : tensor<1xi64> to tensor<i64>
  %zero = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %one = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  // CHECK: %[[SIZE:.*]] = sinter.symbolic <"past + seq"> : tensor<1xi64>
  // CHECK: %[[LIMIT:.*]] = sinter.reshape %[[SIZE]] : tensor<1xi64> to tensor<i64>
  // CHECK: sinter.range %{{.*}}, %[[LIMIT]], %{{.*}} to tensor<?xi64, #sinter.dims<"past + seq">>
  %r = sinter.range %zero, %limit, %one : tensor<i64> to tensor<?xi64>
  %z = sinter.reshape %y : tensor<?x16xf32, #sinter.dims<"past + seq", "16">> to tensor<?x?xf32>
  return %z, %r : tensor<?x?xf32>, tensor<?xi64>
}

// Slices of a shape with negative and huge bounds; slices that count from the
// end of a size that is not known.
// CHECK-LABEL: func.func @slices(
func.func @slices(%x: tensor<?x4x16xf32, #sinter.dims<"seq", "4", "16">>) -> (tensor<?xi64>, tensor<?x?x?xf32>) {
  %s = sinter.shape_of %x 0 to 3 : tensor<?x4x16xf32, #sinter.dims<"seq", "4", "16">>
  %minus2 = sinter.constant dense<-2> : tensor<1xi64> : tensor<1xi64>
  %huge = sinter.constant dense<9223372036854775807> : tensor<1xi64> : tensor<1xi64>
  // CHECK: sinter.constant dense<[4, 16]> : tensor<2xi64>
  %t = sinter.slice %s from %minus2 to %huge : tensor<1xi64>, tensor<1xi64> : tensor<3xi64> -> tensor<?xi64>
  %minus1 = sinter.constant dense<-1> : tensor<1xi64> : tensor<1xi64>
  // CHECK: sinter.slice %{{.*}} offsets <"0", "0", "0"> strides [1, 1, 1] : {{.*}} -> tensor<?x4x16xf32, #sinter.dims<"max(seq - 1, 0)", "4", "16">>
  %zero = sinter.constant dense<0> : tensor<1xi64> : tensor<1xi64>
  %y = sinter.slice %x from %zero to %minus1 : tensor<1xi64>, tensor<1xi64> : tensor<?x4x16xf32, #sinter.dims<"seq", "4", "16">> -> tensor<?x?x?xf32>
  return %t, %y : tensor<?xi64>, tensor<?x?x?xf32>
}

// What depends on data stays as it is.
// CHECK-LABEL: func.func @data(
// CHECK: sinter.reshape %{{.*}} shape %{{.*}} : tensor<2xi64>
func.func @data(%x: tensor<?xf32, #sinter.dims<"n">>, %shape: tensor<2xi64>) -> tensor<?x?xf32> {
  %y = sinter.reshape %x shape %shape : tensor<2xi64> : tensor<?xf32, #sinter.dims<"n">> to tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// x[-n:] of n elements are all of them, also where n is 0.
// CHECK-LABEL: func.func @from_the_end(
// CHECK-SAME: -> tensor<?xf32, #sinter.dims<"n">>
func.func @from_the_end(%x: tensor<?xf32, #sinter.dims<"n">>) -> tensor<?xf32> {
  %n = sinter.shape_of %x 0 to 1 : tensor<?xf32, #sinter.dims<"n">>
  %start = sinter.neg %n : tensor<1xi64>
  %end = sinter.constant dense<9223372036854775807> : tensor<1xi64> : tensor<1xi64>
  %y = sinter.slice %x from %start to %end : tensor<1xi64>, tensor<1xi64> : tensor<?xf32, #sinter.dims<"n">> -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// The size of a tensor is no -1, though its expression could be.
// CHECK-LABEL: func.func @windows(
// CHECK-SAME: -> tensor<?x4xf32, #sinter.dims<"floordiv(n, 4) - 1", "4">>
func.func @windows(%all: tensor<?xf32, #sinter.dims<"n">>, %x: tensor<?x2x2xf32, #sinter.dims<"floordiv(n, 4) - 1", "2", "2">>) -> tensor<?x?xf32> {
  %n = sinter.shape_of %x 0 to 1 : tensor<?x2x2xf32, #sinter.dims<"floordiv(n, 4) - 1", "2", "2">>
  %four = sinter.constant dense<4> : tensor<1xi64> : tensor<1xi64>
  %shape = sinter.concat %n, %four axis 0 : tensor<1xi64>, tensor<1xi64>
  %y = sinter.reshape %x shape %shape : tensor<2xi64> : tensor<?x2x2xf32, #sinter.dims<"floordiv(n, 4) - 1", "2", "2">> to tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

// The last n of 64, as exporters of ALiBi tables write them; and x[-n:] of no
// more than n elements, which are all.
// CHECK-LABEL: func.func @last(
// CHECK-DAG: sinter.slice %arg0 offsets <"-n + 64"> strides [1] : tensor<64xf32> -> tensor<?xf32, #sinter.dims<"n">>
// CHECK-DAG: return %{{.*}}, %arg1 : tensor<?xf32, #sinter.dims<"n">>, tensor<?xf32, #sinter.dims<"min(64, n)">>
func.func @last(%table: tensor<64xf32>, %part: tensor<?xf32, #sinter.dims<"min(64, n)">>, %x: tensor<?xf32, #sinter.dims<"n">>) -> (tensor<?xf32>, tensor<?xf32>) {
  %n = sinter.shape_of %x 0 to 1 : tensor<?xf32, #sinter.dims<"n">>
  %all = sinter.constant dense<64> : tensor<1xi64> : tensor<1xi64>
  %end = sinter.constant dense<9223372036854775807> : tensor<1xi64> : tensor<1xi64>
  %before = sinter.sub %all, %n : tensor<1xi64>, tensor<1xi64>
  %y = sinter.slice %table from %before to %end : tensor<1xi64>, tensor<1xi64> : tensor<64xf32> -> tensor<?xf32>
  %back = sinter.neg %n : tensor<1xi64>
  %z = sinter.slice %part from %back to %end : tensor<1xi64>, tensor<1xi64> : tensor<?xf32, #sinter.dims<"min(64, n)">> -> tensor<?xf32>
  return %y, %z : tensor<?xf32>, tensor<?xf32>
}

// A part from the tenth element on says that there are ten: n - 7 is no count
// from the end, in ops before it either, and min and max go.
// CHECK-LABEL: func.func @at_least_ten(
// CHECK: sinter.slice %arg0 offsets <"0"> strides [1] : tensor<?xf32, #sinter.dims<"n">> -> tensor<?xf32, #sinter.dims<"n - 7">>
// CHECK: sinter.exp %{{.*}} : tensor<?xf32, #sinter.dims<"n - 7">>
func.func @at_least_ten(%x: tensor<?xf32, #sinter.dims<"n">>, %z: tensor<?xf32, #sinter.dims<"n">>) -> (tensor<?xf32>, tensor<?xf32, #sinter.dims<"n - 10">>) {
  %n = sinter.shape_of %x 0 to 1 : tensor<?xf32, #sinter.dims<"n">>
  %seven = sinter.constant dense<7> : tensor<1xi64> : tensor<1xi64>
  %zero = sinter.constant dense<0> : tensor<1xi64> : tensor<1xi64>
  %end = sinter.sub %n, %seven : tensor<1xi64>, tensor<1xi64>
  %a = sinter.slice %x from %zero to %end : tensor<1xi64>, tensor<1xi64> : tensor<?xf32, #sinter.dims<"n">> -> tensor<?xf32>
  %b = sinter.exp %a : tensor<?xf32>
  %c = sinter.slice %z offsets <"10"> strides [1] : tensor<?xf32, #sinter.dims<"n">> -> tensor<?xf32, #sinter.dims<"n - 10">>
  return %b, %c : tensor<?xf32>, tensor<?xf32, #sinter.dims<"n - 10">>
}
