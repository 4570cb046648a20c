// A forall becomes this member's iterations, one of shares a loop that takes a run
// of its own and claims the rest; other writes are member 0's. A barrier follows
// each.
// RUN: sinter-opt %s --sinter-to-members | FileCheck %s

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %[[M:[a-z0-9]+]]: index {sinter.role = "member"}, %[[N:[a-z0-9]+]]: index {sinter.role = "members"})
// CHECK: scf.for %{{.*}} = %[[M]] to %{{.*}} step %[[N]]
// CHECK: sinter.barrier
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[M]], %{{.*}}
// CHECK-NEXT: scf.if %[[FIRST]] {
// CHECK-NEXT: linalg.fill
// CHECK-NEXT: }
// CHECK-NEXT: sinter.barrier
func.func @forward(%x: memref<8xf32> {sinter.role = "output"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "forward"} {
  %f = arith.constant 1.0 : f32
  scf.forall (%i) in (8) {
    memref.store %f, %x[%i] : memref<8xf32>
  }
  linalg.fill ins(%f : f32) outs(%x : memref<8xf32>)
  return
}

// CHECK-LABEL: func.func @shares(
// CHECK-SAME: %[[M:[a-z0-9]+]]: index {sinter.role = "member"}, %[[N:[a-z0-9]+]]: index {sinter.role = "members"})
// CHECK: %[[ALONE:.*]] = arith.cmpi ult, %[[N]]
// CHECK: scf.while (%[[TURN:.*]] = %{{.*}}, %[[DONE:.*]] = %
// CHECK:   arith.cmpi ult, %[[TURN]], %[[N]]
// CHECK:   scf.condition
// CHECK: do
// CHECK: ^{{.*}}(%[[TURN:.*]]: index, %[[DONE:.*]]: index):
// CHECK:   %[[NEXT:.*]] = arith.addi %[[M]], %[[TURN]]
// CHECK:   %[[OF:.*]] = arith.remui %[[NEXT]], %[[N]]
// CHECK:   %[[NUMBER:.*]] = scf.if %[[ALONE]]
// CHECK:     scf.yield %[[DONE]]
// CHECK:     sinter.claim of %[[OF]]
// CHECK:   %[[ALL:.*]] = arith.muli %[[OF]], %[[COUNT:.*]] :
// CHECK:   %[[BEGIN:.*]] = arith.divui %[[ALL]], %[[N]]
// CHECK:   %[[SHARE:.*]] = arith.addi %[[BEGIN]], %[[NUMBER]]
// CHECK:   %[[END:.*]] = arith.divui %{{.*}}, %[[N]]
// CHECK:   %[[LEFT:.*]] = arith.cmpi ult, %[[SHARE]], %[[END]]
// CHECK:   scf.if %[[LEFT]]
// CHECK:     memref.store %{{.*}}, %{{.*}}[%[[SHARE]]]
// CHECK:   arith.select %[[LEFT]], %[[TURN]], %
// CHECK: sinter.barrier
func.func @shares(%x: memref<8xf32> {sinter.role = "output"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "forward"} {
  %f = arith.constant 1.0 : f32
  scf.forall (%i) in (8) {
    memref.store %f, %x[%i] : memref<8xf32>
  } {sinter.shared}
  return
}
