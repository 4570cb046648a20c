// Rows that gather from and scatter into themselves, as a router does, by the
// range that numbers positions, too: the cache's step moves the positions on and
// lets the numbers of rows be.
// RUN: sinter-opt %s "--sinter-generate=max-length=64 prefill-chunk=16" -o %t
// RUN: FileCheck %s < %t
// RUN: sinter-equiv %s %t --steps --random-params
//
// CHECK: kind = "cache", state = "fused"
// CHECK-LABEL: func.func @step(
// CHECK-DAG: sinter.slice {{.*}} offsets <"past", "0">
// CHECK-DAG: %[[ZERO:.*]] = sinter.constant dense<0> : tensor<i64>
// CHECK-DAG: %[[ROWS:.*]] = sinter.range %[[ZERO]],
// CHECK-NOT: counts_rows
// CHECK: sinter.scatter_nd
!ids = tensor<1x?xi64, #sinter.dims<"1", "seq">>
!x = tensor<1x?x8xf32, #sinter.dims<"1", "seq", "8">>
!q = tensor<1x2x?x8xf32, #sinter.dims<"1", "2", "seq", "8">>
!k = tensor<1x1x?x8xf32, #sinter.dims<"1", "1", "seq", "8">>
!wide = tensor<1x?x16xf32, #sinter.dims<"1", "seq", "16">>
!rows = tensor<?x16xf32, #sinter.dims<"seq", "16">>
!numbers = tensor<?xi64, #sinter.dims<"seq">>
!column = tensor<?x1xi64, #sinter.dims<"seq", "1">>
!tuples = tensor<?x2xi64, #sinter.dims<"seq", "2">>
func.func @forward(%ids: !ids {sinter.name = "input_ids"}) -> (!wide {sinter.name = "logits"}) attributes {sinter.entry = "forward"} {
  %table = sinter.param "embedding" in "w" [0, 512] : tensor<16x8xf32>
  %learned = sinter.param "positions" in "w" [512, 2048] : tensor<64x8xf32>
  %wq = sinter.param "wq" in "w" [2560, 512] : tensor<8x16xf32>
  %wk = sinter.param "wk" in "w" [3072, 256] : tensor<8x8xf32>
  %head = sinter.param "head" in "w" [3328, 1024] : tensor<16x16xf32>
  %i0 = sinter.constant dense<0> : tensor<i64> : tensor<i64>
  %i1 = sinter.constant dense<1> : tensor<i64> : tensor<i64>
  %none = sinter.constant dense<0.0> : tensor<f32> : tensor<f32>
  %seq = sinter.symbolic <"seq"> : tensor<i64>
  %numbers = sinter.range %i0, %seq, %i1 : tensor<i64> to !numbers
  %e = sinter.gather %table[%ids] axis 0 : tensor<16x8xf32>, !ids
  %p = sinter.gather %learned[%numbers] axis 0 : tensor<64x8xf32>, !numbers
  %x = sinter.add %e, %p : !x, tensor<?x8xf32, #sinter.dims<"seq", "8">>
  %q0 = sinter.matmul %x, %wq : !x, tensor<8x16xf32>
  %q1 = sinter.reshape %q0 : !wide to tensor<1x?x2x8xf32, #sinter.dims<"1", "seq", "2", "8">>
  %q = sinter.transpose %q1 [0, 2, 1, 3] : tensor<1x?x2x8xf32, #sinter.dims<"1", "seq", "2", "8">>
  %k0 = sinter.matmul %x, %wk : !x, tensor<8x8xf32>
  %k = sinter.reshape %k0 : !x to !k
  %v = sinter.reshape %x : !x to !k
  %a = sinter.attention %q, %k, %v scale 0.5 {causal} : !q, !k, !k
  %b = sinter.transpose %a [0, 2, 1, 3] : !q
  %y = sinter.reshape %b : tensor<1x?x2x8xf32, #sinter.dims<"1", "seq", "2", "8">> to !rows
  %own = sinter.reshape %numbers : !numbers to !column
  %which = sinter.reshape %ids : !ids to !column
  %at = sinter.concat %own, %which axis 1 : !column, !column
  %picked = sinter.gather_nd %y[%at] : !rows, !tuples
  %zeros = sinter.broadcast_to %none : tensor<f32> to !rows
  %one = sinter.reshape %at : !tuples to tensor<?x1x2xi64, #sinter.dims<"seq", "1", "2">>
  %update = sinter.reshape %picked : tensor<?xf32, #sinter.dims<"seq">> to tensor<?x1xf32, #sinter.dims<"seq", "1">>
  %z = sinter.scatter_nd write, %zeros[%one], %update : !rows, tensor<?x1x2xi64, #sinter.dims<"seq", "1", "2">>, tensor<?x1xf32, #sinter.dims<"seq", "1">>
  %s = sinter.add %y, %z : !rows, !rows
  %r = sinter.matmul %s, %head : !rows, tensor<16x16xf32>
  %logits = sinter.reshape %r : !rows to !wide
  return %logits : !wide
}
