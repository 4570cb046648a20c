// RUN: sinter-opt %s --sinter-simplify | FileCheck %s
// RUN: sinter-opt %s --sinter-simplify > %t
// RUN: sinter-equiv %s %t --random-params

// CHECK-LABEL: func.func @identities(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT: return %[[X]]
func.func @identities(%x: tensor<4xf32>) -> tensor<4xf32> {
  %one = sinter.constant dense<1.0> : tensor<f32> : tensor<f32>
  %minus0 = sinter.constant dense<-0.0> : tensor<f32> : tensor<f32>
  %zero = sinter.constant dense<0.0> : tensor<f32> : tensor<f32>
  %a = sinter.mul %one, %x : tensor<f32>, tensor<4xf32>
  %b = sinter.add %a, %minus0 : tensor<4xf32>, tensor<f32>
  %c = sinter.sub %b, %zero : tensor<4xf32>, tensor<f32>
  %d = sinter.div %c, %one : tensor<4xf32>, tensor<f32>
  %e = sinter.pow %d, %one : tensor<4xf32>, tensor<f32>
  return %e : tensor<4xf32>
}

// -0 + 0 is 0: the sum with 0 is no identity for floats.
// CHECK-LABEL: func.func @not_bit_exact(
// CHECK: sinter.add
func.func @not_bit_exact(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = sinter.constant dense<0.0> : tensor<f32> : tensor<f32>
  %y = sinter.add %x, %zero : tensor<4xf32>, tensor<f32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func.func @square(
// CHECK-NEXT: sinter.mul %[[X:.*]], %[[X]]
// CHECK-NEXT: return
func.func @square(%x: tensor<4xf32>) -> tensor<4xf32> {
  %two = sinter.constant dense<2.0> : tensor<f32> : tensor<f32>
  %y = sinter.pow %x, %two : tensor<4xf32>, tensor<f32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func.func @division(
// CHECK-DAG: %[[C:.*]] = sinter.constant dense<1.250000e-01> : tensor<f32>
// CHECK-DAG: sinter.mul %{{.*}}, %[[C]]
// CHECK-DAG: sinter.reciprocal
func.func @division(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %one = sinter.constant dense<1.0> : tensor<f32> : tensor<f32>
  %eight = sinter.constant dense<8.0> : tensor<f32> : tensor<f32>
  %a = sinter.div %one, %x : tensor<f32>, tensor<4xf32>
  %b = sinter.div %x, %eight : tensor<4xf32>, tensor<f32>
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @casts(
// CHECK-SAME: %[[X:.*]]: tensor<4xi32>, %[[B:.*]]: tensor<4xi1>
// CHECK-NEXT: %[[F:.*]] = sinter.cast %[[X]] : tensor<4xi32> to f32
// CHECK-NEXT: return %[[X]], %[[F]], %[[B]]
func.func @casts(%x: tensor<4xi32>, %b: tensor<4xi1>) -> (tensor<4xi32>, tensor<4xf32>, tensor<4xi1>) {
  %wide = sinter.cast %x : tensor<4xi32> to i64
  %back = sinter.cast %wide : tensor<4xi64> to i32
  %float = sinter.cast %wide : tensor<4xi64> to f32
  %number = sinter.cast %b : tensor<4xi1> to f32
  %bool = sinter.cast %number : tensor<4xf32> to i1
  return %back, %float, %bool : tensor<4xi32>, tensor<4xf32>, tensor<4xi1>
}

// i64 -> i32 -> i64 loses bits, f32 -> f16 -> f32 rounds: they stay.
// CHECK-LABEL: func.func @lossy_casts(
// CHECK-COUNT-4: sinter.cast
func.func @lossy_casts(%x: tensor<4xi64>, %f: tensor<4xf32>) -> (tensor<4xi64>, tensor<4xf32>) {
  %a = sinter.cast %x : tensor<4xi64> to i32
  %b = sinter.cast %a : tensor<4xi32> to i64
  %c = sinter.cast %f : tensor<4xf32> to f16
  %d = sinter.cast %c : tensor<4xf16> to f32
  return %b, %d : tensor<4xi64>, tensor<4xf32>
}

// CHECK-LABEL: func.func @conditions(
// CHECK-SAME: %[[C:.*]]: tensor<4xi1>, %[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[S:.*]] = sinter.select %[[C]], %[[B]], %[[A]]
// CHECK-NEXT: return %[[C]], %[[A]], %[[S]], %[[C]]
func.func @conditions(%c: tensor<4xi1>, %a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>, tensor<4xi1>) {
  %true = sinter.constant dense<true> : tensor<i1> : tensor<i1>
  %false = sinter.constant dense<false> : tensor<i1> : tensor<i1>
  %0 = sinter.and %c, %true : tensor<4xi1>, tensor<i1>
  %1 = sinter.or %0, %false : tensor<4xi1>, tensor<i1>
  %2 = sinter.or %1, %true : tensor<4xi1>, tensor<i1>
  %3 = sinter.select %2, %a, %b : tensor<4xi1>, tensor<4xf32>, tensor<4xf32>
  %4 = sinter.not %c : tensor<4xi1>
  %5 = sinter.select %4, %a, %b : tensor<4xi1>, tensor<4xf32>, tensor<4xf32>
  %number = sinter.cast %c : tensor<4xi1> to i64
  %zero = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %6 = sinter.compare ne, %number, %zero : tensor<4xi64>, tensor<i64>
  return %1, %3, %5, %6 : tensor<4xi1>, tensor<4xf32>, tensor<4xf32>, tensor<4xi1>
}

// Of integers "and" takes all bits, so that 1 is no neutral element.
// CHECK-LABEL: func.func @bits(
// CHECK-SAME: %[[X:.*]]: tensor<4xi8>
// CHECK: %[[A:.*]] = sinter.and %[[X]], %{{.*}}
// CHECK: %[[B:.*]] = sinter.or %[[X]], %{{.*}}
// CHECK: return %[[A]], %[[B]], %[[X]]
func.func @bits(%x: tensor<4xi8>) -> (tensor<4xi8>, tensor<4xi8>, tensor<4xi8>) {
  %one = sinter.constant dense<1> : tensor<i8> : tensor<i8>
  %zero = sinter.constant dense<0> : tensor<i8> : tensor<i8>
  %0 = sinter.and %x, %one : tensor<4xi8>, tensor<i8>
  %1 = sinter.or %x, %one : tensor<4xi8>, tensor<i8>
  %2 = sinter.or %x, %zero : tensor<4xi8>, tensor<i8>
  return %0, %1, %2 : tensor<4xi8>, tensor<4xi8>, tensor<4xi8>
}

// A broadcast that the other operand makes needless.
// CHECK-LABEL: func.func @broadcast(
// CHECK-SAME: %[[X:.*]]: tensor<1x8xf32>, %[[Y:.*]]: tensor<4x8xf32>
// CHECK-NEXT: sinter.mul %[[X]], %[[Y]]
func.func @broadcast(%x: tensor<1x8xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %b = sinter.broadcast_to %x : tensor<1x8xf32> to tensor<4x8xf32>
  %z = sinter.mul %b, %y : tensor<4x8xf32>, tensor<4x8xf32>
  return %z : tensor<4x8xf32>
}
