// One pair of computed matrices is split over the team by its panels; 64 columns
// need no zeros.
// RUN: sinter-opt %s --sinter-tile-pipeline -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --members 3 --dims rows=5

// CHECK-LABEL: func.func @forward(
// CHECK-NOT: arith.select{{.*}} f32
// CHECK: scf.forall
// CHECK: sinter.inner_matmul
func.func @forward(
    %a: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "a"},
    %b: tensor<8x64xf32> {sinter.name = "b"})
    -> (tensor<?x64xf32, #sinter.dims<"rows", "64">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %y = sinter.matmul %a, %b : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<8x64xf32>
  return %y : tensor<?x64xf32, #sinter.dims<"rows", "64">>
}
