// RUN: sinter-opt %s --sinter-simplify | FileCheck %s
// RUN: sinter-opt %s --sinter-simplify -o %t
// RUN: sinter-equiv %s %t

// Positions that a mask's length moves: ones are counted, the range starts
// there.
// CHECK-LABEL: func.func @positions(
// CHECK-NOT: sinter.reduce
// CHECK: %[[FROM:.*]] = sinter.symbolic <"past"> : tensor<i64>
// CHECK: %[[TO:.*]] = sinter.symbolic <"n + past"> : tensor<i64>
// CHECK: %[[R:.*]] = sinter.range %[[FROM]], %[[TO]], %{{.*}}
// CHECK: %[[Y:.*]] = sinter.reshape %[[R]]
// CHECK: return %[[Y]]
func.func @positions(%p: tensor<?xf32, #sinter.dims<"past">>, %x: tensor<?xf32, #sinter.dims<"n">>) -> tensor<1x?xi64, #sinter.dims<"1", "n">> attributes {sinter.entry = "forward"} {
  %one = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %zero = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %first = sinter.constant dense<1> : tensor<1xi64> : tensor<1xi64>
  %n = sinter.shape_of %x 0 to 1 : tensor<?xf32, #sinter.dims<"n">>
  %past = sinter.shape_of %p 0 to 1 : tensor<?xf32, #sinter.dims<"past">>
  %scalar = sinter.reshape %n : tensor<1xi64> to tensor<i64>
  %range = sinter.range %zero, %scalar, %one : tensor<i64> to tensor<?xi64, #sinter.dims<"n">>
  %shape = sinter.concat %first, %past axis 0 : tensor<1xi64>, tensor<1xi64>
  %ones = sinter.broadcast_to %one shape %shape : tensor<2xi64> : tensor<i64> to tensor<1x?xi64, #sinter.dims<"1", "past">>
  %count = sinter.reduce sum, %ones axes [1] keepdims : tensor<1x?xi64, #sinter.dims<"1", "past">>
  %y = sinter.add %count, %range : tensor<1x1xi64>, tensor<?xi64, #sinter.dims<"n">>
  return %y : tensor<1x?xi64, #sinter.dims<"1", "n">>
}
