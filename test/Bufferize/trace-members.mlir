// Trace points go to the member that does the work: all of a forall's, member 0
// of a serial op's. One without work stands before each barrier and at the end.
// RUN: sinter-opt %s --sinter-to-members | FileCheck %s

#shared = #sinter.work<name = "shared", kind = "elementwise", bytes = "0", flops = "8", serial = false>
#alone = #sinter.work<name = "alone", kind = "fill", bytes = "4*n", flops = "0", serial = false>
#next = #sinter.work<name = "next", kind = "fill", bytes = "4", flops = "0", serial = false>
#gone = #sinter.work<name = "gone", kind = "fill", bytes = "4", flops = "0", serial = false>

// CHECK-LABEL: func.func @forward(
// CHECK: scf.for %[[LAYER:.*]] = %c0
// CHECK: sinter.trace_point begin <name = "shared", kind = "elementwise", bytes = "0", flops = "8", serial = false> layer %[[LAYER]]
// CHECK: scf.for
// CHECK: sinter.trace_point{{$}}
// CHECK-NEXT: sinter.barrier
// Two serial ops are one branch. A point without work after it goes.
// CHECK: scf.if
// CHECK-NEXT: sinter.trace_point begin <name = "alone", kind = "fill", bytes = "4*n", flops = "0", serial = true>
// CHECK-NEXT: linalg.fill
// CHECK-NEXT: sinter.trace_point begin <name = "next", kind = "fill", bytes = "4", flops = "0", serial = true>
// CHECK-NEXT: linalg.fill
// CHECK-NEXT: }
// CHECK-NEXT: sinter.trace_point{{$}}
// CHECK-NEXT: sinter.barrier
// What bufferization made has no work of its own.
// CHECK: scf.for
// CHECK: sinter.barrier
// CHECK: scf.if
// CHECK-NEXT: sinter.trace_point begin <name = "", kind = "copy", bytes = "-1", flops = "0", serial = true>
// CHECK-NEXT: memref.copy
// CHECK-NEXT: }
// CHECK-NEXT: sinter.trace_point{{$}}
// CHECK-NEXT: sinter.barrier
// CHECK-NEXT: sinter.trace_point{{$}}
// CHECK-NEXT: return
// CHECK-NOT: "gone"
func.func @forward(%x: memref<8xf32> {sinter.role = "output"}, %y: memref<8xf32> {sinter.role = "output"}, %member: index {sinter.role = "member"}, %members: index {sinter.role = "members"}) attributes {sinter.entry = "forward"} {
  %f = arith.constant 1.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.for %layer = %c0 to %c3 step %c1 {
    sinter.trace_point begin #shared layer %layer
    scf.forall (%i) in (8) {
      memref.store %f, %x[%i] : memref<8xf32>
    }
  }
  sinter.trace_point begin #alone
  linalg.fill ins(%f : f32) outs(%x : memref<8xf32>)
  sinter.trace_point begin #gone
  sinter.trace_point begin #next
  linalg.fill ins(%f : f32) outs(%y : memref<8xf32>)
  sinter.trace_point begin #shared
  scf.forall (%i) in (8) {
    memref.store %f, %x[%i] : memref<8xf32>
  }
  memref.copy %x, %y : memref<8xf32> to memref<8xf32>
  return
}
