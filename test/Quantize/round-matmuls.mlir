// Stored weights and the rows they multiply are rounded by a pair of casts; a
// matmul of two activations and an integer gather keep theirs.
// RUN: sinter-opt %s --sinter-round-matmuls="weights=bf16 compute=bf16" | FileCheck %s
// RUN: sinter-opt %s --sinter-round-matmuls="weights=f16" | FileCheck %s --check-prefix=WEIGHTS
// RUN: sinter-opt %s --sinter-round-matmuls | FileCheck %s --check-prefix=KEEP
// RUN: not sinter-opt %s --sinter-round-matmuls="weights=f8" 2>&1 | FileCheck %s --check-prefix=BAD

// BAD: error: no float type f8
// KEEP-NOT: sinter.cast

!x = tensor<?x8xf32, #sinter.dims<"s", "8">>
!y = tensor<?x4xf32, #sinter.dims<"s", "4">>
!s = tensor<?x?xf32, #sinter.dims<"s", "s">>
!t = tensor<8x?xf32, #sinter.dims<"8", "s">>
!i = tensor<?xi64, #sinter.dims<"s">>

// CHECK-LABEL: func @f
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32
// CHECK: %[[X16:.*]] = sinter.cast %[[X]] {{.*}} to bf16
// CHECK: %[[X32:.*]] = sinter.cast %[[X16]] {{.*}} to f32
// CHECK: %[[W:.*]] = sinter.param "w"
// CHECK: %[[W16:.*]] = sinter.cast %[[W]] {{.*}} to bf16
// CHECK: %[[W32:.*]] = sinter.cast %[[W16]] {{.*}} to f32
// CHECK: sinter.matmul %[[X32]], %[[W32]]
// CHECK: sinter.matmul %[[X32]], %[[W32]]
// CHECK: sinter.matmul %[[X]], %{{.*}} : tensor<?x8xf32{{.*}}, tensor<8x?xf32
// CHECK: %[[E:.*]] = sinter.param "e"
// CHECK: %[[E16:.*]] = sinter.cast %[[E]]
// CHECK: %[[E32:.*]] = sinter.cast %[[E16]]
// CHECK: sinter.gather %[[E32]]
// WEIGHTS-LABEL: func @f
// WEIGHTS-SAME: %[[X:.*]]: tensor<?x8xf32
// WEIGHTS: sinter.cast %{{.*}} to f16
// WEIGHTS: %[[W32:.*]] = sinter.cast %{{.*}} to f32
// WEIGHTS: sinter.matmul %[[X]], %[[W32]]
func.func @f(%x: !x, %t: !t, %i: !i) -> (!y, !y, !s, !x) {
  %w = sinter.param "w" in "w.bin" [0, 128] : tensor<8x4xf32>
  %0 = sinter.matmul %x, %w : !x, tensor<8x4xf32>
  %1 = sinter.matmul %x, %w : !x, tensor<8x4xf32>
  %2 = sinter.matmul %x, %t : !x, !t
  %e = sinter.param "e" in "w.bin" [128, 320] : tensor<10x8xf32>
  %3 = sinter.gather %e[%i] axis 0 : tensor<10x8xf32>, !i
  return %0, %1, %2, %3 : !y, !y, !s, !x
}
