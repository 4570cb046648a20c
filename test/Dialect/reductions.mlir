// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

func.func @reductions(%x: tensor<?x4xf32, #sinter.dims<"n", "4">>, %w: tensor<2x4x3xf32>) {
  // CHECK: sinter.reduce sum, %{{[a-z0-9_]+}} axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %0 = sinter.reduce sum, %x axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce sum, %{{[a-z0-9_]+}} axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %1 = sinter.reduce sum, %x axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce mean, %{{[a-z0-9_]+}} axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %2 = sinter.reduce mean, %x axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce mean, %{{[a-z0-9_]+}} axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %3 = sinter.reduce mean, %x axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce max, %{{[a-z0-9_]+}} axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %4 = sinter.reduce max, %x axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce max, %{{[a-z0-9_]+}} axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %5 = sinter.reduce max, %x axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce min, %{{[a-z0-9_]+}} axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %6 = sinter.reduce min, %x axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce min, %{{[a-z0-9_]+}} axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %7 = sinter.reduce min, %x axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce prod, %{{[a-z0-9_]+}} axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %8 = sinter.reduce prod, %x axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce prod, %{{[a-z0-9_]+}} axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %9 = sinter.reduce prod, %x axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce sum_square, %{{[a-z0-9_]+}} axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %10 = sinter.reduce sum_square, %x axes [0, 1] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reduce sum_square, %{{[a-z0-9_]+}} axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %11 = sinter.reduce sum_square, %x axes [1] keepdims : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.softmax %{{[a-z0-9_]+}} axis 1 : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %12 = sinter.softmax %x axis 1 : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.softmax %{{[a-z0-9_]+}} axis 1 {log} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %13 = sinter.softmax %x axis 1 {log} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.cumsum %{{[a-z0-9_]+}} axis 0 : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %14 = sinter.cumsum %x axis 0 : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.cumsum %{{[a-z0-9_]+}} axis 0 {exclusive, reverse} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %15 = sinter.cumsum %x axis 0 {exclusive, reverse} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.matmul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<2x4x3xf32>
  %16 = sinter.matmul %x, %w : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<2x4x3xf32>
  return
}
