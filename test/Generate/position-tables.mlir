// What positions decide: a row of a table where it is looked up, computed by
// each step where a few f32 operations give it, in f64 a table again.
// RUN: sinter-opt %s "--sinter-generate=max-length=64 prefill-chunk=16" -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --steps --random-params
//
// CHECK-LABEL: func.func @step(
// CHECK: %[[POSITIONS:.*]] = sinter.range
// CHECK: %[[F32:.*]] = sinter.cast %[[POSITIONS]] : {{.*}} to f32
// CHECK: %[[ROW:.*]] = sinter.reshape %[[F32]]
// CHECK: %[[ANGLE:.*]] = sinter.mul {{.*}}%[[ROW]]
// CHECK: sinter.cos %[[ANGLE]] : tensor<8x?xf32
// CHECK: %[[WIDE:.*]] = sinter.tabulate {
// CHECK: sinter.sin {{.*}}xf64>
// CHECK: sinter.slice %[[WIDE]] offsets <"past", "0">
// CHECK: %[[BUCKETS:.*]] = sinter.tabulate {
// CHECK: sinter.gather
// CHECK: } : tensor<64x8xf32>
// CHECK: sinter.slice %[[BUCKETS]] offsets <"past", "0">
!ids = tensor<1x?xi64, #sinter.dims<"1", "seq">>
!x = tensor<1x?x8xf32, #sinter.dims<"1", "seq", "8">>
!q = tensor<1x1x?x8xf32, #sinter.dims<"1", "1", "seq", "8">>
!wide = tensor<1x?x16xf32, #sinter.dims<"1", "seq", "16">>
!numbers = tensor<?xi64, #sinter.dims<"seq">>
!rows = tensor<?x8xf32, #sinter.dims<"seq", "8">>
func.func @forward(%ids: !ids {sinter.name = "input_ids"}) -> (!wide {sinter.name = "logits"}) attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %buckets = sinter.param "buckets" in "w" [512, 256] : tensor<8x8xf32>
  %wk = sinter.param "wk" in "w" [768, 256] : tensor<8x8xf32>
  %head = sinter.param "head" in "w" [1024, 512] : tensor<8x16xf32>
  %i0 = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %i1 = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %i8 = sinter.constant dense<8> : tensor<i64> : tensor<i64>
  %frequencies = sinter.constant dense<[[1.0], [0.5], [0.25], [0.125], [0.0625], [0.03], [0.01], [0.001]]> : tensor<8x1xf32> : tensor<8x1xf32>
  %narrow = sinter.constant dense<[1.0, 0.5, 0.25, 0.125, 0.0625, 0.03, 0.01, 0.001]> : tensor<8xf64> : tensor<8xf64>
  %seq = sinter.symbolic <"seq"> : tensor<i64>
  %numbers = sinter.range %i0, %seq, %i1 : tensor<i64> to !numbers
  %f = sinter.cast %numbers : !numbers to f32
  %f1 = sinter.reshape %f : tensor<?xf32, #sinter.dims<"seq">> to tensor<1x?xf32, #sinter.dims<"1", "seq">>
  %angle = sinter.matmul %frequencies, %f1 : tensor<8x1xf32>, tensor<1x?xf32, #sinter.dims<"1", "seq">>
  %cos0 = sinter.cos %angle : tensor<8x?xf32, #sinter.dims<"8", "seq">>
  %cos = sinter.transpose %cos0 [1, 0] : tensor<8x?xf32, #sinter.dims<"8", "seq">>
  %d = sinter.cast %numbers : !numbers to f64
  %d1 = sinter.reshape %d : tensor<?xf64, #sinter.dims<"seq">> to tensor<?x1xf64, #sinter.dims<"seq", "1">>
  %exact = sinter.mul %d1, %narrow : tensor<?x1xf64, #sinter.dims<"seq", "1">>, tensor<8xf64>
  %sin64 = sinter.sin %exact : tensor<?x8xf64, #sinter.dims<"seq", "8">>
  %sin = sinter.cast %sin64 : tensor<?x8xf64, #sinter.dims<"seq", "8">> to f32
  %bucket = sinter.div %numbers, %i8 : !numbers, tensor<i64>
  %b = sinter.gather %buckets[%bucket] axis 0 : tensor<8x8xf32>, !numbers
  %e = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, !ids
  %x0 = sinter.add %e, %cos : !x, !rows
  %x1 = sinter.mul %x0, %b : !x, !rows
  %x = sinter.sub %x1, %sin : !x, !rows
  %k = sinter.matmul %x, %wk : !x, tensor<8x8xf32>
  %q4 = sinter.reshape %x : !x to !q
  %k4 = sinter.reshape %k : !x to !q
  %a = sinter.attention %q4, %k4, %q4 scale 0.5 {causal} : !q, !q, !q
  %y = sinter.reshape %a : !q to !x
  %logits = sinter.matmul %y, %head : !x, tensor<8x16xf32>
  return %logits : !wide
}
