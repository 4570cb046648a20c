// A weight is stored narrow: casts to bf16 move up to the param, casts to f32
// down to the use, and the tied head's table is the transpose of its matrix.
// RUN: sinter-opt %s --sinter-move-casts --cse -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!x = tensor<?x8xf32, #sinter.dims<"s", "8">>
!y = tensor<?x6xf32, #sinter.dims<"s", "6">>
!i = tensor<?xi64, #sinter.dims<"s">>

// CHECK-LABEL: func @f
// CHECK: %[[A:.*]] = sinter.param "a"
// CHECK: %[[A16:.*]] = sinter.cast %[[A]] {{.*}} to bf16
// CHECK: %[[B16:.*]] = sinter.cast %{{.*}} to bf16
// CHECK: %[[C:.*]] = sinter.concat %{{.*}}, %{{.*}} axis 1 : tensor<8x4xbf16>, tensor<8x2xbf16>
// CHECK: %[[W:.*]] = sinter.cast %[[C]] {{.*}} to f32
// CHECK: sinter.matmul %{{.*}}, %[[W]]
func.func @f(%x: !x) -> !y {
  %a = sinter.param "a" in "w.bin" [0, 128] : tensor<4x8xf32>
  %b = sinter.param "b" in "w.bin" [128, 64] : tensor<2x8xf32>
  %at = sinter.transpose %a [1, 0] : tensor<4x8xf32>
  %bt = sinter.transpose %b [1, 0] : tensor<2x8xf32>
  %c = sinter.concat %at, %bt axis 1 : tensor<8x4xf32>, tensor<8x2xf32>
  %c16 = sinter.cast %c : tensor<8x6xf32> to bf16
  %c32 = sinter.cast %c16 : tensor<8x6xbf16> to f32
  %y = sinter.matmul %x, %c32 : !x, tensor<8x6xf32>
  return %y : !y
}

// What the model stores as f16 stays f16, also behind a transpose, and the rows
// of an embedding are widened after they are chosen.
// CHECK-LABEL: func @stored_narrow
// CHECK: %[[P:.*]] = sinter.param "h" {{.*}} : tensor<10x8xf16>
// CHECK: %[[T:.*]] = sinter.transpose %[[P]]
// CHECK: sinter.cast %[[T]] {{.*}} to f32
// CHECK: %[[G:.*]] = sinter.gather %[[P]]
// CHECK: sinter.cast %[[G]] {{.*}} to f32
func.func @stored_narrow(%x: !x, %i: !i)
    -> (tensor<?x10xf32, #sinter.dims<"s", "10">>, !x) {
  %h = sinter.param "h" in "w.bin" [192, 160] : tensor<10x8xf16>
  %h32 = sinter.cast %h : tensor<10x8xf16> to f32
  %t = sinter.transpose %h32 [1, 0] : tensor<10x8xf32>
  %y = sinter.matmul %x, %t : !x, tensor<8x10xf32>
  %g = sinter.gather %h32[%i] axis 0 : tensor<10x8xf32>, !i
  return %y, %g : tensor<?x10xf32, #sinter.dims<"s", "10">>, !x
}

// Activations keep their casts where they are.
// CHECK-LABEL: func @activations
// CHECK: sinter.transpose %{{.*}} : tensor<?x8xf32
// CHECK: sinter.cast {{.*}} to bf16
func.func @activations(%x: !x) -> tensor<8x?xbf16, #sinter.dims<"8", "s">> {
  %t = sinter.transpose %x [1, 0] : !x
  %y = sinter.cast %t : tensor<8x?xf32, #sinter.dims<"8", "s">> to bf16
  return %y : tensor<8x?xbf16, #sinter.dims<"8", "s">>
}
