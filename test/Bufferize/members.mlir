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
// CHECK: %[[OWN:.*]] = arith.select %[[ALONE]], %[[COUNT:.*]], %
// CHECK: %[[FIRST:.*]] = arith.muli %[[M]], %[[OWN]]
// CHECK: %[[REST:.*]] = arith.muli %[[N]], %[[OWN]]
// CHECK: scf.while (%[[K:.*]] = %
// CHECK:   arith.cmpi ult, %[[K]], %[[OWN]]
// CHECK:   arith.addi %[[FIRST]], %[[K]]
// CHECK:   scf.if %[[ALONE]]
// CHECK:     scf.yield %[[COUNT]]
// CHECK:     %[[NUMBER:.*]] = sinter.claim
// CHECK:     arith.addi %[[REST]], %[[NUMBER]]
// CHECK:   scf.condition
// CHECK: memref.store
// CHECK: sinter.barrier
func.func @shares(%x: memref<8xf32> {sinter.role = "output"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "forward"} {
  %f = arith.constant 1.0 : f32
  scf.forall (%i) in (8) {
    memref.store %f, %x[%i] : memref<8xf32>
  } {sinter.shared}
  return
}
