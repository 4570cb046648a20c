// A weight that is widened where it is used is packed narrow, bf16 in pairs;
// rows stay f32 unless the target multiplies bf16 faster than f32. A tied
// embedding gathers from the same panels.
// RUN: sinter-opt %s --sinter-pack-matmuls --canonicalize --cse -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv --random-params %s %t
// RUN: sinter-opt %s --sinter-pack-matmuls="widen=true" --canonicalize --cse | FileCheck %s --check-prefix=WIDE
// RUN: sed 's/features = ""/features = "+avx512bf16"/' %s | sinter-opt --sinter-pack-matmuls --canonicalize | FileCheck %s --check-prefix=DOT
// RUN: sed 's/cpu = "x86-64-v4", features = ""/cpu = "emeraldrapids", features = "+avx512bf16"/' %s | sinter-opt --sinter-pack-matmuls --canonicalize --cse | FileCheck %s
// RUN: sed 's/features = ""/features = "+amx-bf16,+amx-tile,+avx512bf16"/' %s | sinter-opt --sinter-pack-matmuls --canonicalize -o %t.tiles
// RUN: FileCheck %s --check-prefix=TILES < %t.tiles
// RUN: sinter-equiv --random-params %s %t.tiles

!x = tensor<?x8xf32, #sinter.dims<"s", "8">>
!y = tensor<?x40xf32, #sinter.dims<"s", "40">>
!i = tensor<?xi64, #sinter.dims<"s">>

module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
// CHECK: packed bf16, panels of 32
// CHECK-SAME: packed f16, panels of 32
// CHECK-LABEL: func @pairs
// CHECK: %[[T:.*]] = sinter.transpose %{{.*}} : tensor<40x8xbf16>
// CHECK: %[[P:.*]] = sinter.pack %[[T]] lanes 32 interleave 2 : tensor<8x40xbf16>
// CHECK: sinter.packed_gather %[[P]][%{{.*}}] rows 40 interleave 2 : tensor<2x4x64xbf16>
// CHECK: sinter.packed_matmul %{{.*}}, %[[P]] interleave 2 : tensor<?x8xf32{{.*}}, tensor<2x4x64xbf16> -> tensor<?x40xf32
// WIDE-LABEL: func @pairs
// WIDE: sinter.pack %{{.*}} lanes 32 : tensor<8x40xf32>
// DOT-LABEL: func @pairs
// DOT: sinter.packed_matmul %{{.*}}, %{{.*}} interleave 2 : tensor<?x8xbf16{{.*}}, tensor<2x4x64xbf16> -> tensor<?x40xf32
func.func @pairs(%x: !x, %i: !i) -> (!y, tensor<?x8xbf16, #sinter.dims<"s", "8">>) {
  %e = sinter.param "e" in "w.bin" [0, 640] : tensor<40x8xbf16>
  %t = sinter.transpose %e [1, 0] : tensor<40x8xbf16>
  %w = sinter.cast %t : tensor<8x40xbf16> to f32
  %g = sinter.gather %e[%i] axis 0 : tensor<40x8xbf16>, !i
  %x16 = sinter.cast %x : !x to bf16
  %x32 = sinter.cast %x16 : tensor<?x8xbf16, #sinter.dims<"s", "8">> to f32
  %y = sinter.matmul %x32, %w : !x, tensor<8x40xf32>
  return %y, %g : !y, tensor<?x8xbf16, #sinter.dims<"s", "8">>
}

// CHECK-LABEL: func @half
// CHECK: sinter.pack %{{.*}} lanes 32 : tensor<7x40xf16>
// CHECK: sinter.packed_matmul {{.*}} : tensor<?x7xf32{{.*}}, tensor<2x7x32xf16> -> tensor<?x40xf32
func.func @half(%x: tensor<?x7xf32, #sinter.dims<"s", "7">>) -> !y {
  %p = sinter.param "h" in "w.bin" [640, 560] : tensor<7x40xf16>
  %w = sinter.cast %p : tensor<7x40xf16> to f32
  %y = sinter.matmul %x, %w : tensor<?x7xf32, #sinter.dims<"s", "7">>, tensor<7x40xf32>
  return %y : !y
}

