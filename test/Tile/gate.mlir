// Each panel of a product with a gate gives half as many columns as it has.
// RUN: sinter-opt %s --sinter-tile-pipeline -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --members 3 --dims rows=5
// RUN: sinter-opt %s --sinter-tile-pipeline --sinter-bufferize-pipeline --sinter-lower-inner=scalar=true | FileCheck %s --check-prefix=SCALAR

// CHECK-LABEL: func.func @gate(
// CHECK: sinter.trace_point begin {{.*}}flops = "1536*rows"
// CHECK: arith.remui
// CHECK: arith.muli
// CHECK: %[[PANEL:.*]] = arith.muli
// CHECK: %[[FIRST:.*]] = arith.minui %[[PANEL]],
// CHECK: %[[COLUMNS:.*]] = arith.constant 16 : index
// CHECK: arith.muli %[[FIRST]], %[[COLUMNS]]
// CHECK: sinter.inner_matmul {{.*}} gate silu -> tensor<?x?xf32>

// Two sums, then the gate.
// SCALAR-LABEL: func.func @gate(
// SCALAR: math.fma
// SCALAR: math.fma
// SCALAR: math.exp
// SCALAR: arith.divf
// SCALAR: arith.mulf
// SCALAR: arith.mulf
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
func.func @gate(
    %x: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "x"},
    %w: tensor<3x8x32xf32> {sinter.name = "w"})
    -> (tensor<?x48xf32, #sinter.dims<"rows", "48">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %y = sinter.packed_matmul %x, %w gate silu : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<3x8x32xf32> -> tensor<?x48xf32, #sinter.dims<"rows", "48">>
  return %y : tensor<?x48xf32, #sinter.dims<"rows", "48">>
}
}
