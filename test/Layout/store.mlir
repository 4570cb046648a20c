// RUN: sinter-opt --sinter-store-weights --cse %s -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

// One table a recipe, in the order of first use; the whole chain goes with it.
// CHECK: sinter.table @scale : tensor<8xf32> {
// CHECK-NEXT: %[[S:.*]] = sinter.param "scale" in "w.bin"[0, 16] : tensor<8xf16>
// CHECK-NEXT: %[[C:.*]] = sinter.cast %[[S]] : tensor<8xf16> to f32
// CHECK-NEXT: sinter.yield %[[C]] : tensor<8xf32>
// CHECK: sinter.table @wq : tensor<1x8x32xf32> {
// CHECK: sinter.concat
// CHECK: sinter.pack
// CHECK: sinter.table @constant : tensor<16xf32> {
// CHECK-NEXT: sinter.constant dense<
// CHECK: sinter.table @constant_0 : tensor<16x4xf32> {
// CHECK: sinter.tabulate

// CHECK-LABEL: func @f
// CHECK-NOT: sinter.param
// CHECK-NOT: tensor<8xf16>
// CHECK: sinter.load @scale : tensor<8xf32>
// CHECK: sinter.load @wq : tensor<1x8x32xf32>
// CHECK: sinter.load @constant : tensor<16xf32>
// CHECK: sinter.constant dense<2.000000e+00> : tensor<f32>
// CHECK: %[[T:.*]] = sinter.load @constant_0
// The slice depends on the call: it is no part of the recipe.
// CHECK: sinter.slice %[[T]] offsets <"past", "0">

!x = tensor<?x8xf32, #sinter.dims<"s", "8">>
!y = tensor<?x16xf32, #sinter.dims<"s", "16">>
!t = tensor<2x4xf32>

func.func @f(%x: !x, %past: index {sinter.symbol = "past"}) -> (!y, !t) {
  %s16 = sinter.param "scale" in "w.bin" [0, 16] : tensor<8xf16>
  %s = sinter.cast %s16 : tensor<8xf16> to f32
  %0 = sinter.rms_norm %x, %s axis 1 epsilon 1.0e-5 : !x, tensor<8xf32>
  %wq = sinter.param "wq" in "w.bin" [64, 256] : tensor<8x8xf32>
  %wk = sinter.param "wk" in "w.bin" [320, 256] : tensor<8x8xf32>
  %w = sinter.concat %wq, %wk axis 1 : tensor<8x8xf32>, tensor<8x8xf32>
  %p = sinter.pack %w lanes 32 : tensor<8x16xf32>
  %1 = sinter.packed_matmul %0, %p : !x, tensor<1x8x32xf32> -> !y
  %c = sinter.constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0]> : tensor<16xf32> : tensor<16xf32>
  %2 = sinter.add %1, %c : !y, tensor<16xf32>
  %two = sinter.constant dense<2.0> : tensor<f32> : tensor<f32>
  %3 = sinter.mul %2, %two : !y, tensor<f32>
  %t = sinter.tabulate {
  ^bb0(%i: tensor<16xi64>):
    %a = sinter.reshape %i : tensor<16xi64> to tensor<16x1xi64>
    %b = sinter.cast %a : tensor<16x1xi64> to f32
    %d = sinter.broadcast_to %b : tensor<16x1xf32> to tensor<16x4xf32>
    sinter.yield %d : tensor<16x4xf32>
  } : tensor<16x4xf32>
  %4 = sinter.slice %t offsets <"past", "0"> strides [1, 1] : tensor<16x4xf32> -> !t
  return %3, %4 : !y, !t
}