// AMX tiles take depths that fill them: 64 elements, not 8.
// TILES: packed bf16, panels of 32"{{.*}}reason = "no AMX tiles: the depth is no multiple of 32"
// TILES-SAME: packed bf16, panels of 32, AMX tiles"
// TILES-LABEL: func @pairs
// TILES: sinter.packed_matmul %{{.*}}, %{{.*}} interleave 2 : tensor<?x8xbf16
// TILES-LABEL: func @deep
// TILES: sinter.packed_matmul %{{.*}}, %{{.*}} interleave 2 depth_block 32 : tensor<?x64xbf16
// DOT-LABEL: func @deep
// DOT: sinter.packed_matmul %{{.*}}, %{{.*}} interleave 2 : tensor<?x64xbf16
func.func @deep(%x: tensor<?x64xf32, #sinter.dims<"s", "64">>) -> !y {
  %p = sinter.param "d" in "w.bin" [1200, 5120] : tensor<64x40xbf16>
  %w = sinter.cast %p : tensor<64x40xbf16> to f32
  %x16 = sinter.cast %x : tensor<?x64xf32, #sinter.dims<"s", "64">> to bf16
  %x32 = sinter.cast %x16 : tensor<?x64xbf16, #sinter.dims<"s", "64">> to f32
  %y = sinter.matmul %x32, %w : tensor<?x64xf32, #sinter.dims<"s", "64">>, tensor<64x40xf32>
  return %y : !y
}

// Where bf16 is multiplied as it is, a result is rounded to it in the kernel, also
// behind a gate in tiles. Elsewhere it would be widened again.
// DOT-LABEL: func @rounded
// DOT: sinter.packed_matmul %{{.*}}, %{{.*}} interleave 2 gate silu : {{.*}} -> tensor<?x32xbf16
// TILES-LABEL: func @rounded
// TILES: %[[Y:.*]] = sinter.packed_matmul %{{.*}}, %{{.*}} interleave 2 depth_block 32 gate silu : {{.*}} -> tensor<?x32xbf16
// TILES: sinter.packed_matmul %[[Y]], %{{.*}} interleave 2 depth_block 32 : {{.*}} -> tensor<?x40xf32
// CHECK-LABEL: func @rounded
// CHECK: sinter.packed_matmul {{.*}} gate silu : {{.*}} -> tensor<?x32xf32
// CHECK: sinter.cast
func.func @rounded(%x: tensor<?x64xbf16, #sinter.dims<"s", "64">>) -> !y {
  %p = sinter.param "g" in "w.bin" [6320, 8192] : tensor<64x64xbf16>
  %w = sinter.cast %p : tensor<64x64xbf16> to f32
  %q = sinter.param "q" in "w.bin" [14512, 2560] : tensor<32x40xbf16>
  %v = sinter.cast %q : tensor<32x40xbf16> to f32
  %x32 = sinter.cast %x : tensor<?x64xbf16, #sinter.dims<"s", "64">> to f32
  %0 = sinter.matmul %x32, %w : tensor<?x64xf32, #sinter.dims<"s", "64">>, tensor<64x64xf32>
  %1 = sinter.slice %0 offsets <"0", "0"> strides [1, 1] : tensor<?x64xf32, #sinter.dims<"s", "64">> -> tensor<?x32xf32, #sinter.dims<"s", "32">>
  %2 = sinter.slice %0 offsets <"0", "32"> strides [1, 1] : tensor<?x64xf32, #sinter.dims<"s", "64">> -> tensor<?x32xf32, #sinter.dims<"s", "32">>
  %3 = sinter.gated silu, %1, %2 : tensor<?x32xf32, #sinter.dims<"s", "32">>, tensor<?x32xf32, #sinter.dims<"s", "32">>
  %4 = sinter.cast %3 : tensor<?x32xf32, #sinter.dims<"s", "32">> to bf16
  %5 = sinter.cast %4 : tensor<?x32xbf16, #sinter.dims<"s", "32">> to f32
  %y = sinter.matmul %5, %v : tensor<?x32xf32, #sinter.dims<"s", "32">>, tensor<32x40xf32>
  return %y : !y
}
}
