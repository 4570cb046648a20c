// A trace point is one branch on the call's trace, which is read once; taken, it
// records the work's number below and the layer above. Equal works are one.
// RUN: sinter-opt %s --sinter-make-entries=name=tiny | FileCheck %s

// CHECK: sinter.trace_works = [#sinter.work<name = "a", kind = "norm", bytes = "4", flops = "rows", serial = false>, #sinter.work<name = "b", kind = "fill", bytes = "0", flops = "0", serial = true>]
// CHECK-LABEL: func.func private @forward(
// CHECK-SAME: %[[MEMBER:[a-z0-9]+]]: index, %{{.*}}: index, %[[CALL:.*]]: !llvm.ptr)
// CHECK: %[[PLACE:.*]] = llvm.getelementptr %[[CALL]][104]
// CHECK: %[[TRACE:.*]] = llvm.load %[[PLACE]]
// CHECK: %[[ON:.*]] = llvm.icmp "ne" %[[TRACE]], %{{.*}} : !llvm.ptr
// CHECK: %[[TRACK:.*]] = llvm.getelementptr %[[TRACE]][%{{.*}}]
// CHECK: scf.for %[[LAYER:[a-z0-9]+]] =
// CHECK-NEXT: scf.if %[[ON]] {
// CHECK: %[[INT:.*]] = arith.index_cast %[[LAYER]]
// CHECK: llvm.shl %[[INT]]
// CHECK: llvm.mlir.constant(0 : i64)
// CHECK: llvm.call @sinter_trace(%[[TRACK]], %{{.*}})
// -1 in the upper half: no layer. 1 below: the second work.
// CHECK: scf.if %[[ON]] {
// CHECK: llvm.mlir.constant(-4294967295 : i64)
// CHECK: scf.if %[[ON]] {
// CHECK: llvm.mlir.constant(-4294967296 : i64)
// Waiting.
// CHECK: scf.if %[[ON]] {
// CHECK: llvm.mlir.constant(-1 : i64)
// CHECK-LABEL: llvm.func internal @sinter_trace(%{{.*}}: !llvm.ptr, %{{.*}}: i64) attributes {no_inline} {
// CHECK: llvm.cond_br
// CHECK: llvm.call_intrinsic "llvm.readcyclecounter"()
#a = #sinter.work<name = "a", kind = "norm", bytes = "4", flops = "rows", serial = false>
#b = #sinter.work<name = "b", kind = "fill", bytes = "0", flops = "0", serial = true>
func.func @forward(%member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "forward"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.for %layer = %c0 to %c3 step %c1 {
    sinter.trace_point begin #a layer %layer
  }
  sinter.trace_point begin #b
  sinter.trace_point begin #a
  sinter.trace_point
  return
}
