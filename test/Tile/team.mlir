// Ops are split over the team by their own dimension: panels of a packed matrix,
// rows of a norm; results do not depend on the number of members. A matmul has
// shares that members claim, of one panel here; one member alone takes all.
// RUN: sinter-opt %s --sinter-tile-pipeline -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --members 3 --dims rows=5
//
// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[MEMBERS:[a-z0-9]+]]: index {sinter.role = "members"})
// CHECK: scf.forall (%{{.*}}) in (%[[MEMBERS]])
// CHECK: sinter.inner_norm
// CHECK: %[[ALONE:.*]] = arith.cmpi ult, %[[MEMBERS]], %
// CHECK: %[[WHOLE:.*]] = arith.ori %{{.*}}, %[[ALONE]]
// CHECK: %[[SHARE:.*]] = arith.select %[[WHOLE]], %
// CHECK: %[[COUNT:.*]] = arith.divui %{{.*}}, %[[SHARE]]
// CHECK: scf.forall (%{{.*}}) in (%[[COUNT]])
// CHECK: tensor.extract_slice %{{.*}} : tensor<2x8x32xf32> to tensor<?x8x32xf32>
// CHECK: sinter.inner_matmul
// CHECK: {sinter.shared}
func.func @forward(
    %x: tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "x"},
    %s: tensor<8xf32> {sinter.name = "s"},
    %w: tensor<2x8x32xf32> {sinter.name = "w"})
    -> (tensor<?x40xf32, #sinter.dims<"rows", "40">> {sinter.name = "y"})
    attributes {sinter.entry = "forward"} {
  %n = sinter.rms_norm %x, %s axis 1 epsilon 1.0e-5 : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<8xf32>
  %y = sinter.packed_matmul %n, %w : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<2x8x32xf32> -> tensor<?x40xf32, #sinter.dims<"rows", "40">>
  return %y : tensor<?x40xf32, #sinter.dims<"rows", "40">>
}
