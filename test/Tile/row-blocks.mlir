// Many rows of a product are taken in blocks that stay in L2, each through all
// panels before the next: at least 256 rows, 128 where AMX tiles multiply.
// RUN: sinter-opt %s --sinter-tile-pipeline -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --members 3 --dims rows=5
// RUN: sinter-equiv %s %t --members 3 --dims rows=600
// RUN: sinter-equiv %s %t --members 1 --dims rows=777

module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "+avx512bf16,+amx-bf16,+amx-tile", lanes = 16, registers = 32, l1 = 32768, l2 = 16384>} {
// CHECK-LABEL: func.func @blocks(
// CHECK: %[[MANY:.*]] = arith.divui %{{.*}}, %c256
// CHECK: %[[BLOCKS:.*]] = arith.maxui %[[MANY]], %c1
// CHECK: %[[EVEN:.*]] = arith.divui
// CHECK: %[[UNITS:.*]] = arith.divui
// CHECK: %[[LENGTH:.*]] = arith.muli %[[UNITS]], %c84
// CHECK: %[[ALL:.*]] = arith.muli %[[BLOCKS]], %[[SHARES:[0-9a-z_]+]]
// CHECK: scf.forall (%[[I:.*]]) in (%[[ALL]])
// CHECK: %[[BLOCK:.*]] = arith.divui %[[I]], %[[SHARES]]
// CHECK: %[[SHARE:.*]] = arith.remui %[[I]], %[[SHARES]]
// CHECK: %[[FROM:.*]] = arith.muli %[[BLOCK]], %[[LENGTH]]
// CHECK: %[[AT:.*]] = arith.minui %[[FROM]],
// CHECK: %[[X:.*]] = tensor.extract_slice %{{.*}}[%[[AT]], 0]
// CHECK: sinter.inner_matmul ins(%[[X]],
func.func @blocks(
    %x: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "x"},
    %w: tensor<3x8x32xf32> {sinter.name = "w"})
    -> (tensor<?x90xf32, #sinter.dims<"rows", "90">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %y = sinter.packed_matmul %x, %w activation relu : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<3x8x32xf32> -> tensor<?x90xf32, #sinter.dims<"rows", "90">>
  return %y : tensor<?x90xf32, #sinter.dims<"rows", "90">>
}

// CHECK-LABEL: func.func @in_tiles(
// CHECK: arith.divui %{{.*}}, %c128
// CHECK: arith.muli %{{.*}}, %c32
func.func @in_tiles(
    %x: tensor<?x64xbf16, #sinter.dims<"rows", "64">> {sinter.name = "x"},
    %w: tensor<1x32x64xbf16> {sinter.name = "w"})
    -> (tensor<?x32xf32, #sinter.dims<"rows", "32">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %y = sinter.packed_matmul %x, %w interleave 2 depth_block 32 : tensor<?x64xbf16, #sinter.dims<"rows", "64">>, tensor<1x32x64xbf16> -> tensor<?x32xf32, #sinter.dims<"rows", "32">>
  return %y : tensor<?x32xf32, #sinter.dims<"rows", "32">>
}

// Few rows that are known: none.
// CHECK-LABEL: func.func @few(
// CHECK-NOT: arith.remui
// CHECK: sinter.inner_matmul
func.func @few(
    %x: tensor<197x8xf32> {sinter.name = "x"},
    %w: tensor<3x8x32xf32> {sinter.name = "w"})
    -> (tensor<197x90xf32> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %y = sinter.packed_matmul %x, %w : tensor<197x8xf32>, tensor<3x8x32xf32> -> tensor<197x90xf32>
  return %y : tensor<197x90xf32>
}
}
