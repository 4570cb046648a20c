// What a graph computes is packed into panels of 32 columns at run time, and each
// pair of matrices is a share of the team.
// RUN: sinter-opt %s --sinter-tile-pipeline -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --members 3 --dims rows=5,depth=7,columns=37

// Columns beyond the last one are zeros: 5 are no whole panel.
// CHECK-LABEL: func.func @forward(
// CHECK: linalg.generic
// CHECK: tensor.extract
// CHECK: arith.select
// CHECK: tensor<6x?x?x32xf32>
// CHECK: scf.forall (%{{.*}}) in (6)
// CHECK: sinter.inner_matmul ins(%{{.*}}, %{{.*}} : tensor<?x?xf32>, tensor<?x?x32xf32>)
// CHECK: tensor.parallel_insert_slice %{{.*}} : tensor<?x?xf32> into tensor<6x?x?xf32>
// CHECK: {sinter.shared}
func.func @forward(
    %a: tensor<2x3x?x?xf32, #sinter.dims<"2", "3", "rows", "depth">> {sinter.name = "a"},
    %b: tensor<2x3x?x?xf32, #sinter.dims<"2", "3", "depth", "columns">> {sinter.name = "b"})
    -> (tensor<2x3x?x?xf32, #sinter.dims<"2", "3", "rows", "columns">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %y = sinter.matmul %a, %b : tensor<2x3x?x?xf32, #sinter.dims<"2", "3", "rows", "depth">>, tensor<2x3x?x?xf32, #sinter.dims<"2", "3", "depth", "columns">>
  return %y : tensor<2x3x?x?xf32, #sinter.dims<"2", "3", "rows", "columns">>
}
