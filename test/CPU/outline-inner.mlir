// Inner tiles that are alike call one function, which LLVM does not inline; others
// have their own.
// RUN: sinter-opt %s --sinter-outline-inner | FileCheck %s

// CHECK-LABEL: func.func @forward(
// CHECK: call @[[NORM:norm[_0-9]*]](%{{.*}}, %{{.*}}, %{{.*}})
// CHECK: call @[[NORM]](
// CHECK: call @[[OTHER:norm[_0-9]*]](
// CHECK-NOT: sinter.inner_norm
// CHECK: func.func private @[[NORM]](%{{.*}}) attributes {passthrough = ["noinline"]} {
// CHECK-NEXT: sinter.inner_norm {{.*}} epsilon 1.000000e-05
// CHECK-NEXT: return
// CHECK: func.func private @[[OTHER]](
// CHECK-NEXT: sinter.inner_norm {{.*}} epsilon 2.500000e-01
// CHECK-NOT: sinter.inner_norm
func.func @forward(%x: memref<?x8xf32>, %s: memref<8xf32>, %t: memref<8xf32>, %y: memref<?x8xf32>) {
  sinter.inner_norm ins(%x, %s : memref<?x8xf32>, memref<8xf32>) outs(%y : memref<?x8xf32>) epsilon 1.0e-5
  sinter.inner_norm ins(%y, %t : memref<?x8xf32>, memref<8xf32>) outs(%x : memref<?x8xf32>) epsilon 1.0e-5
  sinter.inner_norm ins(%x, %s : memref<?x8xf32>, memref<8xf32>) outs(%y : memref<?x8xf32>) epsilon 0.25
  return
}
