// RUN: sinter-opt %s | sinter-opt | FileCheck %s
// RUN: sinter-opt %s --mlir-print-op-generic | sinter-opt | FileCheck %s

func.func @transformer(%x: tensor<?x4xf32, #sinter.dims<"n", "4">>, %v: tensor<4xf32>, %q: tensor<?x4x?x8xf32, #sinter.dims<"batch", "4", "seq", "8">>, %k: tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "past + seq", "8">>, %m: tensor<?x1x?x?xi1, #sinter.dims<"batch", "1", "seq", "past + seq">>,
    %f: tensor<?x?x4x8xf32, #sinter.dims<"batch", "seq", "4", "8">>, %c: tensor<1x?x4xf32, #sinter.dims<"1", "seq", "4">>,
    %cache: !sinter.cache<2 x 2 x 64 x 8 x 8 x f32>, %l: index, %kr: tensor<3x2x8xf32>, %qr: tensor<3x4x8xf32>) {
  // CHECK: sinter.layer_norm %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} axis 1 epsilon 1.000000e-05 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>, tensor<4xf32>
  %0 = sinter.layer_norm %x, %v, %v axis 1 epsilon 1.000000e-05 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>, tensor<4xf32>
  // CHECK: sinter.layer_norm %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} axis 1 epsilon 1.000000e-05 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %1 = sinter.layer_norm %x, %v axis 1 epsilon 1.000000e-05 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.rms_norm %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} axis 1 epsilon 9.9999999999999995E-7 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  %2 = sinter.rms_norm %x, %v axis 1 epsilon 9.9999999999999995E-7 : tensor<?x4xf32, #sinter.dims<"n", "4">>, tensor<4xf32>
  // CHECK: sinter.rotary %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} : tensor<?x4x?x8xf32, #sinter.dims<"batch", "4", "seq", "8">>, tensor<1x?x4xf32, #sinter.dims<"1", "seq", "4">>, tensor<1x?x4xf32, #sinter.dims<"1", "seq", "4">>
  %3 = sinter.rotary %q, %c, %c : tensor<?x4x?x8xf32, #sinter.dims<"batch", "4", "seq", "8">>, tensor<1x?x4xf32, #sinter.dims<"1", "seq", "4">>, tensor<1x?x4xf32, #sinter.dims<"1", "seq", "4">>
  // CHECK: sinter.rotary %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} interleaved sequence_first : tensor<?x?x4x8xf32, #sinter.dims<"batch", "seq", "4", "8">>, tensor<1x?x4xf32, #sinter.dims<"1", "seq", "4">>, tensor<1x?x4xf32, #sinter.dims<"1", "seq", "4">>
  %4 = sinter.rotary %f, %c, %c interleaved sequence_first : tensor<?x?x4x8xf32, #sinter.dims<"batch", "seq", "4", "8">>, tensor<1x?x4xf32, #sinter.dims<"1", "seq", "4">>, tensor<1x?x4xf32, #sinter.dims<"1", "seq", "4">>
  // CHECK: sinter.attention %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} scale 1.250000e-01 : tensor<?x4x?x8xf32, #sinter.dims<"batch", "4", "seq", "8">>, tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "past + seq", "8">>, tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "past + seq", "8">>
  %5 = sinter.attention %q, %k, %k scale 1.250000e-01 : tensor<?x4x?x8xf32, #sinter.dims<"batch", "4", "seq", "8">>, tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "past + seq", "8">>, tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "past + seq", "8">>
  // CHECK: sinter.attention %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} mask %{{[a-z0-9_]+}} scale 1.250000e-01 {causal, softcap = 5.000000e+01 : f64, window = 16 : i64, zero_empty_rows} : tensor<?x4x?x8xf32, #sinter.dims<"batch", "4", "seq", "8">>, tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "past + seq", "8">>, tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "past + seq", "8">>, tensor<?x1x?x?xi1, #sinter.dims<"batch", "1", "seq", "past + seq">>
  %6 = sinter.attention %q, %k, %k mask %m scale 1.250000e-01 {causal, softcap = 5.000000e+01 : f64, window = 16 : i64, zero_empty_rows} : tensor<?x4x?x8xf32, #sinter.dims<"batch", "4", "seq", "8">>, tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "past + seq", "8">>, tensor<?x2x?x8xf32, #sinter.dims<"batch", "2", "past + seq", "8">>, tensor<?x1x?x?xi1, #sinter.dims<"batch", "1", "seq", "past + seq">>
  // CHECK: sinter.cache_append %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}], %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} at %{{[a-z0-9_]+}} : <2 x 2 x 64 x 8 x 8 x f32>, tensor<3x2x8xf32>, tensor<3x2x8xf32>
  %7 = sinter.cache_append %cache[%l], %kr, %kr at %l : <2 x 2 x 64 x 8 x 8 x f32>, tensor<3x2x8xf32>, tensor<3x2x8xf32>
  // CHECK: sinter.cached_attention %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] at %{{[a-z0-9_]+}} scale 1.250000e-01 : tensor<3x4x8xf32>, <2 x 2 x 64 x 8 x 8 x f32> -> tensor<3x4x8xf32>
  %8 = sinter.cached_attention %qr, %7[%l] at %l scale 1.250000e-01 : tensor<3x4x8xf32>, <2 x 2 x 64 x 8 x 8 x f32> -> tensor<3x4x8xf32>
  // CHECK: sinter.cached_attention %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] at %{{[a-z0-9_]+}} scale 1.250000e-01 {softcap = 3.000000e+01 : f64, window = 8 : i64} : tensor<3x4x8xf32>, <2 x 2 x 64 x 8 x 8 x f32> -> tensor<3x4x8xf32>
  %9 = sinter.cached_attention %qr, %7[%l] at %l scale 1.250000e-01 {softcap = 3.000000e+01 : f64, window = 8 : i64} : tensor<3x4x8xf32>, <2 x 2 x 64 x 8 x 8 x f32> -> tensor<3x4x8xf32>
  return
}

