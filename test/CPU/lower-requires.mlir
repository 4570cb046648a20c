// Checks on sizes become one branch; the first that fails gives the fault.
// RUN: sinter-opt %s --sinter-lower-requires | FileCheck %s

// CHECK-LABEL: func.func @forward(
// CHECK: %[[LAST:.*]] = arith.select %{{.*}}, %c0{{.*}}, %c8
// CHECK: %[[FIRST:.*]] = arith.select %{{.*}}, %[[LAST]], %c4
// CHECK: scf.if
// CHECK: memref.store %{{.*}} : memref<8xf32>
// CHECK: } else {
// CHECK: memref.atomic_rmw assign %[[FIRST]], %{{.*}} : (i64, memref<1xi64>) -> i64
func.func @forward(%a: i1, %b: i1, %x: memref<8xf32>, %fault: memref<1xi64> {sinter.role = "fault"}) {
  %f = arith.constant 1.0 : f32
  %zero = arith.constant 0 : index
  sinter.require %a site 3
  sinter.require %b site 7
  memref.store %f, %x[%zero] : memref<8xf32>
  return
}
