// The C entry reads the call's fields; a barrier is a call through the call's
// pointer, only when there are several members; a claim counts up that member's
// counter in what the call points to, a cache line apart.
// RUN: sinter-opt %s --sinter-make-entries=name=tiny | FileCheck %s

// CHECK: sinter.symbols = ["n"]
// CHECK-LABEL: func.func private @forward(
// CHECK: %[[SEVERAL:.*]] = arith.cmpi sgt
// CHECK: scf.if %[[SEVERAL]] {
// CHECK: llvm.call %{{.*}}(%{{.*}}, %{{.*}}) : !llvm.ptr, (!llvm.ptr, i32) -> ()
// CHECK: %[[LINE:.*]] = arith.muli %{{.*}}, %c8
// CHECK: %[[PLACE:.*]] = arith.index_cast %[[LINE]]
// CHECK: %[[COUNTER:.*]] = llvm.getelementptr %{{.*}}[%[[PLACE]]] : (!llvm.ptr, i64) -> !llvm.ptr, i64
// CHECK: llvm.atomicrmw add %[[COUNTER]], %{{.*}} monotonic : !llvm.ptr, i64
// CHECK-LABEL: func.func @tiny_forward(%{{.*}}: !llvm.ptr, %{{.*}}: i32, %{{.*}}: i32) -> i32
// CHECK: call @forward(
// CHECK: return %{{.*}} : i32
func.func @forward(%x: memref<?xf32> {sinter.role = "output", sinter.type = tensor<?xf32, #sinter.dims<"n">>}, %n: index {sinter.role = "symbol", sinter.symbol = "n"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "forward"} {
  sinter.barrier
  %i = sinter.claim of %member
  %f = arith.constant 1.0 : f32
  memref.store %f, %x[%i] : memref<?xf32>
  return
}