!ring = !sinter.cache<4 x 2 x 1024 x 8 x 8 x f32, rings[256, 0]>

func.func @numbers_for_each_head(%q: tensor<1x4x3x8xf32>, %k: tensor<1x2x5x8xf32>, %m: tensor<3x5xi1>,
    %cache: !ring, %l: index, %kr: tensor<3x2x8xf32>, %qr: tensor<3x4x8xf32>, %h: tensor<4xf32>) {
  // CHECK: sinter.attention %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} sinks %{{[a-z0-9_]+}} : tensor<4xf32> scale 1.250000e-01 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>
  %0 = sinter.attention %q, %k, %k sinks %h : tensor<4xf32> scale 0.125 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>
  // CHECK: sinter.attention %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} mask %{{[a-z0-9_]+}} sinks %{{[a-z0-9_]+}} : tensor<4xf32> scale 1.250000e-01 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<3x5xi1>
  %1 = sinter.attention %q, %k, %k mask %m sinks %h : tensor<4xf32> scale 0.125 : tensor<1x4x3x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<3x5xi1>
  // CHECK: sinter.cache_append %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}], %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} at %{{[a-z0-9_]+}} {ring = 256 : i64} : <4 x 2 x 1024 x 8 x 8 x f32, rings[256, 0]>, tensor<3x2x8xf32>, tensor<3x2x8xf32>
  %2 = sinter.cache_append %cache[%l], %kr, %kr at %l {ring = 256 : i64} : <4 x 2 x 1024 x 8 x 8 x f32, rings[256, 0]>, tensor<3x2x8xf32>, tensor<3x2x8xf32>
  // CHECK: sinter.cached_attention %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}[%{{[a-z0-9_]+}}] at %{{[a-z0-9_]+}} slopes %{{[a-z0-9_]+}} : tensor<4xf32> sinks %{{[a-z0-9_]+}} : tensor<4xf32> scale 1.250000e-01 {ring = 256 : i64, window = 8 : i64} : tensor<3x4x8xf32>, <4 x 2 x 1024 x 8 x 8 x f32, rings[256, 0]> -> tensor<3x4x8xf32>
  %3 = sinter.cached_attention %qr, %2[%l] at %l slopes %h : tensor<4xf32> sinks %h : tensor<4xf32> scale 0.125 {ring = 256 : i64, window = 8 : i64} : tensor<3x4x8xf32>, <4 x 2 x 1024 x 8 x 8 x f32, rings[256, 0]> -> tensor<3x4x8xf32>
  return
}
