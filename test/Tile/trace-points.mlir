// A point before each piece of work says which node it is, which bytes of
// weights, cache, inputs and outputs it moves and how many FLOPs it needs, as
// expressions over the entry's symbols; in a layer loop, also the layer.
// RUN: sinter-opt %s --sinter-lower-to-linalg --canonicalize --cse --sinter-trace-points | FileCheck %s

// CHECK-LABEL: func.func @step(
// An embedding's row is 8 floats.
// CHECK: sinter.trace_point begin <name = "embed", kind = "gather", bytes = "32*rows", flops = "0", serial = false>{{$}}
// CHECK: scf.for %[[LAYER:[a-z0-9]+]] =
// CHECK: sinter.trace_point begin <name = "norm", kind = "norm", bytes = "32", flops = "32*rows", serial = false> layer %[[LAYER]]
// CHECK: sinter.inner_norm
// A packed matrix is read whole, with its padding.
// CHECK: sinter.trace_point begin <name = "qkv", kind = "matmul", bytes = "1024", flops = "384*rows", serial = false> layer %[[LAYER]]
// CHECK: sinter.inner_matmul
// CHECK: sinter.trace_point begin <name = "append", kind = "cache_append", bytes = "32*rows", flops = "0", serial = false> layer %[[LAYER]]
// CHECK: memref.store
// Row i sees past + i + 1 positions of 8 + 8 floats.
// CHECK: sinter.trace_point begin <name = "attend", kind = "attention", bytes = "64*past + 64*rows", flops = "32*floordiv(rows + rows*rows, 2) + 32*past*rows", serial = false> layer %[[LAYER]]
// CHECK: sinter.inner_attention
// CHECK: sinter.trace_point begin <name = "residual", kind = "elementwise", bytes = "0", flops = "8*rows", serial = false> layer %[[LAYER]]
// CHECK: linalg.generic
// What goes to an output counts.
// CHECK: sinter.trace_point begin <name = "last", kind = "elementwise", bytes = "32*rows", flops = "8*rows", serial = false>{{$}}

sinter.table @embedding : tensor<16x8xf32> {
  %0 = sinter.param "embedding" in "w.bin" [0, 512] : tensor<16x8xf32>
  sinter.yield %0 : tensor<16x8xf32>
}
sinter.table @norm : tensor<8xf32> {
  %0 = sinter.param "norm0" in "w.bin" [512, 32] : tensor<8xf32>
  sinter.yield %0 : tensor<8xf32>
}, {
  %0 = sinter.param "norm1" in "w.bin" [544, 32] : tensor<8xf32>
  sinter.yield %0 : tensor<8xf32>
}
sinter.table @qkv : tensor<1x8x32xf32> {
  %0 = sinter.param "qkv0" in "w.bin" [576, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}, {
  %0 = sinter.param "qkv1" in "w.bin" [1600, 1024] : tensor<1x8x32xf32>
  sinter.yield %0 : tensor<1x8x32xf32>
}
func.func @step(
    %ids: tensor<?xi64, #sinter.dims<"rows">> {sinter.name = "input_ids"}, %past: index {sinter.symbol = "past"},
    %cache: !sinter.cache<2 x 1 x 32 x 8 x 8 x f32>)
    -> (tensor<?x8xf32, #sinter.dims<"rows", "8">> {sinter.name = "y"}, !sinter.cache<2 x 1 x 32 x 8 x 8 x f32>) attributes {sinter.entry = "step"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %e = sinter.load @embedding : tensor<16x8xf32>
  %x = sinter.gather %e[%ids] axis 0 : tensor<16x8xf32>, tensor<?xi64, #sinter.dims<"rows">> loc("embed")
  %r:2 = scf.for %layer = %c0 to %c2 step %c1 iter_args(%h = %x, %s = %cache) -> (tensor<?x8xf32, #sinter.dims<"rows", "8">>, !sinter.cache<2 x 1 x 32 x 8 x 8 x f32>) {
    %scale = sinter.load @norm[%layer] : tensor<8xf32>
    %n = sinter.rms_norm %h, %scale axis 1 epsilon 1.0e-05 : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<8xf32> loc("norm")
    %w = sinter.load @qkv[%layer] : tensor<1x8x32xf32>
    %p = sinter.packed_matmul %n, %w : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<1x8x32xf32> -> tensor<?x24xf32, #sinter.dims<"rows", "24">> loc("qkv")
    %q0 = sinter.slice %p offsets <"0", "0"> strides [1, 1] : tensor<?x24xf32, #sinter.dims<"rows", "24">> -> tensor<?x8xf32, #sinter.dims<"rows", "8">>
    %q = sinter.reshape %q0 : tensor<?x8xf32, #sinter.dims<"rows", "8">> to tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>
    %k0 = sinter.slice %p offsets <"0", "8"> strides [1, 1] : tensor<?x24xf32, #sinter.dims<"rows", "24">> -> tensor<?x8xf32, #sinter.dims<"rows", "8">>
    %k = sinter.reshape %k0 : tensor<?x8xf32, #sinter.dims<"rows", "8">> to tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>
    %v0 = sinter.slice %p offsets <"0", "16"> strides [1, 1] : tensor<?x24xf32, #sinter.dims<"rows", "24">> -> tensor<?x8xf32, #sinter.dims<"rows", "8">>
    %v = sinter.reshape %v0 : tensor<?x8xf32, #sinter.dims<"rows", "8">> to tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>
    %t = sinter.cache_append %s[%layer], %k, %v at %past : <2 x 1 x 32 x 8 x 8 x f32>, tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>, tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">> loc("append")
    %a = sinter.cached_attention %q, %t[%layer] at %past scale 0.5 : tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">>, <2 x 1 x 32 x 8 x 8 x f32> -> tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">> loc("attend")
    %b = sinter.reshape %a : tensor<?x1x8xf32, #sinter.dims<"rows", "1", "8">> to tensor<?x8xf32, #sinter.dims<"rows", "8">>
    %y = sinter.add %h, %b : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<?x8xf32, #sinter.dims<"rows", "8">> loc("residual")
    scf.yield %y, %t : tensor<?x8xf32, #sinter.dims<"rows", "8">>, !sinter.cache<2 x 1 x 32 x 8 x 8 x f32>
  }
  %last = sinter.mul %r#0, %r#0 : tensor<?x8xf32, #sinter.dims<"rows", "8">>, tensor<?x8xf32, #sinter.dims<"rows", "8">> loc("last")
  return %last, %r#1 : tensor<?x8xf32, #sinter.dims<"rows", "8">>, !sinter.cache<2 x 1 x 32 x 8 x 8 x f32>
}
