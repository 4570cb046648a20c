// RUN: sinter-opt %s --sinter-simplify --sinter-mask-compressed -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --random-params

!x = tensor<?x4xf32, #sinter.dims<"n", "4">>
!pairs = tensor<2x?xi1, #sinter.dims<"2", "n">>
!mask = tensor<?xi1, #sinter.dims<"2*n">>
!flat = tensor<?xi64, #sinter.dims<"2*n">>
!places = tensor<?xi64, #sinter.dims<"c">>
!row = tensor<1x?xi64, #sinter.dims<"1", "c">>
!rows = tensor<?x4xf32, #sinter.dims<"c", "4">>

// A mixture of experts: the expert computes all tokens, once each, and a token
// has the share of the one choice that is this expert.
// CHECK-LABEL: func @expert
// CHECK-SAME: %[[X:[a-z0-9]+]]: {{.*}}, %[[SHARES:[a-z0-9]+]]: tensor<?x2xf32, {{.*}}, %[[HIT:[a-z0-9]+]]: tensor<2x?xi1
// CHECK-NOT: sinter.compress
// CHECK-NOT: sinter.gather
// CHECK-DAG: %[[Y:.*]] = sinter.matmul %[[X]], %{{.*}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
// CHECK-DAG: %[[FIRST:.*]] = sinter.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<?xi1, #sinter.dims<"n">>, tensor<?xf32, {{.*}}, tensor<f32>
// CHECK: %[[LAST:.*]] = sinter.select %{{.*}}, %{{.*}}, %[[FIRST]]
// CHECK: %[[SHARE:.*]] = sinter.reshape %[[LAST]]
// CHECK: sinter.mul %[[Y]], %[[SHARE]]
// CHECK-NOT: sinter.scatter_nd
// CHECK: return
func.func @expert(%x: !x, %shares: tensor<?x2xf32, #sinter.dims<"n", "2">>, %hit: !pairs) -> !x {
  %w = sinter.param "w" in "w.bin" [0, 64] : tensor<4x4xf32>
  %zero = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %one = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %two = sinter.constant dense<2> : tensor<i64> : tensor<i64>
  %nothing = sinter.constant dense<0.0> : tensor<f32> : tensor<f32>
  %choices = sinter.constant dense<[[0], [1]]> : tensor<2x1xi64> : tensor<2x1xi64>
  %n = sinter.symbolic <"n"> : tensor<i64>
  %tokens = sinter.range %zero, %n, %one : tensor<i64> to tensor<?xi64, #sinter.dims<"n">>
  %mask = sinter.reshape %hit : !pairs to !mask
  %0 = sinter.broadcast_to %choices : tensor<2x1xi64> to tensor<2x?xi64, #sinter.dims<"2", "n">>
  %1 = sinter.reshape %0 : tensor<2x?xi64, #sinter.dims<"2", "n">> to !flat
  %2 = sinter.compress %1 where %mask axis 0 : !flat, !mask to !places
  %3 = sinter.reshape %2 : !places to !row
  %4 = sinter.broadcast_to %tokens : tensor<?xi64, #sinter.dims<"n">> to tensor<2x?xi64, #sinter.dims<"2", "n">>
  %5 = sinter.reshape %4 : tensor<2x?xi64, #sinter.dims<"2", "n">> to !flat
  %6 = sinter.compress %5 where %mask axis 0 : !flat, !mask to !places
  %7 = sinter.reshape %6 : !places to !row
  // NonZero's result, taken apart again.
  %8 = sinter.concat %3, %7 axis 0 : !row, !row
  %9 = sinter.transpose %8 [1, 0] : tensor<2x?xi64, #sinter.dims<"2", "c">>
  %10 = sinter.slice %9 offsets <"0", "0"> strides [1, 1] : tensor<?x2xi64, #sinter.dims<"c", "2">> -> tensor<?x1xi64, #sinter.dims<"c", "1">>
  %11 = sinter.slice %9 offsets <"0", "1"> strides [1, 1] : tensor<?x2xi64, #sinter.dims<"c", "2">> -> tensor<?x1xi64, #sinter.dims<"c", "1">>
  %choice = sinter.reshape %10 : tensor<?x1xi64, #sinter.dims<"c", "1">> to !places
  %token = sinter.reshape %11 : tensor<?x1xi64, #sinter.dims<"c", "1">> to !places
  %rows = sinter.gather %x[%token] axis 0 : !x, !places
  %y = sinter.matmul %rows, %w : !rows, tensor<4x4xf32>
  %12 = sinter.reshape %shares : tensor<?x2xf32, #sinter.dims<"n", "2">> to tensor<?x1xf32, #sinter.dims<"2*n", "1">>
  %13 = sinter.mul %token, %two : !places, tensor<i64>
  %14 = sinter.add %choice, %13 : !places, !places
  %share = sinter.gather %12[%14] axis 0 : tensor<?x1xf32, #sinter.dims<"2*n", "1">>, !places
  %z = sinter.mul %y, %share : !rows, tensor<?x1xf32, #sinter.dims<"c", "1">>
  %none = sinter.broadcast_to %nothing : tensor<f32> to !x
  %at = sinter.reshape %token : !places to tensor<?x1xi64, #sinter.dims<"c", "1">>
  %placed = sinter.scatter_nd write, %none[%at], %z : !x, tensor<?x1xi64, #sinter.dims<"c", "1">>, !rows
  return %placed : !x
}

