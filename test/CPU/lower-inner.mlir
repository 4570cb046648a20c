// Inner tiles become loops over vectors of the target's width, each accumulator a
// loop value; a target without wide vectors gets smaller tiles.
// RUN: sinter-opt %s --split-input-file --sinter-lower-inner | FileCheck %s
// RUN: sinter-opt %s --split-input-file --sinter-lower-inner=scalar=true | FileCheck %s --check-prefix=SCALAR

// Six rows by two vectors of eight lanes: 12 accumulators of 16 registers.
// CHECK-LABEL: func.func @avx2(
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// CHECK-COUNT-12: vector.fma
// CHECK-NOT: sinter.inner_matmul
// SCALAR-LABEL: func.func @avx2(
// SCALAR-NOT: vector
// SCALAR: math.fma
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @avx2(%x: memref<?x64xf32>, %w: memref<?x64x32xf32>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xf32>, memref<?x64x32xf32>) outs(%y : memref<?x?xf32>) tile [6, 16]
    return
  }
}

// -----

// CHECK-LABEL: func.func @avx512(
// CHECK: vector.fma {{.*}} : vector<16xf32>
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v4", features = "", lanes = 16, registers = 32, l1 = 32768, l2 = 524288>} {
  func.func @avx512(%x: memref<?x64xf32>, %w: memref<?x64x32xf32>, %y: memref<?x?xf32>) {
    sinter.inner_matmul ins(%x, %w : memref<?x64xf32>, memref<?x64x32xf32>) outs(%y : memref<?x?xf32>) tile [14, 32]
    return
  }
}

// -----

// What the vector form does not take is left to plain loops: f64.
// CHECK-LABEL: func.func @f64(
// CHECK-NOT: vector
// CHECK: math.sqrt {{.*}} : f64
module attributes {sinter.target = #sinter.target<cpu = "x86-64-v3", features = "", lanes = 8, registers = 16, l1 = 32768, l2 = 524288>} {
  func.func @f64(%x: memref<?x64xf64>, %s: memref<64xf64>, %y: memref<?x64xf64>) {
    sinter.inner_norm ins(%x, %s : memref<?x64xf64>, memref<64xf64>) outs(%y : memref<?x64xf64>) epsilon 1.0e-5
    return
  }
}
