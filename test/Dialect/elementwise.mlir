// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

func.func @elementwise(%x: tensor<?x4xf32, #sinter.dims<"n", "4">>, %y: tensor<4xf32>, %i: tensor<4xi64>, %p: tensor<4xi1>) {
  // CHECK: sinter.abs %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %0 = sinter.abs %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.neg %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %1 = sinter.neg %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.sign %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %2 = sinter.sign %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.exp %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %3 = sinter.exp %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.log %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %4 = sinter.log %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.sqrt %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %5 = sinter.sqrt %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.reciprocal %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %6 = sinter.reciprocal %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.sin %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %7 = sinter.sin %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.cos %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %8 = sinter.cos %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.tanh %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %9 = sinter.tanh %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.erf %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %10 = sinter.erf %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.sigmoid %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %11 = sinter.sigmoid %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.relu %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %12 = sinter.relu %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.floor %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %13 = sinter.floor %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.ceil %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %14 = sinter.ceil %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.round %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %15 = sinter.round %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.is_nan %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %16 = sinter.is_nan %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.not %{{[a-z0-9_]+}} : tensor<4xi1>
  %17 = sinter.not %p : tensor<4xi1>
  // CHECK: sinter.add %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %18 = sinter.add %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.sub %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %19 = sinter.sub %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.mul %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %20 = sinter.mul %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.div %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %21 = sinter.div %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.min %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %22 = sinter.min %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.max %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %23 = sinter.max %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.and %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4xi1>, tensor<4xi1>
  %24 = sinter.and %p, %p : tensor<4xi1>, tensor<4xi1>
  // CHECK: sinter.or %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4xi1>, tensor<4xi1>
  %25 = sinter.or %p, %p : tensor<4xi1>, tensor<4xi1>
  // CHECK: sinter.xor %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4xi1>, tensor<4xi1>
  %26 = sinter.xor %p, %p : tensor<4xi1>, tensor<4xi1>
  // CHECK: sinter.pow %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xi64>
  %27 = sinter.pow %x, %i : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xi64>
  // CHECK: sinter.compare eq, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %28 = sinter.compare eq, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.compare ne, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %29 = sinter.compare ne, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.compare lt, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %30 = sinter.compare lt, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.compare le, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %31 = sinter.compare le, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.compare gt, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %32 = sinter.compare gt, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.compare ge, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %33 = sinter.compare ge, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.select %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<4xi1>, tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %34 = sinter.select %p, %x, %y : tensor<4xi1>, tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to f16
  %35 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to f16
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to bf16
  %36 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to bf16
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to f32
  %37 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to f32
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to f64
  %38 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to f64
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to i1
  %39 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to i1
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to i8
  %40 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to i8
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to i16
  %41 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to i16
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to i32
  %42 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to i32
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to i64
  %43 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to i64
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to ui8
  %44 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to ui8
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to ui16
  %45 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to ui16
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to ui32
  %46 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to ui32
  // CHECK: sinter.cast %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">> to ui64
  %47 = sinter.cast %x : tensor<?x4xf32, #sinter.dims<"n", "4">> to ui64
  // CHECK: sinter.activation silu, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %48 = sinter.activation silu, %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.gated silu, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %49 = sinter.gated silu, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.activation gelu, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %50 = sinter.activation gelu, %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.gated gelu, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %51 = sinter.gated gelu, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.activation gelu_tanh, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %52 = sinter.activation gelu_tanh, %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.gated gelu_tanh, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %53 = sinter.gated gelu_tanh, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.activation relu, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %54 = sinter.activation relu, %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.gated relu, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %55 = sinter.gated relu, %x, %y : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.tan %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %56 = sinter.tan %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.asin %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %57 = sinter.asin %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.acos %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %58 = sinter.acos %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.atan %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %59 = sinter.atan %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.sinh %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %60 = sinter.sinh %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.cosh %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %61 = sinter.cosh %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.asinh %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %62 = sinter.asinh %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.acosh %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %63 = sinter.acosh %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  // CHECK: sinter.atanh %{{[a-z0-9_]+}} : tensor<?x4xf32, #sinter.dims<"n", "4">>
  %64 = sinter.atanh %x : tensor<?x4xf32, #sinter.dims<"n", "4">>
  return
}