!m = tensor<?xi1, #sinter.dims<"n">>
!i = tensor<?xi64, #sinter.dims<"n">>
!column = tensor<?x1xi64, #sinter.dims<"c", "1">>

// Rows that are added wherever data says, and what is not picked may lie
// anywhere: it reads and adds to row 0, and adds 0.
// CHECK-LABEL: func @adds
// CHECK-SAME: %[[X:[a-z0-9]+]]: {{.*}}, %[[I:[a-z0-9]+]]: tensor<?xi64{{.*}}, %[[M:[a-z0-9]+]]: tensor<?xi1
// CHECK-NOT: sinter.compress
// CHECK: %[[SAFE:.*]] = sinter.select %[[M]], %{{.*}}, %{{.*}} : tensor<?xi1, #sinter.dims<"n">>, tensor<?xi64
// CHECK: sinter.gather %[[X]][%[[SAFE]]] axis 0
// CHECK: sinter.scatter_nd  add, %[[X]]
func.func @adds(%x: !x, %i: !i, %mask: !m) -> !x {
  %one = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %zero = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %low = sinter.max %i, %zero : !i, tensor<i64>
  %inside = sinter.min %low, %zero : !i, tensor<i64>
  %0 = sinter.compress %inside where %mask axis 0 : !i, !m to !places
  %rows = sinter.gather %x[%0] axis 0 : !x, !places
  %y = sinter.exp %rows : !rows
  %at = sinter.reshape %0 : !places to !column
  %r = sinter.scatter_nd add, %x[%at], %y : !x, !column, !rows
  return %r : !x
}

// CHECK-LABEL: func @sum
// CHECK-SAME: %[[X:[a-z0-9]+]]: {{.*}}, %[[M:[a-z0-9]+]]: tensor<?xi1
// CHECK-NOT: sinter.compress
// CHECK: sinter.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<?x1xi1, #sinter.dims<"n", "1">>
// CHECK: sinter.reduce  sum
func.func @sum(%x: !x, %mask: !m) -> tensor<4xf32> {
  %0 = sinter.compress %x where %mask axis 0 : !x, !m to !rows
  %1 = sinter.exp %0 : !rows
  %2 = sinter.reduce sum, %1 axes [0] : !rows
  return %2 : tensor<4xf32>
}

// Both places of a pair, as they are: x[mask] += y[mask].
// CHECK-LABEL: func @tuples
// CHECK-NOT: sinter.compress
// CHECK: sinter.scatter_nd  add
func.func @tuples(%x: tensor<?x2xf32, #sinter.dims<"n", "2">>, %y: tensor<?x2xf32, #sinter.dims<"n", "2">>, %hit: tensor<?x2xi1, #sinter.dims<"n", "2">>) -> tensor<?x2xf32, #sinter.dims<"n", "2">> {
  %zero = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %one = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %columns = sinter.constant dense<[0, 1]> : tensor<2xi64> : tensor<2xi64>
  %n = sinter.symbolic <"n"> : tensor<i64>
  %tokens = sinter.range %zero, %n, %one : tensor<i64> to tensor<?xi64, #sinter.dims<"n">>
  %mask = sinter.reshape %hit : tensor<?x2xi1, #sinter.dims<"n", "2">> to !mask
  %0 = sinter.reshape %tokens : tensor<?xi64, #sinter.dims<"n">> to tensor<?x1xi64, #sinter.dims<"n", "1">>
  %1 = sinter.broadcast_to %0 : tensor<?x1xi64, #sinter.dims<"n", "1">> to tensor<?x2xi64, #sinter.dims<"n", "2">>
  %2 = sinter.reshape %1 : tensor<?x2xi64, #sinter.dims<"n", "2">> to !flat
  %3 = sinter.compress %2 where %mask axis 0 : !flat, !mask to !places
  %4 = sinter.reshape %3 : !places to !row
  %5 = sinter.broadcast_to %columns : tensor<2xi64> to tensor<?x2xi64, #sinter.dims<"n", "2">>
  %6 = sinter.reshape %5 : tensor<?x2xi64, #sinter.dims<"n", "2">> to !flat
  %7 = sinter.compress %6 where %mask axis 0 : !flat, !mask to !places
  %8 = sinter.reshape %7 : !places to !row
  %9 = sinter.concat %4, %8 axis 0 : !row, !row
  %10 = sinter.transpose %9 [1, 0] : tensor<2x?xi64, #sinter.dims<"2", "c">>
  %11 = sinter.gather_nd %y[%10] : tensor<?x2xf32, #sinter.dims<"n", "2">>, tensor<?x2xi64, #sinter.dims<"c", "2">>
  %12 = sinter.scatter_nd add, %x[%10], %11 : tensor<?x2xf32, #sinter.dims<"n", "2">>, tensor<?x2xi64, #sinter.dims<"c", "2">>, tensor<?xf32, #sinter.dims<"c">>
  return %12 : tensor<?x2xf32, #sinter.dims<"n", "2">>
}
