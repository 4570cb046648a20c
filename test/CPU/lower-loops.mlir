// Copies too become loops: as an intrinsic they would call memcpy.
// RUN: sinter-opt %s --sinter-lower-loops | FileCheck %s

// CHECK-LABEL: func.func @copy(
// CHECK-NOT: memref.copy
// CHECK: scf.for
// CHECK: scf.for
// CHECK: memref.load
// CHECK: memref.store
func.func @copy(%x: memref<?x4xf32>, %y: memref<?x4xf32>) {
  memref.copy %x, %y : memref<?x4xf32> to memref<?x4xf32>
  return
}
