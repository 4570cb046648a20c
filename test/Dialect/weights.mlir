// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

// CHECK-LABEL: sinter.table @w : tensor<3x2xf32> {
// CHECK:   sinter.param "a" in "w.bin"[0, 24] : tensor<2x3xf32>
// CHECK:   sinter.yield %{{.*}} : tensor<3x2xf32>
// CHECK: }, {
// CHECK:   sinter.yield %{{.*}} : tensor<3x2xf32>
sinter.table @w : tensor<3x2xf32> {
  %0 = sinter.param "a" in "w.bin"[0, 24] : tensor<2x3xf32>
  %1 = sinter.transpose %0 [1, 0] : tensor<2x3xf32>
  sinter.yield %1 : tensor<3x2xf32>
}, {
  %0 = sinter.constant dense<5.0> : tensor<3x2xf32> : tensor<3x2xf32>
  sinter.yield %0 : tensor<3x2xf32>
}

// CHECK-LABEL: sinter.table @one : tensor<4xf32> attributes {offset = 64 : i64}
// CHECK: sinter.tabulate {
// CHECK-NEXT: ^bb0(%{{.*}}: tensor<4xi64>):
// CHECK: sinter.yield %{{.*}} : tensor<4xf32>
// CHECK: } : tensor<4xf32>
sinter.table @one : tensor<4xf32> attributes {offset = 64 : i64} {
  %0 = sinter.tabulate {
  ^bb0(%p: tensor<4xi64>):
    %1 = sinter.cast %p : tensor<4xi64> to f32
    sinter.yield %1 : tensor<4xf32>
  } : tensor<4xf32>
  sinter.yield %0 : tensor<4xf32>
}

func.func @weights(%i: index) {
  // CHECK: sinter.constant dense<[1, 2]> : tensor<2xi64> : tensor<2xi64>
  %0 = sinter.constant dense<[1, 2]> : tensor<2xi64> : tensor<2xi64>
  // CHECK: sinter.param "wq" in "model.onnx.data"[4096, 24] : tensor<2x3xf32>
  %1 = sinter.param "wq" in "model.onnx.data"[4096, 24] : tensor<2x3xf32>
  // CHECK: sinter.load @w[%{{[a-z0-9_]+}}] : tensor<3x2xf32>
  %2 = sinter.load @w[%i] : tensor<3x2xf32>
  // CHECK: sinter.load @one : tensor<4xf32>
  %3 = sinter.load @one : tensor<4xf32>
  // CHECK: sinter.pack %{{[a-z0-9_]+}} lanes 32 : tensor<2x3xf32>
  %4 = sinter.pack %1 lanes 32 : tensor<2x3xf32>
  // CHECK: sinter.pack %{{[a-z0-9_]+}} lanes 32 interleave 2 : tensor<2x3xf32>
  %5 = sinter.pack %1 lanes 32 interleave 2 : tensor<2x3xf32>
  %batch = sinter.constant dense<0.0> : tensor<4x2x3xf32> : tensor<4x2x3xf32>
  // CHECK: sinter.pack %{{[a-z0-9_]+}} lanes 32 : tensor<4x2x3xf32>
  %6 = sinter.pack %batch lanes 32 : tensor<4x2x3xf32>
  return
}
