// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

func.func @shapes(%x: tensor<?x4xf32, #sinter.dims<"n", "4">>, %v: tensor<4xf32>, %v2: tensor<3x4x5xf32>, %s: tensor<2xi64>, %g: tensor<3x2xi64>, %a: tensor<i64>) {
  // CHECK: sinter.reshape %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to tensor<?xf32, #sinter.dims<"4*n">>
  %0 = sinter.reshape %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to tensor<?xf32, #sinter.dims<"4*n">>
  // CHECK: sinter.reshape %{{[a-z0-9_]+}} shape %{{[a-z0-9_]+}} : tensor<2xi64> : tensor<?x4xf32, #sinter.dims<"n", "4">> to tensor<?x?xf32>
  %1 = sinter.reshape %x shape %s : tensor<2xi64> : tensor<?x4xf32, #sinter.dims<"n", "4">> to tensor<?x?xf32>
  // CHECK: sinter.reshape %{{[a-z0-9_]+}} shape %{{[a-z0-9_]+}} : tensor<2xi64> {allowzero} : tensor<?x4xf32, #sinter.dims<"n", "4">> to tensor<?x?xf32>
  %2 = sinter.reshape %x shape %s : tensor<2xi64> {allowzero} : tensor<?x4xf32, #sinter.dims<"n", "4">> to tensor<?x?xf32>
  // CHECK: sinter.broadcast_to %{{[a-z0-9_]+}} : tensor<4xf32> to tensor<?x4xf32, #sinter.dims<"n", "4">>
  %3 = sinter.broadcast_to %v : tensor<4xf32> to tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.broadcast_to %{{[a-z0-9_]+}} shape %{{[a-z0-9_]+}} : tensor<2xi64> : tensor<4xf32> to tensor<?x?xf32>
  %4 = sinter.broadcast_to %v shape %s : tensor<2xi64> : tensor<4xf32> to tensor<?x?xf32>
  // CHECK: sinter.transpose %{{[a-z0-9_]+}} [1, 0] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %5 = sinter.transpose %x [1, 0] : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.concat %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} axis 0 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<?x4xf32, #sinter.dims<"n", "4">>
  %6 = sinter.concat %x, %x, %x axis 0 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.slice %{{[a-z0-9_]+}} from %{{[a-z0-9_]+}} to %{{[a-z0-9_]+}} : tensor<2xi64>, tensor<2xi64> : tensor<?x4xf32, #sinter.dims<"n", "4">> -> tensor<?x?xf32>
  %7 = sinter.slice %x from %s to %s : tensor<2xi64>, tensor<2xi64> : tensor<?x4xf32, #sinter.dims<"n", "4">> -> tensor<?x?xf32>
  // CHECK: sinter.slice %{{[a-z0-9_]+}} from %{{[a-z0-9_]+}} to %{{[a-z0-9_]+}} : tensor<2xi64>, tensor<2xi64> axes %{{[a-z0-9_]+}} : tensor<2xi64> : tensor<?x4xf32, #sinter.dims<"n", "4">> -> tensor<?x?xf32>
  %8 = sinter.slice %x from %s to %s : tensor<2xi64>, tensor<2xi64> axes %s : tensor<2xi64> : tensor<?x4xf32, #sinter.dims<"n", "4">> -> tensor<?x?xf32>
  // CHECK: sinter.slice %{{[a-z0-9_]+}} from %{{[a-z0-9_]+}} to %{{[a-z0-9_]+}} : tensor<2xi64>, tensor<2xi64> axes %{{[a-z0-9_]+}} : tensor<2xi64> steps %{{[a-z0-9_]+}} : tensor<2xi64> : tensor<?x4xf32, #sinter.dims<"n", "4">> -> tensor<?x?xf32>
  %9 = sinter.slice %x from %s to %s : tensor<2xi64>, tensor<2xi64> axes %s : tensor<2xi64> steps %s : tensor<2xi64> : tensor<?x4xf32, #sinter.dims<"n", "4">> -> tensor<?x?xf32>
  // CHECK: sinter.slice %{{[a-z0-9_]+}} offsets <"n - 1", "3"> strides [1, -2] : tensor<?x4xf32, #sinter.dims<"n", "4">> -> tensor<1x2xf32>
  %10 = sinter.slice %x offsets <"n - 1", "3"> strides [1, -2] : tensor<?x4xf32, #sinter.dims<"n", "4">> -> tensor<1x2xf32>
  // CHECK: sinter.gather %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] axis 0 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<2xi64>
  %11 = sinter.gather %x[%s] axis 0 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<2xi64>
  %keep = sinter.constant dense<[true, false, true, true]> : tensor<4xi1> : tensor<4xi1>
  // CHECK: sinter.compress %{{[a-z0-9_]+}} where %{{[a-z0-9_]+}} axis 1 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xi1> to tensor<?x?xf32, #sinter.dims<"n", "count">>
  %kept = sinter.compress %x where %keep axis 1 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xi1> to tensor<?x?xf32, #sinter.dims<"n", "count">>
  // CHECK: sinter.gather_nd %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<3x2xi64>
  %12 = sinter.gather_nd %x[%g] : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<3x2xi64>
  // CHECK: sinter.gather_nd %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] batch_dims 1 : tensor<3x4x5xf32>, tensor<3x2xi64>
  %13 = sinter.gather_nd %v2[%g] batch_dims 1 : tensor<3x4x5xf32>, tensor<3x2xi64>
  %su = sinter.constant dense<1.0> : tensor<3xf32> : tensor<3xf32>
  // CHECK: sinter.scatter_nd add, %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}], %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<3x2xi64>, tensor<3xf32>
  %sc = sinter.scatter_nd add, %x[%g], %su : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<3x2xi64>, tensor<3xf32>
  // CHECK: sinter.shape_of %{{[a-z0-9_]+}} 0 to 2 : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %14 = sinter.shape_of %x 0 to 2 : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.symbolic <"n", "max(n, 3) + 2*n*past"> : tensor<2xi64>
  %15 = sinter.symbolic <"n", "max(n, 3) + 2*n*past"> : tensor<2xi64>
  // CHECK: sinter.symbolic <"bcast(n, past)"> : tensor<i32>
  %16 = sinter.symbolic <"bcast(n, past)"> : tensor<i32>
  // CHECK: sinter.range %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<i64> to tensor<?xi64>
  %17 = sinter.range %a, %a, %a : tensor<i64> to tensor<?xi64>
  // CHECK: sinter.trilu %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %18 = sinter.trilu %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.trilu %{{[a-z0-9_]+}} k %{{[a-z0-9_]+}} : tensor<i64> {upper} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %19 = sinter.trilu %x k %a : tensor<i64> {upper} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  return
}
