// A forall becomes this member's iterations; other writes are member 0's. A
// barrier follows each.
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
