// A size that its expression could put below 0 fails the whole call when it is.
// RUN: sinter-opt %s --sinter-lower-to-linalg | FileCheck %s

!x = tensor<?xf32, #sinter.dims<"a">>
!y = tensor<?xf32, #sinter.dims<"b">>
!r = tensor<?x2xf32, #sinter.dims<"b - 1", "2">>

// CHECK: sinter.fault_sites = [{{.*}}"node '{{.*}}': a size is below 0: b - 1"
// CHECK-LABEL: func.func @reshape(
// CHECK: %[[SIZE:.*]] = arith.addi %{{.*}} : index
// CHECK: %[[IS:.*]] = arith.cmpi sge, %[[SIZE]], %c0{{.*}} : index
// CHECK: sinter.require %[[IS]] site
// CHECK: tensor.expand_shape
func.func @reshape(%x: !x, %y: !y) -> !r attributes {sinter.entry = "forward"} {
  %0 = sinter.reshape %x : !x to !r
  return %0 : !r
}
