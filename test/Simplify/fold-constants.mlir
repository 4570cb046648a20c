// RUN: sinter-opt %s --sinter-fold-constants --canonicalize | FileCheck %s
// RUN: sinter-opt %s --sinter-fold-constants > %t
// RUN: sinter-equiv %s %t --random-params --func=weights
// RUN: sinter-equiv %s %t --func=scale --allow-constant

// gpt2's 1 / sqrt(cast(head size)), rounded at each op.
// CHECK-LABEL: func.func @scale(
// CHECK: sinter.constant dense<5.000000e-01> : tensor<1xf32>
func.func @scale() -> tensor<1xf32> {
  %n = sinter.constant dense<16> : tensor<1xi64> : tensor<1xi64>
  %one = sinter.constant dense<1.0> : tensor<1xf32> : tensor<1xf32>
  %f = sinter.cast %n : tensor<1xi64> to f32
  %s = sinter.sqrt %f : tensor<1xf32>
  %d = sinter.div %one, %s : tensor<1xf32>, tensor<1xf32>
  %y = sinter.sqrt %d : tensor<1xf32>
  return %y : tensor<1xf32>
}

// An index outside stays an error at run time; a result of 64 KiB stays a
// computation.
// CHECK-LABEL: func.func @kept(
// CHECK: sinter.gather
// CHECK: sinter.broadcast_to
func.func @kept() -> (tensor<f32>, tensor<16384xf32>) {
  %x = sinter.constant dense<[1.0, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %i = sinter.constant dense<2> : tensor<i64> : tensor<i64>
  %a = sinter.gather %x[%i] axis 0 : tensor<2xf32>, tensor<i64>
  %one = sinter.constant dense<1.0> : tensor<f32> : tensor<f32>
  %b = sinter.broadcast_to %one : tensor<f32> to tensor<16384xf32>
  return %a, %b : tensor<f32>, tensor<16384xf32>
}

// Weights are recipes, not constants.
// CHECK-LABEL: func.func @weights(
// CHECK: sinter.param
// CHECK: sinter.transpose
func.func @weights() -> tensor<3x2xf32> {
  %w = sinter.param "w" in "model.data" [0, 24] : tensor<2x3xf32>
  %t = sinter.transpose %w [1, 0] : tensor<2x3xf32>
  return %t : tensor<3x2xf32>
}
