// A weight is stored narrow: casts to bf16 move up to the param, casts to f32
// down to the use, and the tied head's table is the transpose of its matrix.
// RUN: sinter-opt %s --sinter-move-casts --cse -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t

!x = tensor<?x8xf32, #sinter.dims<"s", "8">>
!y = tensor<?x6xf32, #sinter.dims<"s", "6">>
!i = tensor<?xi64, #sinter.dims<"s">>
!t = tensor<8x?xf32, #sinter.dims<"8", "s">>
!w = tensor<?x4xf32, #sinter.dims<"s", "4">>
!h = tensor<?x4xbf16, #sinter.dims<"s", "4">>

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

// What is computed is narrowed before it is moved, unless the wide form has
// another use.
// CHECK-LABEL: func @moved(
// CHECK: sinter.cast %{{.*}} : tensor<?x8xf32, {{.*}}> to bf16
// CHECK: sinter.transpose %{{.*}} : tensor<?x8xbf16
func.func @moved(%x: !x) -> tensor<8x?xbf16, #sinter.dims<"8", "s">> {
  %t = sinter.transpose %x [1, 0] : !x
  %y = sinter.cast %t : tensor<8x?xf32, #sinter.dims<"8", "s">> to bf16
  return %y : tensor<8x?xbf16, #sinter.dims<"8", "s">>
}

// CHECK-LABEL: func @kept(
// CHECK: sinter.transpose %{{.*}} : tensor<?x8xf32
// CHECK: sinter.cast %{{.*}} to bf16
func.func @kept(%x: !x)
    -> (!t, tensor<8x?xbf16, #sinter.dims<"8", "s">>) {
  %t = sinter.transpose %x [1, 0] : !x
  %y = sinter.cast %t : !t to bf16
  return %t, %y : !t, tensor<8x?xbf16, #sinter.dims<"8", "s">>
}

// Slices that are all narrowed are cut from what was narrowed once; one that is
// used wide keeps the others' casts behind them.
// CHECK-LABEL: func @slices(
// CHECK: %[[S:.*]] = sinter.cast %{{.*}} : tensor<?x8xf32, {{.*}}> to bf16
// CHECK: sinter.slice %[[S]] offsets <"0", "0">
// CHECK: sinter.slice %[[S]] offsets <"0", "4">
func.func @slices(%x: !x) -> (!h, !h) {
  %a = sinter.slice %x offsets <"0", "0"> strides [1, 1] : !x -> !w
  %b = sinter.slice %x offsets <"0", "4"> strides [1, 1] : !x -> !w
  %a16 = sinter.cast %a : !w to bf16
  %b16 = sinter.cast %b : !w to bf16
  return %a16, %b16 : !h, !h
}

// CHECK-LABEL: func @one_slice_wide(
// CHECK: sinter.slice %{{.*}} : tensor<?x8xf32
// CHECK: sinter.slice %{{.*}} : tensor<?x8xf32
// CHECK: sinter.cast
func.func @one_slice_wide(%x: !x) -> (!h, !w) {
  %a = sinter.slice %x offsets <"0", "0"> strides [1, 1] : !x -> !w
  %b = sinter.slice %x offsets <"0", "4"> strides [1, 1] : !x -> !w
  %a16 = sinter.cast %a : !w to bf16
  return %a16, %b : !h, !w
}
